// The rule's own tests: facts, and what the rule must come to on them. A rule is saved only when they all hold.
import type { Example } from "./api";
import { h, OUTCOMES } from "./draw";

const TEXTS = ["title", "kind", "tier", "lifecycle"] as const;
const BEYOND = ["around", "levels", "teams"] as const; // what is known of others, and by others

function written(facts: unknown): string {
  return typeof facts === "string" ? facts : JSON.stringify(facts ?? {}, null, 1).replace(/\n\s*/g, " ");
}

function beyond(one: Example): object {
  return Object.fromEntries(BEYOND.flatMap((name) => (one[name] ? [[name, one[name]]] : [])));
}

// What is no JSON goes to the server as it stands, and is told beside the field at once.
function parsed(text: string): unknown {
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
      const one: Example = { facts: parsed(value("facts")), outcome: value("outcome") };
      const others = parsed(value("beyond"));
      Object.assign(one, typeof others === "string" ? { around: others } : others);
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
    const json = (part: string, label: string, held: unknown) => {
      const told = h("p", { class: "field-told", id: id(`${part}-told`), "aria-live": "polite" });
      const given = h("textarea", { id: id(part), "data-part": part, rows: 2, spellcheck: "false", "aria-describedby": told.id }, written(held));
      given.addEventListener("input", () => {
        const broken = typeof parsed(given.value) === "string";
        told.textContent = broken ? "Not JSON: an object is expected." : "";
        if (broken) given.setAttribute("aria-invalid", "true");
        else given.removeAttribute("aria-invalid");
      });
      return h("div", { class: "field mono wide" }, h("label", { for: given.id }, label), given, told);
    };
    const remove = h("button", { type: "button", class: "linkish" }, "Remove", h("span", { class: "sr" }, ` example ${this.count}`));
    const row = h("fieldset", { class: "parameter", "data-example-row": true }, h("legend", { class: "sr" }, `Example ${this.count}`),
      text("title", "What it shows"), h("div", { class: "field" }, h("label", { for: outcome.id }, "Must come to"), outcome), text("kind", "Kind, else service"),
      json("facts", "Facts, as JSON", one.facts),
      json("beyond", "Around it (relations, levels, teams), as JSON", beyond(one)),
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
