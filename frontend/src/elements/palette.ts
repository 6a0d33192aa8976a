// The command palette: everything with a name, one keystroke away. The server draws the dialog and lists
// the entries; this fetches them once per visit and filters. Where there are very many entities, those
// come as they are typed.
interface Entry {
  text: string;
  hint: string;
  group: string;
  url: string;
}

interface Answer {
  entries: Entry[];
  whole: boolean;
}

const LIMIT = 40;
const PAUSE = 120; // milliseconds without a keystroke before the server is asked

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
  private whole = true;
  private typed: Entry[] = []; // the entities that the server found for what was typed last
  private asking: AbortController | null = null;
  private timer = 0;
  private entered = false; // Enter came before the answer
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
    this.input.addEventListener("input", () => this.changed());
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
        const answer = await this.load("");
        this.entries = answer.entries;
        this.whole = answer.whole;
      } catch {
        this.say("The list could not be loaded. Close and try again.");
        return;
      }
    }
    this.changed();
  }

  private async load(typed: string, signal?: AbortSignal): Promise<Answer> {
    const url = new URL(this.getAttribute("source")!, location.href);
    if (typed) url.searchParams.set("q", typed);
    const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()) as Answer;
  }

  // What is known fits at once; the rest follows when the typing pauses.
  private changed(): void {
    this.entered = false;
    this.asking?.abort();
    this.asking = null;
    clearTimeout(this.timer);
    const typed = this.input.value.trim();
    if (this.entries && !this.whole && typed) {
      this.asking = new AbortController();
      this.timer = window.setTimeout(() => void this.ask(typed, this.asking!), PAUSE);
    }
    this.show(0);
  }

  private async ask(typed: string, asking: AbortController): Promise<void> {
    try {
      this.typed = (await this.load(typed, asking.signal)).entries;
    } catch {
      if (asking.signal.aborted) return;
      this.asking = null;
      this.say("The entities could not be looked for. Type on to try again.");
      return;
    }
    if (asking.signal.aborted) return;
    this.asking = null;
    this.show(0);
    if (this.entered) this.go();
  }

  private found(): Entry[] {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const entries = this.entries ?? [];
    if (!words.length) return entries.slice(0, LIMIT);
    return [...entries, ...this.typed]
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
    if (this.asking) this.say("Looking…");
    else this.say(found.length ? `${found.length} found` : "Nothing has that name.");
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
      if (this.asking && this.selected === 0) this.entered = true;
      else this.go();
    }
  }

  private go(): void {
    (this.list.children[this.selected] as HTMLElement | undefined)?.click();
  }
}

customElements.define("gb-palette", Palette);

export function openPalette(): void {
  void document.querySelector<Palette>("gb-palette")?.open();
}
