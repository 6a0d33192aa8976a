// The words of the language: for the eye (a tokenizer of CodeMirror) and for completion (a flat list of tokens).
import { HighlightStyle, StreamLanguage, type StringStream, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";

export type Kind = "comment" | "string" | "number" | "name" | "sign";

export interface Token {
  kind: Kind;
  text: string;
  from: number;
  to: number;
}

const COMMENT = /\/\/[^\n]*/y;
// A text may be unfinished: that is where its values are offered.
const STRING = /[rRbB]{0,2}(?:"""(?:\\[^]|[^\\])*?(?:"""|$)|'''(?:\\[^]|[^\\])*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?)/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?/y;
const NAME = /[A-Za-z_]\w*/y;
const KINDS: [Kind, RegExp][] = [["comment", COMMENT], ["string", STRING], ["number", NUMBER], ["name", NAME]];

export function scan(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at += 1;
      continue;
    }
    const token = one(text, at);
    tokens.push(token);
    at = token.to;
  }
  return tokens;
}

function one(text: string, from: number): Token {
  for (const [kind, pattern] of KINDS) {
    pattern.lastIndex = from;
    const found = pattern.exec(text)?.[0];
    if (found) return { kind, text: found, from, to: from + found.length };
  }
  const two = text.slice(from, from + 2);
  const length = ["&&", "||", "==", "!=", "<=", ">="].includes(two) ? 2 : 1;
  return { kind: "sign", text: text.slice(from, from + length), from, to: from + length };
}

interface State {
  afterDot: boolean;
  quotes: string; // of a text over several lines that is still open
}

const WORDS = new Set(["true", "false", "null", "in"]);

// `names` are the fact types, and what else has a name of its own.
export function language(names: ReadonlySet<string>): Extension {
  const parser = StreamLanguage.define<State>({
    name: "cel",
    startState: () => ({ afterDot: false, quotes: "" }),
    token: (stream, state) => token(stream, state, names),
    languageData: { commentTokens: { line: "//" }, closeBrackets: { brackets: ["(", "[", '"', "'"] } },
    tokenTable: { fact: tags.typeName, field: tags.propertyName, call: tags.function(tags.variableName) },
  });
  return [parser, syntaxHighlighting(looks)];
}

function token(stream: StringStream, state: State, names: ReadonlySet<string>): string | null {
  if (state.quotes) return within(stream, state);
  if (stream.eatSpace()) return null;
  const after = state.afterDot;
  state.afterDot = false;
  if (stream.match(/^\/\/.*/)) return "comment";
  const open = stream.match(/^[rRbB]{0,2}("""|''')/) as RegExpMatchArray | null;
  if (open) {
    state.quotes = open[1]!;
    return within(stream, state);
  }
  if (stream.match(/^[rRbB]{0,2}(?:"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?)/)) return "string";
  if (stream.match(/^\d+(?:\.\d+)?(?:[eE][+-]?\d+)?u?/)) return "number";
  const name = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
  if (name) return named(name[0], stream, after, names);
  state.afterDot = stream.next() === ".";
  return /[-+*/%<>=!&|?:]/.test(stream.current()) ? "operator" : null;
}

function named(name: string, stream: StringStream, after: boolean, names: ReadonlySet<string>): string | null {
  if (stream.match(/^\s*\(/, false)) return "call";
  if (after) return "field";
  if (WORDS.has(name)) return "keyword";
  return names.has(name) ? "fact" : "variableName";
}

function within(stream: StringStream, state: State): string {
  while (!stream.eol()) {
    if (stream.match(state.quotes)) {
      state.quotes = "";
      break;
    }
    if (stream.next() === "\\") stream.next();
  }
  return "string";
}

const looks = HighlightStyle.define([
  { tag: tags.typeName, color: "var(--link)" },
  { tag: tags.string, color: "var(--pass)" },
  { tag: tags.number, color: "var(--error)" },
  { tag: [tags.keyword, tags.operator], color: "var(--exempt)" },
  { tag: tags.function(tags.variableName), fontWeight: "600" },
  { tag: tags.comment, color: "var(--faint)" },
]);
