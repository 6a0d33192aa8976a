// <gb-moment><time datetime="…">2 h ago</time></gb-moment>: the exact time, in the reader's zone, on hover and focus.
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

class Moment extends HTMLElement {
  connectedCallback(): void {
    const time = this.querySelector("time");
    if (!time) return;
    const moment = new Date(time.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    time.removeAttribute("title");
    this.dataset.tip = exact.format(moment);
  }
}

customElements.define("gb-moment", Moment);
