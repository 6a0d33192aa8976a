// What can stand at the cursor, each with what it means. Works by keyboard: Ctrl Space, arrows, Enter or Tab.
import { type Completion, type CompletionContext, type CompletionResult, snippetCompletion } from "@codemirror/autocomplete";
import type { Field } from "./api";
import { scan } from "./cel";
import { h } from "./draw";
import { Names, Reader, type Signature, type Type } from "./types";

type Said = [name: string, detail: string, doc: string];

const ON_LISTS: Said[] = [
  ["all", "(e, condition) -> bool", "Every element meets the condition. True of an empty list."],
  ["exists", "(e, condition) -> bool", "At least one element meets the condition."],
  ["exists_one", "(e, condition) -> bool", "Exactly one element meets the condition."],
  ["filter", "(e, condition) -> list", "The elements that meet the condition."],
  ["map", "(e, value) -> list", "A value of each element."],
];
const ON_TEXTS: Said[] = [
  ["startsWith", "(string) -> bool", "The text begins with another."],
  ["endsWith", "(string) -> bool", "The text ends with another."],
  ["contains", "(string) -> bool", "The text holds another."],
  ["matches", "(string) -> bool", "A regular expression (RE2) is found in the text."],
  ["lowerAscii", "() -> string", "The text in small letters."],
  ["trim", "() -> string", "The text without the space around it."],
  ["split", "(string) -> list<string>", "The parts between the places where another text stands."],
];
const ON_MOMENTS: Said[] = [
  ["getFullYear", "() -> int", "The year."],
  ["getMonth", "() -> int", "The month, from 0."],
  ["getDayOfWeek", "() -> int", "The day of the week, Sunday is 0."],
  ["getHours", "() -> int", "The hour of the day."],
];
const PLAIN: Said[] = [
  ["size", "(list or string) -> int", "How many elements or characters."],
  ["has", "(field) -> bool", "The field is known."],
  ["timestamp", "(string) -> timestamp", "A moment written as in 2026-11-16T09:12:00Z."],
  ["duration", "(string) -> duration", "A length of time such as 90m or 24h."],
  ["double", "(int or string) -> double", "As a number with a fraction."],
  ["int", "(double or string) -> int", "As a whole number."],
  ["string", "(value) -> string", "As a text."],
];

function about(doc: string, more = ""): (() => HTMLElement) | undefined {
  if (!doc && !more) return undefined;
  return () => h("div", {}, h("p", {}, doc), more ? h("p", { class: "more" }, more) : null);
}

function call([name, detail, doc]: Said, boost = 0): Completion {
  const empty = detail.startsWith("()");
  const option = { label: name, detail, info: about(doc), type: "function", boost };
  return snippetCompletion(empty ? `${name}()` : `${name}(#{})`, option);
}

function field(known: Field): Completion {
  const values = known.values?.length ? `One of ${known.values.join(", ")}.` : "";
  const example = known.example === undefined || known.example === null ? "" : `For example ${JSON.stringify(known.example)}.`;
  const detail = known.unit && known.unit.length <= 12 ? `${known.type}, ${known.unit}` : known.type;
  return { label: known.name, detail, info: about(known.doc, values || example), type: "property", boost: 2 };
}

function facts(names: Names, boost = 1): Completion[] {
  return [...names.facts.values()].map((type) => {
    const several = type.many ? "Several per entity: ask about all of them, or whether one exists." : "";
    return { label: type.name, detail: type.many ? "list of facts" : "fact", info: about(type.doc, several), type: "class", boost };
  });
}

function functions(known: Signature[]): Completion[] {
  return known.map((one) => call([one.name, one.signature.slice(one.signature.indexOf("(")), one.doc]));
}

// A name for the elements: the first letter of the list's own.
function overElements(list: Type & { kind: "list" }): Completion[] {
  const letter = list.of.kind === "facts" ? list.of.of.name[0]! : list.of.kind === "entity" ? "d" : "x";
  return ON_LISTS.map(([name, detail, doc]) => {
    const option = { label: name, detail, info: about(doc), type: "function", boost: 1 };
    return snippetCompletion(`${name}(${letter}, #{})`, option);
  });
}

const size: Said = ["size", "() -> int", "How many there are."];

function members(type: Type, names: Names): Completion[] {
  switch (type.kind) {
    case "facts":
      return type.of.fields.map(field);
    case "entity":
      return [...facts(names), ...functions(names.functions.filter((known) => known.ofRelated))];
    case "list":
      return [...overElements(type), call(size)];
    case "parameters":
      return Object.entries(names.parameters()).map(([name, one]) => ({ label: name, detail: one.type, info: about(one.doc), type: "variable" }));
    case "value":
      return values(type.name);
  }
}

function values(name: string): Completion[] {
  if (name === "string") return [...ON_TEXTS, size].map((said) => call(said));
  return name === "timestamp" ? ON_MOMENTS.map((said) => call(said)) : [];
}

function anything(names: Names, reader: Reader): Completion[] {
  const locals = [...reader.locals().keys()].map((label) => ({ label, detail: "element", type: "variable", boost: 5 }));
  const own: Completion[] = [
    { label: "now", detail: "timestamp", info: about("The moment of the run."), type: "variable" },
    ...(Object.keys(names.parameters()).length
      ? [{ label: "param", detail: "thresholds", info: about("The parameters of this rule."), type: "variable" }]
      : []),
    ...["true", "false"].map((label) => ({ label, type: "keyword", boost: -2 })),
  ];
  return [...locals, ...facts(names), ...own, ...functions(names.functions), ...PLAIN.map((said) => call(said, -1))];
}

// Inside quotes: the values of the closed field that the text is compared with.
function quoted(names: Names, text: string, pos: number): CompletionResult | null {
  const tokens = scan(text);
  const last = tokens.at(-1);
  if (last?.kind !== "string") return null;
  const known = new Reader(tokens.slice(0, -1), names).compared(tokens.length - 1);
  if (!known?.values?.length) return null;
  const quote = /["']/.exec(last.text)![0];
  const from = last.from + last.text.indexOf(quote) + 1;
  const options = known.values.map((value) => ({ label: value, type: "enum", info: about(known.doc) }));
  return from <= pos ? { from, options, validFor: /^[^"']*$/ } : null;
}

function unfinished(text: string): boolean {
  const last = scan(text).at(-1);
  if (last?.kind !== "string" || last.to < text.length) return false;
  const quote = /["']/.exec(last.text)!;
  const body = last.text.slice(quote.index + 1);
  return !body.endsWith(quote[0]) || body.endsWith(`\\${quote[0]}`);
}

export function source(names: Names): (context: CompletionContext) => CompletionResult | null {
  return (context) => {
    const text = context.state.sliceDoc(0, context.pos);
    if (unfinished(text)) return quoted(names, text, context.pos);
    const word = context.matchBefore(/[A-Za-z_]\w*/);
    const from = word?.from ?? context.pos;
    const tokens = scan(text.slice(0, from));
    if (scan(text).at(-1)?.kind === "comment") return null;
    const validFor = /^\w*$/;
    if (tokens.at(-1)?.text === ".") {
      const reader = new Reader(tokens, names);
      const type = reader.chain(tokens.length - 2);
      return type ? { from, options: members(type, names), validFor } : null;
    }
    if (!word && !context.explicit) return null;
    return { from, options: anything(names, new Reader(tokens, names)), validFor };
  };
}
