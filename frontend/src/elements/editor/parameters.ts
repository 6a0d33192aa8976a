// The thresholds of a rule: a name, a type, a default, other values by tier.
import type { Parameter, Value } from "./api";
import { h } from "./draw";

const TYPES = ["int", "float", "bool", "string", "duration", "list<string>"];
const TIERS = ["0", "1", "2", "3", "4"];

function written(value: Value | undefined | null): string {
  return value === undefined || value === null ? "" : Array.isArray(value) ? value.join(", ") : String(value);
}

// What cannot be read as the type goes to the server as it stands, which says what is wrong with it.
function read(text: string, type: string): Value {
  const trimmed = text.trim();
  if (type === "int" && /^[+-]?\d+$/.test(trimmed)) return Number(trimmed);
  if (type === "float" && trimmed !== "" && Number.isFinite(Number(trimmed))) return Number(trimmed);
  if (type === "bool" && /^(true|false)$/.test(trimmed)) return trimmed === "true";
  if (type.startsWith("list<")) return trimmed.split(",").map((part) => part.trim()).filter(Boolean);
  return trimmed;
}

export class Parameters {
  private count = 0;

  constructor(
    private readonly host: HTMLElement,
    private readonly changed: () => void,
  ) {
    host.querySelector("[data-add]")!.addEventListener("click", () => {
      this.add("", { type: "int", default: "", by_tier: {}, by_kind: {}, doc: "" }).querySelector("input")!.focus();
      this.changed();
    });
  }

  fill(parameters: Record<string, Parameter>): void {
    for (const row of this.rows()) row.remove();
    for (const [name, one] of Object.entries(parameters)) this.add(name, one);
    const fold = this.host.closest("details");
    if (fold && Object.keys(parameters).length) fold.open = true;
  }

  // A row without a name is none yet.
  read(): Record<string, Parameter> {
    const found: Record<string, Parameter> = {};
    for (const row of this.rows()) {
      const value = (part: string) => row.querySelector<HTMLInputElement | HTMLSelectElement>(`[data-part="${part}"]`)!.value;
      const name = value("name").trim();
      if (!name) continue;
      const type = value("type");
      const tiers = TIERS.filter((tier) => value(`tier-${tier}`).trim()).map((tier) => [tier, read(value(`tier-${tier}`), type)]);
      found[name] = { type, default: read(value("default"), type), by_tier: Object.fromEntries(tiers), by_kind: JSON.parse(row.dataset.byKind ?? "{}"), doc: value("doc").trim() };
    }
    return found;
  }

  private rows(): HTMLElement[] {
    return [...this.host.querySelectorAll<HTMLElement>("[data-parameter]")];
  }

  private add(name: string, one: Parameter): HTMLElement {
    this.count += 1;
    const text = (part: string, label: string, value: string, kind = "") => {
      const id = `parameter-${this.count}-${part}`;
      return h("div", { class: `field ${kind}` }, h("label", { for: id }, label), h("input", { id, type: "text", "data-part": part, value, autocomplete: "off", spellcheck: "false" }));
    };
    const type = h("select", { id: `parameter-${this.count}-type`, "data-part": "type" }, ...TYPES.map((known) => h("option", { value: known, selected: known === one.type }, known)));
    const remove = h("button", { type: "button", class: "linkish" }, "Remove", h("span", { class: "sr" }, ` the parameter ${name}`));
    const others = Object.entries(one.by_kind);
    const row = h("fieldset", { "data-parameter": true, "data-by-kind": JSON.stringify(one.by_kind), class: "parameter" },
      h("legend", { class: "sr" }, `Parameter ${name}`),
      text("name", "Name, after param.", name, "mono"), h("div", { class: "field" }, h("label", { for: type.id }, "Type"), type), text("default", "Default", written(one.default)),
      h("div", { class: "tiers" }, ...TIERS.map((tier) => text(`tier-${tier}`, `Tier ${tier}`, written(one.by_tier[tier])))),
      text("doc", "What it means", one.doc, "wide"),
      others.length ? h("p", { class: "note wide" }, `By kind: ${others.map(([kind, value]) => `${kind} ${written(value)}`).join(", ")}. Kept as it is.`) : null,
      remove);
    remove.addEventListener("click", () => {
      row.remove();
      this.host.querySelector<HTMLElement>("[data-add]")!.focus();
      this.changed();
    });
    this.host.insertBefore(row, this.host.querySelector("[data-add]"));
    return row;
  }
}
