// What stands before the cursor: the type of a chain such as `slo.filter(s, s.met)[0]`, and the names of
// elements that comprehensions around it bind. The checker on the server has the last word; this one only guesses.
import type { FactType, Field, Parameter, Vocabulary } from "./api";
import type { Token } from "./cel";

export type Type =
  | { kind: "list"; of: Type }
  | { kind: "facts"; of: FactType }
  | { kind: "entity" }
  | { kind: "parameters" }
  | { kind: "value"; name: string; field?: Field };

export interface Signature {
  name: string;
  signature: string;
  doc: string;
  on: string; // the type that a method is called on
  ofRelated: boolean; // also a method of related entities
  gives: string;
}

const ELEMENTWISE = new Set(["all", "exists", "exists_one", "filter", "map"]);
const OPENING: Record<string, string> = { ")": "(", "]": "[" };

export class Names {
  readonly facts: Map<string, FactType>;
  readonly functions: Signature[];

  constructor(
    vocabulary: Vocabulary,
    readonly parameters: () => Record<string, Parameter>,
  ) {
    this.facts = new Map(vocabulary.types.map((type) => [type.name, type]));
    this.functions = vocabulary.functions.map(signature);
  }

  fact(name: string): Type | undefined {
    const found = this.facts.get(name);
    if (!found) return undefined;
    const one: Type = { kind: "facts", of: found };
    return found.many ? { kind: "list", of: one } : one;
  }

  read(text: string, field?: Field): Type {
    const list = /^list<(.+)>$/.exec(text);
    if (list) return { kind: "list", of: this.read(list[1]!, field) };
    if (text === "related entity") return { kind: "entity" };
    const fact = this.facts.get(text);
    return fact ? { kind: "facts", of: fact } : { kind: "value", name: text === "float" ? "double" : text, field };
  }

  member(type: Type, name: string): Type | undefined {
    if (type.kind === "facts") {
      const field = type.of.fields.find((known) => known.name === name);
      return field && this.read(field.type, field);
    }
    if (type.kind === "entity") return this.fact(name);
    if (type.kind === "parameters") {
      const parameter = this.parameters()[name];
      return parameter && this.read(parameter.type);
    }
    return undefined;
  }

  called(name: string, on: Type | undefined): Type | undefined {
    if (on?.kind === "list" && name === "filter") return on;
    if (name === "size") return this.read("int");
    const found = this.functions.find((known) => known.name === name);
    return found && this.read(found.gives);
  }
}

function signature(told: Vocabulary["functions"][number]): Signature {
  return { name: told.name, signature: told.signature, doc: told.doc, on: told.on, ofRelated: told.of_related ?? false, gives: told.signature.split("->").at(-1)!.trim() };
}

// Of the tokens up to the cursor: what each closing bracket closes, and which brackets are still open.
interface Brackets {
  closes: Map<number, number>;
  open: number[];
}

function brackets(tokens: Token[]): Brackets {
  const closes = new Map<number, number>();
  const open: number[] = [];
  tokens.forEach((token, index) => {
    if (token.kind !== "sign") return;
    if (token.text === "(" || token.text === "[") open.push(index);
    else if (OPENING[token.text] && open.length) closes.set(index, open.pop()!);
  });
  return { closes, open };
}

export class Reader {
  private readonly closes: Map<number, number>;
  readonly open: number[];

  constructor(
    private readonly tokens: Token[],
    private readonly names: Names,
  ) {
    ({ closes: this.closes, open: this.open } = brackets(tokens));
  }

  // The elements that comprehensions around the cursor name, the innermost last.
  locals(): Map<string, Type | undefined> {
    const found = new Map<string, Type | undefined>();
    for (const at of this.open) {
      const [name, bound, comma] = [this.tokens[at - 1], this.tokens[at + 1], this.tokens[at + 2]];
      if (!name || !ELEMENTWISE.has(name.text) || this.tokens[at - 2]?.text !== ".") continue;
      if (bound?.kind !== "name" || comma?.text !== ",") continue;
      const over = this.chain(at - 3, found);
      found.set(bound.text, over?.kind === "list" ? over.of : undefined);
    }
    return found;
  }

  // The type of the chain whose last token is at `end`.
  chain(end: number, locals = this.locals()): Type | undefined {
    const token = this.tokens[end];
    if (!token) return undefined;
    if (token.text === "]") {
      const start = this.closes.get(end);
      const list = start === undefined ? undefined : this.chain(start - 1, locals);
      return list?.kind === "list" ? list.of : undefined;
    }
    if (token.text === ")") return this.call(end, locals);
    if (token.kind !== "name") return token.kind === "string" ? this.names.read("string") : undefined;
    if (this.tokens[end - 1]?.text === ".") {
      const owner = this.chain(end - 2, locals);
      return owner && this.names.member(owner, token.text);
    }
    if (locals.has(token.text)) return locals.get(token.text);
    if (token.text === "param") return { kind: "parameters" };
    return token.text === "now" ? this.names.read("timestamp") : this.names.fact(token.text);
  }

  private call(end: number, locals: Map<string, Type | undefined>): Type | undefined {
    const start = this.closes.get(end);
    if (start === undefined) return undefined;
    const name = this.tokens[start - 1];
    if (name?.kind !== "name") return this.chain(end - 1, locals); // a chain in brackets of its own
    const method = this.tokens[start - 2]?.text === ".";
    return this.names.called(name.text, method ? this.chain(start - 3, locals) : undefined);
  }

  // The field whose values a text at the cursor, before token `at`, can take: `field == "` or `field in ["`.
  compared(at: number): Field | undefined {
    let before = at - 1;
    if (this.tokens[before]?.text === "," || this.tokens[before]?.text === "[") {
      before = (this.open.at(-1) ?? 0) - 1;
      if (this.tokens[before]?.text !== "in") return undefined;
    } else if (!["==", "!="].includes(this.tokens[before]?.text ?? "")) return undefined;
    const type = this.chain(before - 1);
    return type?.kind === "value" ? type.field : undefined;
  }
}
