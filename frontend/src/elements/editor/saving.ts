// Saving, and what may come of it. Nothing that was typed is ever lost: it stays in the form, or can be put back.
import { type Api, Refused, type Rule, type Saved } from "./api";
import { h } from "./draw";
import type { Drafts } from "./kept";
import { fix, whole } from "./form";

export interface Form {
  current(): Rule;
  fill(rule: Rule): Rule; // gives what the form then holds
  refuse(error: Refused): string[]; // gives what has no field to be told at
  calm(): void;
}

const LABELS: Record<string, string> = { when: "condition", fix: "how to fix", remedy: "way out" };

export function label(field: string): string {
  return LABELS[field] ?? field;
}

export function differing(one: Rule, other: Rule): (keyof Rule)[] {
  const keys = Object.keys(one) as (keyof Rule)[];
  return keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]));
}

export class Saving {
  id: string;
  private base: Rule;
  private saved: Saved | null = null;
  private basedOn = "";
  private busy = false;
  private seen = "";

  constructor(
    private readonly host: HTMLElement,
    private readonly api: Api,
    private readonly drafts: Drafts,
    private readonly form: Form,
    id: string,
  ) {
    this.id = id;
    this.base = form.current();
    const on = (name: string, act: () => void) => host.querySelector(`[data-do="${name}"]`)?.addEventListener("click", act);
    on("discard", () => this.discard());
    on("back", () => void this.back());
    on("yaml", () => this.download());
  }

  // The form holds what the server has, or what was left here earlier.
  start(saved: Saved | null, blank: Rule): void {
    const kept = this.drafts.read();
    const left = kept ? whole({ ...(saved ? { remedy: whole(saved).remedy } : {}), ...kept.rule }) : null; // older ones lack it
    this.accept(saved, this.form.fill(saved ? whole(saved) : blank));
    if (!kept || !left || !differing(this.base, left).length) return;
    this.basedOn = kept.basedOn;
    this.form.fill(left);
    this.changed();
    const button = h("button", { type: "button", class: "linkish" }, "Discard them");
    button.addEventListener("click", () => this.discard());
    this.say("", "Here are the changes that you had not saved. ", button);
  }

  private accept(saved: Saved | null, base: Rule): void {
    this.saved = saved;
    this.basedOn = saved?.digest ?? "";
    this.base = base;
    this.seen = "";
    this.part("back").hidden = !saved?.edited;
    this.part("yaml").hidden = !saved?.yaml;
    this.changed();
  }

  changed(): void {
    const now = this.form.current();
    const state = JSON.stringify(now);
    if (state === this.seen) return;
    this.seen = state;
    const fields = differing(this.base, now);
    this.part("state").textContent = fields.length ? `Not saved: ${fields.map(label).join(", ")}` : this.saved ? "As saved" : "";
    this.part("discard").hidden = !fields.length;
    if (fields.length) this.drafts.write(this.basedOn, now);
    else this.drafts.drop();
  }

  async save(): Promise<void> {
    if (this.busy || !this.host.querySelector("[name=note]")) return;
    this.busy = true;
    this.form.calm();
    this.say("", "Saving…");
    try {
      await this.put();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.refused(error);
    } finally {
      this.busy = false;
    }
  }

  private async put(): Promise<void> {
    const note = this.host.querySelector<HTMLInputElement>("[name=note]")!;
    const sent = this.form.current();
    const saved = await this.api.save(this.id, { ...this.parts(sent), based_on: this.basedOn, note: note.value.trim() });
    note.value = "";
    // What was typed while the answer was on its way is a change already.
    const quiet = !differing(sent, this.form.current()).length;
    this.accept(saved, quiet ? this.form.fill(whole(saved)) : sent);
    const url = this.host.dataset.url!.replace("RULE", this.id);
    this.say("is-pass", "✓ Saved. ", h("a", { href: url }, "See the rule"));
  }

  // Of a rule that there is only what was changed: the rest stays as it is, whoever saved it.
  // Words and way out are one part, and without a way out the words alone would leave the one that there is.
  private parts(sent: Rule): object {
    const changed = this.saved ? differing(this.base, sent) : (Object.keys(sent) as (keyof Rule)[]);
    const met = changed.includes("remedy") && !sent.remedy ? { text: sent.fix } : fix(sent);
    const given = changed.filter((key) => key !== "fix" && key !== "remedy").map((key) => [key, sent[key]] as const);
    return { ...Object.fromEntries(given), ...(given.length < changed.length ? { fix: met } : {}) };
  }

  private async refused(error: Refused): Promise<void> {
    if (error.status === 409) return this.conflict(error);
    const untold = this.form.refuse(error);
    const said = error.status === 403 ? `${error.message} What you typed is still here.` : error.status === 0 ? "The server did not answer. What you typed is still here; save again." : error.message;
    this.say("is-fail", `✕ Not saved. ${said} `, ...untold.map((text) => h("span", { class: "line" }, text)));
  }

  // Someone else was first: both are shown, and the person chooses.
  private async conflict(error: Refused): Promise<void> {
    let theirs: Saved;
    try {
      theirs = await this.api.rule(this.id);
    } catch {
      return this.say("is-fail", `✕ Not saved. ${error.message}`);
    }
    const fields = differing(this.base, { ...this.base, ...pick(whole(theirs), this.base) });
    const mine = this.choice("Save mine on top", () => {
      this.basedOn = theirs.digest;
      void this.save();
    });
    const other = this.choice("Take theirs", () => this.replace(theirs, "This is the rule as they saved it."));
    const list = fields.map((field) => h("div", {}, h("dt", {}, label(field)), h("dd", {}, show(whole(theirs)[field]))));
    this.say("is-fail", `✕ Not saved: ${error.problem.author ?? "someone else"} saved this rule while you were editing. Yours is still here. They changed:`, h("dl", { class: "theirs" }, ...list), h("span", { class: "row" }, mine, other));
  }

  private choice(text: string, act: () => void): HTMLButtonElement {
    const button = h("button", { type: "button", class: "button" }, text);
    button.addEventListener("click", act);
    return button;
  }

  private discard(): void {
    const mine = this.form.current();
    this.basedOn = this.saved?.digest ?? "";
    this.form.fill(this.base);
    this.changed();
    this.undo(mine, "Your changes are discarded.");
  }

  private replace(saved: Saved, text: string): void {
    const mine = this.form.current();
    this.accept(saved, this.form.fill(whole(saved)));
    this.undo(mine, text);
  }

  private undo(mine: Rule, text: string): void {
    const again = h("button", { type: "button", class: "linkish" }, "Put mine back");
    again.addEventListener("click", () => {
      this.form.fill(mine);
      this.changed();
      this.say("");
    });
    this.say("", `${text} `, again);
  }

  private async back(): Promise<void> {
    try {
      const { rule } = await this.api.restore(this.id, this.basedOn);
      if (rule) return this.replace(rule, "The rule is as its file says again.");
      this.accept(null, this.base);
      this.say("", "The rule is taken out: no file has it. What it said is still here; saving brings it back.");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.say("is-fail", `✕ Nothing was changed. ${error.message}`);
    }
  }

  private download(): void {
    const address = URL.createObjectURL(new Blob([this.saved?.yaml ?? ""], { type: "application/yaml" }));
    h("a", { href: address, download: `${this.id}.yaml` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  private say(kind: string, ...parts: (Node | string)[]): void {
    const told = this.part("told");
    told.className = `told ${kind}`;
    told.replaceChildren(...parts);
    told.hidden = !parts.length;
  }

  private part(name: string): HTMLElement {
    return this.host.querySelector<HTMLElement>(`[data-save="${name}"]`)!;
  }
}

function pick(rule: Rule, like: Rule): Partial<Rule> {
  return Object.fromEntries(Object.keys(like).map((key) => [key, rule[key as keyof Rule]]));
}

function show(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) || "(empty)" : JSON.stringify(value);
}
