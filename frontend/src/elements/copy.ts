// <gb-copy text="…"><button>Copy</button></gb-copy>
class Copy extends HTMLElement {
  connectedCallback(): void {
    const button = this.querySelector("button");
    button?.addEventListener("click", async () => {
      const before = button.textContent;
      try {
        await navigator.clipboard.writeText(this.getAttribute("text") ?? "");
        button.textContent = "Copied";
      } catch {
        button.textContent = "Cannot copy here";
      }
      setTimeout(() => (button.textContent = before), 1500);
    });
  }
}

customElements.define("gb-copy", Copy);
