// <gb-frame>: a frame of another origin that says "greenboard.token" is given another token, as long as its page is shown.
// Its origin is nobody's (it is sandboxed), so what counts is that its own window asked.
class Frame extends HTMLElement {
  private readonly heard = (event: MessageEvent) => void this.answer(event);

  connectedCallback(): void {
    window.addEventListener("message", this.heard);
  }

  disconnectedCallback(): void {
    window.removeEventListener("message", this.heard);
  }

  private async answer(event: MessageEvent): Promise<void> {
    const inside = this.querySelector("iframe")?.contentWindow;
    const address = this.getAttribute("renewed");
    if (!inside || event.source !== inside || event.data !== "greenboard.token" || !address) return;
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok) inside.postMessage({ type: "greenboard.token", ...(await answer.json()) }, "*");
  }
}

customElements.define("gb-frame", Frame);
