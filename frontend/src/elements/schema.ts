// <gb-schema>: a click on the place of a mistake selects it in the text.
class Schema extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener("click", ({ target }) => {
      const place = target instanceof Element ? target.closest<HTMLElement>("[data-start]") : null;
      const text = this.querySelector("textarea");
      if (!place || !text) return;
      const start = Number(place.dataset.start);
      text.focus();
      text.setSelectionRange(start, Number(place.dataset.end));
      const line = text.value.slice(0, start).split("\n").length - 1;
      text.scrollTop = Math.max(0, (line / Math.max(1, text.value.split("\n").length)) * text.scrollHeight - text.clientHeight / 2);
    });
  }
}

customElements.define("gb-schema", Schema);
