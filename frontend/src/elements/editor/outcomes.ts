// The instrument: who passes, fails, is undecided with the draft, beside the saved rule; and who changes.
import type { Counts, Outcome, Preview } from "./api";
import { bar, counted, entityLine, h, number, OUTCOMES, percent, rate, rungs, sign, signed, strip } from "./draw";

const SHOWN: Outcome[] = ["pass", "fail", "no_data", "error", "not_applicable"];
const LISTED: Outcome[] = ["fail", "no_data", "error", "pass"];
const SPEAK = 900; // milliseconds of rest before numbers are read aloud

export interface Level {
  name: string;
  title: string;
}

export class Outcomes {
  private speaking = 0;
  private last: Preview | null = null;

  constructor(
    private readonly panel: HTMLElement,
    private readonly levels: Level[],
  ) {
    // A list that is folded away costs nothing while typing; it is made when it is opened.
    for (const outcome of LISTED) this.part(outcome).addEventListener("toggle", () => this.last && this.list(outcome, this.last));
  }

  show(answer: Preview, stroke: number): void {
    this.panel.classList.remove("stale");
    this.last = answer;
    this.figures(answer);
    this.part("took").textContent = `${counted(answer.entities_total, "entity", "entities")} in ${spent(answer.milliseconds)}`;
    this.speak(answer);
    painted(stroke, (waited) => {
      // What a benchmark reads: how long the person waited, and how long of it the server took to count.
      Object.assign(this.panel.dataset, { keystrokeMs: waited.toFixed(1), serverMs: String(answer.milliseconds) });
      if (this.last === answer) this.lists(answer);
    });
  }

  // They come a frame after the numbers, which nobody shall wait for.
  private lists(answer: Preview): void {
    this.changes(answer);
    this.moves(answer);
    for (const outcome of LISTED) this.list(outcome, answer);
  }

  // The numbers of an earlier draft stay, faint, and the place of the time taken says why there are no newer ones.
  settle(why: string): void {
    this.panel.classList.add("stale");
    if (this.part("took").textContent !== why) this.part("took").textContent = why;
  }

  private part(name: string): HTMLElement {
    return this.panel.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }

  private figures({ counts, before }: Preview): void {
    const passing = h("p", { class: "big" }, h("b", {}, percent(rate(counts))), h("span", { class: "note" }, `pass, of what can be decided${before ? `; ${percent(rate(before))} as saved` : ""}`));
    this.part("rate").replaceChildren(passing);
    this.part("bars").replaceChildren(...this.bars(counts, before));
    this.part("counts").replaceChildren(...table(counts, before));
  }

  private bars(counts: Counts, before: Counts | null): Node[] {
    const draft = [h("span", { class: "note" }, "Draft"), bar(counts, 14)];
    return before ? [...draft, h("span", { class: "note" }, "Saved"), bar(before, 8)] : draft;
  }

  private changes({ changed, before }: Preview): void {
    const lines = changed.entities.map((entity) =>
      entityLine(entity, h("span", { class: "turn" }, sign(entity.before), h("span", { class: "faint" }, h("span", { "aria-hidden": "true" }, " → "), h("span", { class: "sr" }, " becomes ")), sign(entity.after))),
    );
    const calm = before ? "No outcome changes." : "The rule is new: nothing to compare with.";
    this.fill("changed", changed.total, lines, calm);
  }

  private moves({ levels }: Preview): void {
    const lines = levels.changes.map((entity) =>
      entityLine(
        entity,
        h("span", { class: "turn" },
          h("span", { class: `move ${entity.worse ? "worse" : "better"}` }, h("span", { "aria-hidden": "true" }, entity.worse ? "▼ " : "▲ "), h("span", { class: "sr" }, entity.worse ? "Worse: " : "Better: ")),
          this.level(entity.before), h("span", { class: "faint" }, " → "), this.level(entity.after)),
      ),
    );
    this.fill("levels", levels.total, lines, "No level changes.");
    this.part("mix").replaceChildren(...this.mix(levels.before, levels.after));
  }

  private level(name: string | null): HTMLElement {
    const rank = this.levels.findIndex((level) => level.name === name) + 1;
    return h("span", { class: "rung" }, rungs(rank, this.levels.length), this.levels[rank - 1]?.title ?? "No level");
  }

  private mix(before: Record<string, number>, after: Record<string, number>): Node[] {
    const own = new Set(this.levels.map((level) => level.name));
    const none = (counts: Record<string, number>) => Object.entries(counts).reduce((sum, [name, count]) => sum + (own.has(name) ? 0 : count), 0);
    const rows = [...this.levels.map((level, index) => ({ ...level, rank: index + 1 })).reverse(), { name: "", title: "No level", rank: 0 }];
    const count = (counts: Record<string, number>, name: string) => (name ? (counts[name] ?? 0) : none(counts));
    const parts = rows.map((row): [string, number] => [`rung-${row.rank && Math.max(1, Math.round((4 * row.rank) / this.levels.length))}`, count(after, row.name)]);
    const said = rows.map((row) => {
      const moved = count(after, row.name) - count(before, row.name);
      return h("li", {}, rungs(row.rank, this.levels.length), ` ${row.title} `, h("b", {}, number(count(after, row.name))), h("span", { class: "note" }, moved ? ` ${signed(moved)}` : ""));
    });
    return [strip(parts, 8), h("ul", { class: "mix" }, ...said)];
  }

  private list(outcome: Outcome, { counts, entities }: Preview): void {
    const open = (this.part(outcome) as HTMLDetailsElement).open;
    const lines = open ? (entities[outcome] ?? []).map((entity) => entityLine(entity)) : [];
    this.fill(outcome, counts[outcome], lines, "None.");
  }

  private fill(name: string, total: number, lines: HTMLElement[], calm: string): void {
    const part = this.part(name);
    part.querySelector(".count")!.textContent = number(total);
    const list = part.querySelector("ul.who")!;
    list.replaceChildren(...lines);
    const more = total - lines.length;
    const note = part.querySelector<HTMLElement>(".after")!;
    note.textContent = total === 0 ? calm : more > 0 ? `And ${number(more)} more.` : "";
    note.hidden = !note.textContent;
  }

  // Read aloud when the typing rests; each key would be too much.
  private speak({ counts, changed, levels }: Preview): void {
    clearTimeout(this.speaking);
    const parts = SHOWN.filter((outcome) => counts[outcome]).map((outcome) => `${counts[outcome]} ${OUTCOMES[outcome].word.toLowerCase()}`);
    const said = `${parts.join(", ") || "Nothing asked"}. ${counted(changed.total, "outcome")} and ${counted(levels.total, "level")} change.`;
    this.speaking = setTimeout(() => (this.part("said").textContent = said), SPEAK);
  }
}

function table(counts: Counts, before: Counts | null): Node[] {
  const shown = SHOWN.filter((outcome) => outcome !== "error" || counts.error || before?.error);
  const head = h("tr", {}, h("td", {}), ...shown.map((outcome) => h("th", { scope: "col", class: "number" }, sign(outcome))));
  const row = (name: string, value: (outcome: Outcome) => string, kind = "") =>
    h("tr", { class: kind }, h("th", { scope: "row" }, name), ...shown.map((outcome) => h("td", { class: "number" }, value(outcome))));
  const rows = [row("Draft", (outcome) => number(counts[outcome]), "draft")];
  if (before) rows.push(row("Saved", (outcome) => number(before[outcome])), row("Change", (outcome) => signed(counts[outcome] - before[outcome]), "change"));
  return [h("thead", {}, head), h("tbody", {}, ...rows)];
}

export function spent(milliseconds: number): string {
  return milliseconds < 10 ? `${+milliseconds.toFixed(1)} ms` : milliseconds < 10_000 ? `${number(Math.round(milliseconds))} ms` : `${Math.round(milliseconds / 1000)} s`;
}

// How long a person waited, from the key to the frame after the one that draws the numbers.
function painted(stroke: number, told: (waited: number) => void): void {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      const end = performance.now();
      performance.measure("greenboard:keystroke-to-counts", { start: stroke, end });
      told(end - stroke);
    };
    channel.port2.postMessage(null);
  });
}
