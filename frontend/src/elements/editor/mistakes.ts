// What is wrong, as text below its field: for everyone, and read aloud when the typing rests.
import type { Mistake } from "./api";
import { h } from "./draw";

function place(mistake: Mistake, lines: number): string {
  if (!mistake.column) return "";
  return lines > 1 ? `Line ${mistake.line ?? 1}, column ${mistake.column}` : `Column ${mistake.column}`;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  return trimmed + (/[.?!]$/.test(trimmed) ? "" : "."); // as it stands: it may begin with a name
}

const LONG = 6; // names in what was expected: completion lists them better
const MEANT = /^Did you mean '([^']+)'\?$/;

export interface Place {
  text: string;
  go(mistake: Mistake): void;
  mend(mistake: Mistake, text: string): void;
}

export function tell(host: HTMLElement, mistakes: Mistake[], field: Place): void {
  const lines = field.text.split("\n").length;
  host.hidden = !mistakes.length;
  host.replaceChildren(...mistakes.map((mistake) => line(mistake, place(mistake, lines), field)));
}

function button(text: string, act: () => void): HTMLElement {
  const made = h("button", { type: "button", class: "linkish" }, text);
  made.addEventListener("click", act);
  return made;
}

function line(mistake: Mistake, where: string, field: Place): HTMLElement {
  const meant = MEANT.exec(mistake.hint ?? "")?.[1];
  const expected = mistake.expected && !(mistake.hint && mistake.expected.split(", ").length > LONG);
  const tools = h("span", { class: "tools-row" }, meant ? button(`Use ${meant}`, () => field.mend(mistake, meant)) : null, where ? button(where, () => field.go(mistake)) : null);
  return h("li", {},
    h("span", { class: "outcome is-fail", "aria-hidden": "true" }, "✕"),
    h("span", {}, sentence(mistake.message), mistake.hint ? h("b", {}, ` ${sentence(mistake.hint)}`) : null,
      expected ? h("span", { class: "note" }, ` Expected ${mistake.expected}${mistake.got ? `, got ${mistake.got}` : ""}.`) : null),
    tools);
}
