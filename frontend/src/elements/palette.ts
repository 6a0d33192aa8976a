// The command palette: everything with a name, one keystroke away. The server draws the dialog and
// lists the entries; this fetches them once per visit and filters.
interface Entry {
  text: string;
  hint: string;
  group: string;
  url: string;
}

const LIMIT = 40;

export function rank(entry: Entry, words: string[]): number {
  const text = entry.text.toLowerCase();
  const all = `${text} ${entry.hint.toLowerCase()} ${entry.group.toLowerCase()}`;
  let score = 0;
  for (const word of words) {
    if (text === word) score += 100;
    else if (text.startsWith(word)) score += 50;
    else if (text.includes(word)) score += 20;
    else if (all.includes(word)) score += 5;
    else return 0;
  }
  return score - text.length / 100;
}

class Palette extends HTMLElement {
  private entries: Entry[] | null = null;
  private selected = 0;

  private get dialog(): HTMLDialogElement {
    return this.querySelector("dialog")!;
  }
  private get input(): HTMLInputElement {
    return this.querySelector("input")!;
  }
  private get list(): HTMLElement {
    return this.querySelector("[role=listbox]")!;
  }

  connectedCallback(): void {
    this.input.addEventListener("input", () => this.show(0));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close();
    });
  }

  async open(): Promise<void> {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.input.value = "";
    this.input.focus();
    if (!this.entries) {
      try {
        const answer = await fetch(this.getAttribute("source")!, { headers: { Accept: "application/json" } });
        if (!answer.ok) throw new Error(String(answer.status));
        this.entries = (await answer.json()).entries as Entry[];
      } catch {
        this.say("The list could not be loaded. Close and try again.");
        return;
      }
    }
    this.show(0);
  }

  private found(): Entry[] {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const entries = this.entries ?? [];
    if (!words.length) return entries.slice(0, LIMIT);
    return entries
      .map((entry) => ({ entry, score: rank(entry, words) }))
      .filter((match) => match.score > 0)
      .sort((a, b) => b.score - a.score)
      .slice(0, LIMIT)
      .map((match) => match.entry);
  }

  private show(selected: number): void {
    if (!this.entries) return;
    const found = this.found();
    this.selected = Math.max(0, Math.min(selected, found.length - 1));
    this.list.replaceChildren(...found.map((entry, index) => this.option(entry, index)));
    this.input.setAttribute("aria-activedescendant", found.length ? `palette-${this.selected}` : "");
    this.list.children[this.selected]?.scrollIntoView({ block: "nearest" });
    this.say(found.length ? `${found.length} found` : "Nothing has that name.");
  }

  private option(entry: Entry, index: number): HTMLElement {
    const option = document.createElement("a");
    option.id = `palette-${index}`;
    option.href = entry.url;
    option.tabIndex = -1;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(index === this.selected));
    for (const [name, text] of [["name", entry.text], ["hint", entry.hint], ["group", entry.group]] as const) {
      const part = document.createElement("span");
      part.className = name;
      part.textContent = text;
      option.append(part);
    }
    return option;
  }

  private say(text: string): void {
    this.querySelector("[role=status]")!.textContent = text;
  }

  private key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.show(this.selected + step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      (this.list.children[this.selected] as HTMLElement | undefined)?.click();
    }
  }
}

customElements.define("gb-palette", Palette);

export function openPalette(): void {
  void document.querySelector<Palette>("gb-palette")?.open();
}
