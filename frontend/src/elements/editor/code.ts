// One field for an expression. It lives in a shadow tree, because there CodeMirror adopts its style sheet
// instead of writing a <style> element, which the content security policy refuses.
import { acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching } from "@codemirror/language";
import { type Diagnostic, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import type { Mistake } from "./api";
import { language } from "./cel";
import { source } from "./complete";
import { h } from "./draw";
import { theme } from "./theme";
import type { Names } from "./types";

export class Code {
  private readonly view: EditorView;
  private readonly attributes = new Compartment();
  private readonly label: string;
  private stroke = 0;

  constructor(host: HTMLElement, names: Names, changed: (stroke: number) => void) {
    this.label = host.getAttribute("aria-label") ?? "";
    host.removeAttribute("aria-label");
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: "open" });
    shadow.replaceChildren();
    shadow.addEventListener("beforeinput", (event) => (this.stroke = event.timeStamp), true);
    const told = EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(this.when());
      if (completionStatus(update.state) === "active") this.view.requestMeasure(reachable(shadow));
    });
    this.view = new EditorView({
      parent: shadow,
      root: shadow,
      state: EditorState.create({ extensions: [this.extensions(names, host.dataset.example ?? ""), told] }),
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  set text(text: string) {
    if (text !== this.text) this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
  }

  get choosing(): boolean {
    return completionStatus(this.view.state) !== null;
  }

  focus(): void {
    this.view.focus();
  }

  go(mistake: Mistake): void {
    const { from, to } = diagnostic(mistake, this.text);
    this.view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    this.view.focus();
  }

  // What was meant takes the place of what is underlined.
  mend(mistake: Mistake, text: string): void {
    const { from, to } = diagnostic(mistake, this.text);
    this.view.dispatch({ changes: { from, to, insert: text }, selection: { anchor: from + text.length }, userEvent: "input" });
    this.view.focus();
  }

  // Underlines what is wrong. The words stand below the field, too, where everyone can read them.
  tell(mistakes: Mistake[]): void {
    const text = this.text;
    const diagnostics = mistakes.map((mistake) => diagnostic(mistake, text));
    const invalid: Record<string, string> = mistakes.length ? { "aria-invalid": "true" } : {};
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics), {
      effects: this.attributes.reconfigure(this.named(invalid)),
    });
  }

  private named(more: Record<string, string>) {
    return EditorView.contentAttributes.of({ "aria-label": this.label, spellcheck: "false", ...more });
  }

  // When the key went down that led to this change: the time that a person waits counts from there.
  private when(): number {
    const now = performance.now();
    return this.stroke && now - this.stroke < 200 ? this.stroke : now;
  }

  private extensions(names: Names, example: string) {
    const known = new Set([...names.facts.keys(), "now", "param"]);
    return [
      history(),
      language(known),
      bracketMatching(),
      closeBrackets(),
      autocompletion({ override: [source(names)], icons: false, maxRenderedOptions: 60, activateOnTypingDelay: 60 }),
      keymap.of([{ key: "Tab", run: acceptCompletion }, ...completionKeymap, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]),
      EditorView.lineWrapping,
      plainly,
      placeholder(example),
      this.attributes.of(this.named({})),
      theme,
    ];
  }
}

// Over a selection the browser would insert text in the style of what it replaces, as inline style: the policy
// blocks that, and complains. So it is inserted here.
export const plainly = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { state } = view;
    const { from, to, empty } = state.selection.main;
    const text = event.data;
    if (event.inputType !== "insertText" || !text || empty || view.composing || event.isComposing) return false;
    const insert = () => state.update(state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
    if (!state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert))) view.dispatch(insert());
    event.preventDefault();
    return true;
  },
});

// The list of completions scrolls: whoever walks by keyboard must be able to reach it.
function reachable(shadow: ShadowRoot) {
  return { key: reachable, read: () => shadow.querySelector("ul[role=listbox]")?.setAttribute("tabindex", "0") };
}

// The server counts characters; JavaScript counts halves of those beyond the basic plane.
function offset(text: string, characters: number): number {
  let at = 0;
  for (let left = characters; left > 0 && at < text.length; left -= 1) at += text.codePointAt(at)! > 0xffff ? 2 : 1;
  return at;
}

function diagnostic(mistake: Mistake, text: string): Diagnostic {
  const start = Math.min(mistake.offset ?? 0, [...text].length);
  let from = offset(text, start);
  let to = offset(text, start + Math.max(1, mistake.length ?? 1));
  if (from === to && from > 0) from -= 1; // the end came too early: the last sign stands for it
  to = Math.min(Math.max(to, from), text.length);
  return { from, to, severity: "error", message: mistake.message, renderMessage: () => h("span", {}, [mistake.message, mistake.hint].filter(Boolean).join(". ")) };
}
