// The rule's own tests: facts, and what the rule must come to on them. A rule is saved only when they all hold.
import type { Example } from "./api";
import { h, OUTCOMES } from "./draw";

const TEXTS = ["title", "kind", "tier", "lifecycle"] as const;

function written(facts: unknown): string {
  return typeof facts === "string" ? facts : JSON.stringify(facts ?? {}, null, 1).replace(/\n\s*/g, " ");
}

// What is no JSON goes to the server as it stands, and is told beside the field at once.
function facts(text: string): unknown {
  try {
    return JSON.parse(text.trim() || "{}");
  } catch {
    return text;
  }
}

export class Examples {
  private count = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly changed: () => void,
  ) {
    host.querySelector("[data-add]")!.addEventListener("click", () => {
      this.add({ facts: {}, outcome: "pass" }).querySelector("input")!.focus();
      this.tally();
      this.changed();
    });
  }

  fill(examples: Example[]): void {
    for (const row of this.rows()) row.remove();
    for (const one of examples) this.add(one);
    this.tally();
  }

  read(): Example[] {
    return this.rows().map((row) => {
      const value = (part: string) => row.querySelector<HTMLInputElement>(`[data-part="${part}"]`)!.value.trim();
      const one: Example = { facts: facts(value("facts")), outcome: value("outcome") };
      for (const name of TEXTS) if (value(name)) Object.assign(one, { [name]: name === "tier" ? Number(value(name)) : value(name) });
      return one;
    });
  }

  private tally(): void {
    this.host.closest("details")!.querySelector("[data-count]")!.textContent = String(this.rows().length);
  }

  private rows(): HTMLElement[] {
    return [...this.host.querySelectorAll<HTMLElement>("[data-example-row]")];
  }

  private add(one: Example): HTMLElement {
    this.count += 1;
    const id = (part: string) => `example-${this.count}-${part}`;
    const text = (part: (typeof TEXTS)[number], label: string, kind = "") =>
      h("div", { class: `field ${kind}` }, h("label", { for: id(part) }, label), h("input", { id: id(part), type: "text", "data-part": part, value: one[part] ?? "", autocomplete: "off" }));
    const outcome = h("select", { id: id("outcome"), "data-part": "outcome" }, ...Object.entries(OUTCOMES).map(([name, said]) => h("option", { value: name, selected: name === one.outcome }, `${said.glyph} ${said.word}`)));
    const told = h("p", { class: "field-told", id: id("told"), "aria-live": "polite" });
    const given = h("textarea", { id: id("facts"), "data-part": "facts", rows: 2, spellcheck: "false", "aria-describedby": told.id }, written(one.facts));
    given.addEventListener("input", () => {
      const broken = typeof facts(given.value) === "string";
      told.textContent = broken ? "Not JSON: an object of fact types is expected." : "";
      if (broken) given.setAttribute("aria-invalid", "true");
      else given.removeAttribute("aria-invalid");
    });
    const remove = h("button", { type: "button", class: "linkish" }, "Remove", h("span", { class: "sr" }, ` example ${this.count}`));
    const row = h("fieldset", { class: "parameter", "data-example-row": true }, h("legend", { class: "sr" }, `Example ${this.count}`),
      text("title", "What it shows"), h("div", { class: "field" }, h("label", { for: outcome.id }, "Must come to"), outcome), text("kind", "Kind, else service"),
      h("div", { class: "field mono wide" }, h("label", { for: given.id }, "Facts, as JSON"), given, told),
      text("tier", "Tier"), text("lifecycle", "Lifecycle"), remove);
    remove.addEventListener("click", () => {
      row.remove();
      this.tally();
      this.host.querySelector<HTMLElement>("[data-add]")!.focus();
      this.changed();
    });
    this.host.insertBefore(row, this.host.querySelector("[data-add]"));
    return row;
  }
}
