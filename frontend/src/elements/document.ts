// <gb-document>: the field of a document becomes an editor that underlines what the server finds wrong.
// Forms beside it change the document, too: what they wrote comes back in the answer and takes the place of the text.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import { lintKeymap, setDiagnostics } from "@codemirror/lint";
import { ChangeSet, EditorState } from "@codemirror/state";
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

// What was sent to the server, and what was typed since.
type Sent = { text: string; typed: ChangeSet };

class Document extends HTMLElement {
  private view?: EditorView;
  private readonly sent = new Map<XMLHttpRequest, Sent>();

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
    this.addEventListener("htmx:beforeRequest", (event) => this.asked(request(event)));
    this.addEventListener("htmx:afterSwap", (event) => this.answered(request(event)));
    this.tell();
  }

  private editor(host: HTMLElement, field: HTMLTextAreaElement): EditorView {
    const kinds = (this.dataset.kinds ?? "").split(" ").filter(Boolean);
    const told = EditorView.updateListener.of(({ docChanged, changes, state }) => {
      if (!docChanged) return;
      for (const one of this.sent.values()) one.typed = one.typed.compose(changes);
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

  private asked(xhr?: XMLHttpRequest): void {
    if (!xhr || !this.view) return;
    for (const one of this.sent.keys()) if (one.readyState === XMLHttpRequest.DONE) this.sent.delete(one);
    const text = this.view.state.doc.toString();
    this.sent.set(xhr, { text, typed: ChangeSet.empty(text.length) });
  }

  // A part was written into the document: the text changes as if somebody had typed it, so it can be undone.
  // What was typed since it was sent stays: what the form changed is moved to where that stands now.
  private answered(xhr?: XMLHttpRequest): void {
    const written = this.querySelector<HTMLTextAreaElement>("[data-written]");
    const sent = xhr && this.sent.get(xhr);
    if (written && sent && this.view) {
      const text = written.value;
      written.remove();
      if (text !== sent.text) this.view.dispatch({ changes: difference(sent.text, text).map(sent.typed) });
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

function request(event: Event): XMLHttpRequest | undefined {
  return event instanceof CustomEvent ? event.detail?.xhr : undefined;
}

// What makes one text the other, as the one stretch from the first sign that differs to the last.
function difference(before: string, after: string): ChangeSet {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && before[from] === after[from]) from += 1;
  let same = 0;
  while (same < shorter - from && before[before.length - 1 - same] === after[after.length - 1 - same]) same += 1;
  const changed = { from, to: before.length - same, insert: after.slice(from, after.length - same) };
  return ChangeSet.of(changed, before.length);
}

function offered(context: CompletionContext, kinds: string[]) {
  const word = context.matchBefore(/do:\s+[\w.]*/);
  if (!word) return null;
  return { from: word.from + word.text.search(/[\w.]*$/), options: kinds.map((label) => ({ label })) };
}

customElements.define("gb-document", Document);
