// <gb-document>: the field of a document becomes an editor that underlines what the server finds wrong.
// Forms beside it change the document, too: what they wrote comes back in the answer and takes the place of the text.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { plainly } from "./editor/code";
import { theme } from "./editor/theme";

type State = { hole: boolean; quote: string };

const notation = StreamLanguage.define<State>({
  name: "workflow",
  startState: () => ({ hole: false, quote: "" }),
  token,
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"', "'"] } },
});

function token(stream: StringStream, state: State): string | null {
  if (stream.sol()) state.quote = "";
  if (state.hole) {
    if (stream.match("}}")) state.hole = false;
    else if (!stream.match(/^(?:[^}"']|"[^"]*"|'[^']*')+/)) stream.next();
    return "keyword";
  }
  if (stream.match("${{")) {
    state.hole = true;
    return "keyword";
  }
  if (state.quote) return quoted(stream, state);
  if (stream.eatSpace()) return null;
  if (stream.match(/^#.*/)) return "comment";
  if (stream.match(/^[\w.-]+(?=:(\s|$))/)) return "propertyName";
  const before = stream.string.charAt(stream.pos - 1);
  if (/["']/.test(stream.peek() ?? "") && /^[\s[{(,:-]?$/.test(before)) {
    state.quote = stream.next() ?? "";
    return "string";
  }
  if (stream.match(/^-?\d[\d.]*(?=[\s,}\]]|$)/)) return "number";
  if (!stream.match(/^[^\s#"'$]+/)) stream.next();
  return null;
}

// What stands in quotes, as far as the next expression within it.
function quoted(stream: StringStream, state: State): string {
  while (!stream.eol() && !stream.match("${{", false)) {
    const sign = stream.next();
    if (sign === "\\" && state.quote === '"') stream.next();
    else if (sign === state.quote) {
      state.quote = "";
      break;
    }
  }
  return "string";
}

const looks = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: "var(--link)" },
    { tag: tags.string, color: "var(--pass)" },
    { tag: tags.number, color: "var(--error)" },
    { tag: tags.keyword, color: "var(--exempt)" },
    { tag: tags.comment, color: "var(--faint)" },
  ]),
);

const gutter = EditorView.theme({
  ".cm-gutters": { backgroundColor: "var(--sunk)", color: "var(--muted)", border: "0", borderRight: "1px solid var(--line)" },
  ".cm-scroller": { maxHeight: "70vh", minHeight: "320px" },
});

class Document extends HTMLElement {
  private view?: EditorView;

  connectedCallback(): void {
    const field = this.querySelector<HTMLTextAreaElement>("textarea[name=text]");
    if (!field || this.view) return;
    const host = document.createElement("div");
    host.className = "code-field";
    field.before(host);
    field.hidden = true;
    this.view = this.editor(host, field);
    this.querySelector<HTMLLabelElement>("label[for=text]")?.addEventListener("click", () => this.view?.focus());
    this.addEventListener("click", (event) => this.clicked(event.target));
    this.addEventListener("htmx:afterSwap", () => this.answered(field));
    this.tell();
  }

  private editor(host: HTMLElement, field: HTMLTextAreaElement): EditorView {
    const kinds = (this.dataset.kinds ?? "").split(" ").filter(Boolean);
    const told = EditorView.updateListener.of(({ docChanged, state }) => {
      if (!docChanged) return;
      field.value = state.doc.toString();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    const named = EditorView.contentAttributes.of({ "aria-label": "Document", "aria-describedby": "looked", spellcheck: "false", tabindex: "0" });
    const known = autocompletion({ override: [(context) => offered(context, kinds)], icons: false });
    const keys = keymap.of([...completionKeymap, ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...lintKeymap]);
    const shadow = host.attachShadow({ mode: "open" });
    const extensions = [lineNumbers(), history(), notation, looks, closeBrackets(), known, keys, plainly, named, theme, gutter, told];
    return new EditorView({ parent: shadow, root: shadow, state: EditorState.create({ doc: field.value, extensions }) });
  }

  private clicked(target: EventTarget | null): void {
    const found = target instanceof Element ? target.closest<HTMLElement>("[data-start], [data-close]") : null;
    if (!found || !this.view) return;
    if (found.dataset.close) {
      this.querySelector(`#${found.dataset.close}`)?.replaceChildren();
      return;
    }
    const anchor = Math.min(Number(found.dataset.start), this.view.state.doc.length);
    const head = Math.min(Number(found.dataset.end), this.view.state.doc.length);
    this.view.dispatch({ selection: { anchor, head }, effects: EditorView.scrollIntoView(anchor, { y: "center" }) });
    this.view.focus();
  }

  // A part was written into the document: the text changes as if somebody had typed it, so it can be undone.
  private answered(field: HTMLTextAreaElement): void {
    const written = this.querySelector<HTMLTextAreaElement>("[data-written]");
    if (written && this.view) {
      const text = written.value;
      written.remove();
      if (text !== field.value) this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: text } });
      this.querySelector("#part")?.replaceChildren();
    }
    this.tell();
  }

  private tell(): void {
    if (!this.view) return;
    const { state } = this.view;
    const wrong = [...this.querySelectorAll<HTMLElement>("[data-mistake]")].flatMap((one) => {
      const place = one.querySelector<HTMLElement>("[data-start]");
      if (!place) return [];
      const from = Math.min(Number(place.dataset.start), state.doc.length);
      const to = Math.min(Number(place.dataset.end), state.doc.length);
      return [{ from, to, severity: "error" as const, message: one.dataset.mistake ?? "" }];
    });
    this.view.dispatch(setDiagnostics(state, wrong));
  }
}

function offered(context: CompletionContext, kinds: string[]) {
  const word = context.matchBefore(/do:\s+[\w.]*/);
  if (!word) return null;
  return { from: word.from + word.text.search(/[\w.]*$/), options: kinds.map((label) => ({ label })) };
}

customElements.define("gb-document", Document);
