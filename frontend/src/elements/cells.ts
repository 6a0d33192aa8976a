// <gb-cells> around a table full of links: one stop for Tab, arrow keys go from cell to cell. Without it, plain links.
class Cells extends HTMLElement {
  #at: HTMLAnchorElement | null = null;

  connectedCallback(): void {
    const links = this.#links();
    links.forEach((link) => (link.tabIndex = -1));
    this.#take(links[0] ?? null);
    this.addEventListener("focusin", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>("td.cell a");
      if (link) this.#take(link);
    });
    this.addEventListener("keydown", (event) => this.#move(event));
  }

  #links(): HTMLAnchorElement[] {
    return [...this.querySelectorAll<HTMLAnchorElement>("td.cell a")];
  }

  #take(link: HTMLAnchorElement | null): void {
    if (this.#at) this.#at.tabIndex = -1;
    this.#at = link;
    if (link) link.tabIndex = 0;
  }

  #move(event: KeyboardEvent): void {
    const cell = (event.target as Element).closest<HTMLTableCellElement>("td.cell");
    const row = cell?.closest("tr");
    if (!cell || !row || event.ctrlKey || event.metaKey || event.altKey) return;
    const beside = [...row.querySelectorAll<HTMLTableCellElement>("td.cell")];
    const place = beside.indexOf(cell);
    const column = (other: Element | null | undefined) => other?.querySelectorAll<HTMLTableCellElement>("td.cell")[place];
    const to: Record<string, () => HTMLTableCellElement | undefined> = {
      ArrowRight: () => beside[place + 1],
      ArrowLeft: () => beside[place - 1],
      ArrowDown: () => column(row.nextElementSibling),
      ArrowUp: () => column(row.previousElementSibling),
      Home: () => beside[0],
      End: () => beside[beside.length - 1],
    };
    const found = to[event.key];
    if (!found) return;
    event.preventDefault();
    found()?.querySelector<HTMLAnchorElement>("a")?.focus();
  }
}

customElements.define("gb-cells", Cells);
