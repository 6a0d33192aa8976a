// What can stand at the cursor, each with what it means. Works by keyboard: Ctrl Space, arrows, Enter or Tab.
import { type Completion, type CompletionContext, type CompletionResult, snippetCompletion } from "@codemirror/autocomplete";
import type { Field } from "./api";
import { scan } from "./cel";
import { h } from "./draw";
import { Names, Reader, type Signature, type Type } from "./types";

function about(doc: string, more = ""): (() => HTMLElement) | undefined {
  if (!doc && !more) return undefined;
  return () => h("div", {}, h("p", {}, doc), more ? h("p", { class: "more" }, more) : null);
}

const ELEMENT = /^\(x, /; // the function looks at every element, and wants a name for it

// The words of a function as it is called: what it takes and gives, without what it is called on.
function call(known: Signature, letter = "x", boost = 0): Completion {
  const detail = known.signature.slice(known.signature.indexOf("("));
  const option = { label: known.name, detail, info: about(known.doc), type: "function", boost };
  if (ELEMENT.test(detail)) return snippetCompletion(`${known.name}(${letter}, #{})`, { ...option, boost: 1 });
  return snippetCompletion(detail.startsWith("()") ? `${known.name}()` : `${known.name}(#{})`, option);
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

// A name for the elements: the first letter of the list's own.
function letter(list: Type & { kind: "list" }): string {
  return list.of.kind === "facts" ? list.of.of.name[0]! : list.of.kind === "entity" ? "d" : "x";
}

function on(names: Names, kind: string): Signature[] {
  return names.functions.filter((known) => known.on === kind);
}

function size(names: Names): Completion[] {
  const known = names.functions.find((one) => one.name === "size");
  return known ? [call({ ...known, signature: "() -> int" })] : [];
}

function members(type: Type, names: Names): Completion[] {
  switch (type.kind) {
    case "facts":
      return type.of.fields.map(field);
    case "entity":
      return [...facts(names), ...names.functions.filter((known) => known.ofRelated).map((known) => call(known))];
    case "list":
      return [...on(names, "list").map((known) => call(known, letter(type))), ...size(names)];
    case "parameters":
      return Object.entries(names.parameters()).map(([name, one]) => ({ label: name, detail: one.type, info: about(one.doc), type: "variable" }));
    case "value":
      return [...on(names, type.name).map((known) => call(known)), ...(type.name === "string" ? size(names) : [])];
  }
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
  return [...locals, ...facts(names), ...own, ...on(names, "").map((known) => call(known))];
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
