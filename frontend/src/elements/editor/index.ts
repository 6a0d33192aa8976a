// <gb-rule-editor>: a rule is edited here, and what it would do is seen while typing.
// The server draws the page and its fields (rule_editor.html); this fills them, asks, and shows the answers.
import { Api, type Checked, type Mistake, Refused, type Rule, type Saved, type Vocabulary } from "./api";
import { Code } from "./code";
import { h } from "./draw";
import { BLANK, Fields, whole } from "./form";
import { Drafts } from "./kept";
import { Live } from "./live";
import { tell } from "./mistakes";
import { Outcomes } from "./outcomes";
import { Past } from "./past";
import { Saving } from "./saving";
import { Names } from "./types";

const LISTED = 30; // entities that a list names

type Where = "expression" | "when";

class RuleEditor extends HTMLElement {
  private live: Live | null = null;
  private begun = false;

  connectedCallback(): void {
    if (this.begun) return;
    this.begun = true;
    void this.load();
  }

  disconnectedCallback(): void {
    this.live?.stop();
  }

  private get form(): HTMLFormElement {
    return this.querySelector("form")!;
  }

  private async load(): Promise<void> {
    const token = this.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "";
    const api = new Api(this.getAttribute("api")!, this.getAttribute("scorecard")!, token);
    const id = this.getAttribute("rule") ?? "";
    const trouble = this.querySelector<HTMLElement>("[data-part=start]")!;
    try {
      const [vocabulary, saved] = await Promise.all([api.vocabulary(), id ? api.rule(id) : null]);
      this.begin(api, vocabulary, saved);
      trouble.hidden = true;
      this.querySelector<HTMLFieldSetElement>("[data-part=all]")!.disabled = false;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const again = h("button", { type: "button", class: "button" }, "Try again");
      again.addEventListener("click", () => void this.load());
      trouble.replaceChildren(`The rule could not be loaded. ${error.message} `, again);
      trouble.hidden = false;
    }
  }

  private begin(api: Api, vocabulary: Vocabulary, saved: Saved | null): void {
    new Editing(this, this.form, api, vocabulary).start(saved, (live) => (this.live = live));
  }
}

// One sitting: the fields, what is asked about them, and where the answers are shown.
class Editing {
  private readonly codes: Record<Where, Code>;
  private readonly fields: Fields;
  private readonly live: Live;
  private readonly saving: Saving;
  private readonly outcomes: Outcomes;
  private readonly past: Past;

  constructor(
    private readonly element: HTMLElement,
    private readonly form: HTMLFormElement,
    api: Api,
    vocabulary: Vocabulary,
  ) {
    this.fields = new Fields(form, () => this.changed());
    const names = new Names(vocabulary, () => this.fields.parameters.read());
    const code = (where: Where) => new Code(this.find(`[data-code="${where}"]`), names, (stroke) => this.changed(stroke));
    this.codes = { expression: code("expression"), when: code("when") };
    this.outcomes = new Outcomes(this.find("[data-panel=live]"), JSON.parse(this.find("[data-panel=live]").dataset.levels ?? "[]"));
    this.past = new Past(this.find("[data-panel=past]"));
    this.live = new Live(api, () => this.draft(), this.shown());
    const id = element.getAttribute("rule") ?? "";
    const drafts = new Drafts(element.getAttribute("person") ?? "", element.getAttribute("scorecard")!, id || "new");
    const held = { current: () => this.current(), fill: (rule: Rule) => this.fill(rule), refuse: (error: Refused) => this.refuse(error), calm: () => this.fields.calm("save") };
    this.saving = new Saving(this.find("[data-panel=save]"), api, drafts, held, id);
  }

  start(saved: Saved | null, told: (live: Live) => void): void {
    told(this.live);
    const control = this.fields.control("level");
    this.saving.start(saved, whole({ ...BLANK, level: control?.value ?? "", ...JSON.parse(this.element.getAttribute("proposed") ?? "{}") }));
    this.form.addEventListener("input", () => this.changed());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.form.addEventListener("keydown", (event) => this.key(event));
    this.find("[data-do=backtest]").addEventListener("click", () => this.live.look());
    this.changed();
    this.codes.expression.focus();
  }

  private find(selector: string): HTMLElement {
    return this.element.querySelector<HTMLElement>(selector)!;
  }

  private key(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey)) return;
    if (event.key === "s") {
      event.preventDefault();
      this.save();
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.live.look();
    }
  }

  private save(): void {
    const own = this.fields.control("id");
    if (own) this.saving.id = own.value.trim();
    if (own && !own.reportValidity()) return;
    void this.saving.save();
  }

  private changed(stroke = performance.now()): void {
    if (!this.saving) return; // the fields are being made
    this.saving.changed();
    if (this.codes.expression.text.trim()) this.live.changed(stroke);
    else {
      this.live.stop();
      this.outcomes.settle("Write an expression to see who passes");
    }
  }

  private current(): Rule {
    return { ...this.fields.read(), expression: this.codes.expression.text.trimEnd(), when: this.codes.when.text.trim() };
  }

  private fill(rule: Rule): Rule {
    this.fields.fill(rule);
    this.codes.expression.text = rule.expression;
    this.codes.when.text = rule.when;
    if (rule.when) (this.find('[data-code="when"]').closest("details") as HTMLDetailsElement).open = true;
    return this.current();
  }

  private draft(): { preview: object; check: object } {
    const { expression, when, level, weight, scope, parameters, enforcement } = this.current();
    const id = this.saving.id || undefined;
    const asked = { expression, when: when || null, parameters };
    return { preview: { rule: { id, ...asked, level, weight, scope, enforcement }, limit: LISTED }, check: { rule: id ?? null, ...asked } };
  }

  private shown() {
    const panel = { preview: this.outcomes, backtest: this.past };
    return {
      preview: (answer: Parameters<Outcomes["show"]>[0], stroke: number) => {
        if (answer.ok) this.outcomes.show(answer, stroke);
        else this.outcomes.settle("From the last complete expression");
      },
      backtest: (answer: Parameters<Past["show"]>[0]) => {
        if (answer.ok) this.past.show(answer);
        else this.past.settle("From the last complete expression");
      },
      checked: (answer: Checked) => this.checked(answer),
      choosing: () => this.codes.expression.choosing || this.codes.when.choosing,
      waiting: (what: "preview" | "backtest", reading: boolean) =>
        panel[what].settle(reading ? "The server is still reading the catalog" : "Looking back…"),
      failed: (what: "preview" | "backtest", error: Refused) => panel[what].settle(error.message),
    };
  }

  private checked(answer: Checked): void {
    for (const where of ["expression", "when"] as const) this.complain(where, answer.errors.filter((mistake) => (mistake.where ?? "expression") === where));
    const others = answer.errors.filter((mistake) => mistake.where && mistake.where !== "expression" && mistake.where !== "when");
    this.fields.calm("check");
    for (const mistake of others) this.fields.refuse(mistake.where!, mistake.message, "check");
    this.find("[data-part=reads]").hidden = !answer.ok;
    if (answer.ok) this.reads(answer);
  }

  private complain(where: Where, mistakes: Mistake[]): void {
    this.codes[where].tell(mistakes);
    tell(this.find(`[data-told="${where}"]`), mistakes, this.codes[where]);
  }

  private reads({ reads }: Checked): void {
    const parts = reads.map((read) => h("li", {}, h("a", { href: read.url, "data-tip": [read.doc, read.unit].filter(Boolean).join(" · ") }, h("code", {}, read.path)), read.type ? h("span", { class: "note" }, ` ${read.type}`) : null));
    this.find("[data-part=reads]").replaceChildren(...parts);
  }

  // A refusal is told where the mistake is; what has no place of its own goes back to the caller.
  private refuse(error: Refused): string[] {
    const mistakes = error.problem.errors ?? [];
    for (const where of ["expression", "when"] as const) {
      const own = mistakes.filter((mistake) => mistake.where === where);
      if (own.length) this.complain(where, own);
    }
    return mistakes
      .filter((mistake) => mistake.where !== "expression" && mistake.where !== "when")
      .filter((mistake) => !this.fields.refuse(mistake.where ?? "", mistake.message, "save"))
      .map((mistake) => (mistake.where ? `${mistake.where}: ${mistake.message}` : mistake.message));
  }
}

if (!customElements.get("gb-rule-editor")) customElements.define("gb-rule-editor", RuleEditor);
