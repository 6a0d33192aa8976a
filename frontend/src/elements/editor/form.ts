// The fields around the expression, as a rule and back.
import type { Parameter, Rule, Saved, Value } from "./api";
import { Examples } from "./examples";
import { Parameters } from "./parameters";

export const BLANK: Rule = {
  title: "", why: "", fix: "", remedy: "", level: "", weight: 1, enforcement: "draft", grace: "7d", expression: "", when: "",
  scope: { kinds: [], tiers: [], lifecycles: [], tags: [] },
  parameters: {},
  examples: [],
};

export type Refusal = "check" | "save";
type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
const TEXTS = ["title", "why", "fix", "level", "enforcement", "grace", "item", "dimension"] as const;

export function words(text: string): string[] {
  return text.split(",").map((word) => word.trim()).filter(Boolean);
}

export class Fields {
  readonly parameters: Parameters;
  private readonly examples: Examples;

  constructor(
    private readonly form: HTMLFormElement,
    changed: () => void,
  ) {
    this.parameters = new Parameters(form.querySelector("[data-parameters]")!, changed);
    this.examples = new Examples(form.querySelector("[data-examples]")!, changed);
    form.addEventListener("input", ({ target }) => this.clear(target as Control));
  }

  control(name: string): Control | null {
    const found = this.form.elements.namedItem(name);
    return found instanceof HTMLInputElement || found instanceof HTMLSelectElement || found instanceof HTMLTextAreaElement ? found : null;
  }

  // Everything but the two expressions, which have fields of their own.
  read(): Omit<Rule, "expression" | "when"> {
    const rule: Record<string, unknown> = {};
    for (const name of TEXTS) {
      const control = this.control(name);
      if (control) rule[name] = control.value.trim();
    }
    return {
      ...(rule as Pick<Rule, (typeof TEXTS)[number]>),
      remedy: this.control("remedy")?.value ?? "",
      weight: Number(this.control("weight")?.value ?? 1),
      scope: {
        kinds: this.checked("kinds"),
        tiers: this.checked("tiers").map(Number),
        lifecycles: this.checked("lifecycles"),
        tags: words(this.control("tags")?.value ?? ""),
      },
      parameters: this.parameters.read(),
      examples: this.examples.read(),
    };
  }

  fill(rule: Rule): void {
    for (const name of TEXTS) {
      const control = this.control(name);
      const value = rule[name] ?? "";
      if (control instanceof HTMLSelectElement) offer(control, value);
      if (control && !(value === "" && control instanceof HTMLSelectElement)) control.value = value;
    }
    const remedy = this.control("remedy") as HTMLSelectElement;
    offer(remedy, rule.remedy);
    remedy.value = rule.remedy;
    this.control("weight")!.value = String(rule.weight);
    this.check("kinds", rule.scope.kinds);
    this.check("tiers", rule.scope.tiers.map(String));
    this.check("lifecycles", rule.scope.lifecycles);
    this.control("tags")!.value = rule.scope.tags.join(", ");
    this.parameters.fill(rule.parameters);
    this.examples.fill(rule.examples);
  }

  // Says beside a field what the server refused about it, and when; false where there is no such field.
  refuse(name: string, message: string, when: Refusal): boolean {
    const control = this.control(name);
    const told = control && this.told(control);
    if (!control || !told) return false;
    control.setAttribute("aria-invalid", "true");
    control.dataset.refused = when;
    told.textContent = message;
    return true;
  }

  // Takes back what was refused then: a later check does not know what saving refused, and leaves it.
  calm(when: Refusal): void {
    for (const control of this.form.querySelectorAll<Control>(`[data-refused="${when}"]`)) this.clear(control);
  }

  private clear(control: Control): void {
    const told = this.told(control);
    if (!control.dataset.refused || !told) return;
    control.removeAttribute("aria-invalid");
    delete control.dataset.refused;
    told.textContent = "";
  }

  private told(control: Control): HTMLElement | null {
    return this.form.querySelector<HTMLElement>(`#${CSS.escape(control.id)}-told`);
  }

  private boxes(name: string): HTMLInputElement[] {
    return [...this.form.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name="${name}"]`)];
  }

  private checked(name: string): string[] {
    return this.boxes(name).filter((box) => box.checked).map((box) => box.value);
  }

  // A value that the page does not offer (a kind of one's own) gets a box as well: nothing is lost by saving.
  private check(name: string, values: string[]): void {
    const boxes = this.boxes(name);
    for (const value of values) {
      if (boxes.some((box) => box.value === value)) continue;
      const label = boxes[0]!.closest("label")!.cloneNode(true) as HTMLLabelElement;
      label.lastChild!.textContent = value;
      const box = label.querySelector("input")!;
      box.value = value;
      boxes[0]!.closest("label")!.parentElement!.append(label);
      boxes.push(box);
    }
    for (const box of boxes) box.checked = values.includes(box.value);
  }
}

function offer(select: HTMLSelectElement, value: string): void {
  if (value && ![...select.options].some((option) => option.value === value)) select.add(new Option(value, value));
}

// The server may leave out what is empty; here every part is there, so that two rules can be compared.
export function whole(given: Partial<Rule> | Saved): Rule {
  const rule = { ...BLANK, ...given };
  return {
    ...rule,
    remedy: named(rule.remedy),
    when: rule.when ?? "",
    examples: rule.examples ?? [],
    expression: (rule.expression ?? "").trimEnd(),
    scope: { ...BLANK.scope, ...given.scope },
    parameters: Object.fromEntries(Object.entries(given.parameters ?? {}).map(([name, one]) => [name, tidy(one)])),
  };
}

// A way out as the form has it; the server gives it by its kind.
function named(remedy: Saved["remedy"] | string): string {
  if (typeof remedy === "string") return remedy;
  const [kind, name] = Object.entries(remedy ?? {})[0] ?? [];
  return kind ? `${kind}:${name}` : "";
}

// How a rule is met as the server takes it: in words, and by the way out that is named.
export function fix({ fix: text, remedy }: Pick<Rule, "fix" | "remedy">): string | Record<string, string> {
  if (!remedy) return text;
  const at = remedy.indexOf(":");
  return { ...(text ? { text } : {}), [remedy.slice(0, at)]: remedy.slice(at + 1) };
}

function tidy(one: Partial<Parameter>): Parameter {
  return { type: one.type ?? "int", default: one.default as Value, by_tier: one.by_tier ?? {}, by_kind: one.by_kind ?? {}, doc: one.doc ?? "" };
}
