import { choices, Preference, read, write } from "../preferences";

// <gb-choice name="theme"> holds one button per value, each with its value in `data-value`.
class Choice extends HTMLElement {
  connectedCallback(): void {
    const name = this.getAttribute("name") as Preference;
    if (!(name in choices)) return;
    this.show(read(name));
    this.addEventListener("click", (event) => {
      const value = (event.target as Element).closest<HTMLElement>("[data-value]")?.dataset.value;
      if (!value) return;
      write(name, value);
      this.show(value);
    });
  }

  private show(current: string): void {
    for (const button of this.querySelectorAll<HTMLElement>("[data-value]"))
      button.setAttribute("aria-pressed", String(button.dataset.value === current));
  }
}

customElements.define("gb-choice", Choice);
