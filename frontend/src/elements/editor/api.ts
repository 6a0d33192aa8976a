// The addresses of the server that the editor asks, and the shapes of what they answer.
export interface Mistake {
  where?: string; // "expression", "when", or the name of a field
  message: string;
  line?: number | null; // from 1
  column?: number | null;
  offset?: number | null; // in characters (code points), from 0
  length?: number | null;
  expected?: string | null;
  got?: string | null;
  hint?: string | null;
}

export interface Read {
  path: string;
  type: string;
  doc: string;
  unit: string;
  url: string;
}

export interface Checked {
  ok: boolean;
  errors: Mistake[];
  reads: Read[];
}

export type Outcome = "pass" | "fail" | "no_data" | "error" | "not_applicable";
export type Counts = Record<Outcome, number>;

export interface Entity {
  ref: string;
  name: string;
  url: string;
  team?: string | null;
  tier?: number | null;
}

export interface Changed extends Entity {
  before: Outcome;
  after: Outcome;
}

export interface LevelChange extends Entity {
  before: string | null;
  after: string | null;
  worse: boolean;
}

export interface Preview {
  ok: boolean;
  ready: boolean;
  errors: Mistake[];
  counts: Counts;
  before: Counts | null;
  changed: { total: number; entities: Changed[] };
  entities: Partial<Record<Outcome, Entity[]>>;
  levels: { total: number; changes: LevelChange[]; before: Record<string, number>; after: Record<string, number> };
  entities_total: number;
  milliseconds: number;
}

export interface Day extends Counts {
  day: string;
}

export interface Backtest {
  ok: boolean;
  ready: boolean;
  errors: Mistake[];
  days: Day[];
  before: { days: Day[] } | null;
  flapping: (Entity & { turns: number })[];
  flapping_total: number;
  first_failed: (Entity & { day: string })[];
  first_failed_total: number;
  milliseconds: number;
}

export interface Field {
  name: string;
  type: string;
  doc: string;
  unit: string;
  values: string[];
  example?: unknown;
}

export interface FactType {
  name: string;
  title: string;
  doc: string;
  many: string | boolean | null;
  about: string;
  url: string;
  fields: Field[];
}

export interface Vocabulary {
  types: FactType[];
  functions: { name: string; signature: string; doc: string; on: string; of_related?: boolean }[]; // also of a related entity
}

export interface Scope {
  kinds: string[];
  tiers: number[];
  lifecycles: string[];
  tags: string[];
}

export type Value = string | number | boolean | string[];

export interface Parameter {
  type: string;
  default: Value;
  by_tier: Record<string, Value>;
  by_kind: Record<string, Value>;
  doc: string;
}

export interface Example {
  facts: unknown;
  outcome: string;
  title?: string;
  kind?: string;
  tier?: number;
  lifecycle?: string;
  around?: unknown;
  levels?: unknown;
  teams?: unknown;
}

// What a person can edit. The server adds to a saved rule: its YAML, its digest, and whether it was edited here.
export interface Rule {
  title: string;
  why: string;
  fix: string;
  remedy: string; // the way out, as `scaffold:NAME` or `workflow:NAME`; "" for none
  level: string;
  weight: number;
  enforcement: string;
  grace: string;
  expression: string;
  when: string;
  scope: Scope;
  parameters: Record<string, Parameter>;
  examples: Example[];
  item?: string;
  dimension?: string;
}

export interface Saved extends Omit<Rule, "remedy"> {
  remedy: Record<string, string> | null;
  id: string;
  yaml: string;
  digest: string;
  edited: boolean;
}

export interface Problem {
  title?: string;
  detail?: string;
  errors?: Mistake[];
  author?: string; // who saved first
}

// The server's refusal, with what it says about it. Status 0: no answer came.
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.detail || problem.title || (status ? `The server answered ${status}.` : "The server did not answer."));
  }
}

export class Api {
  constructor(
    private readonly base: string,
    private readonly scorecard: string,
    private readonly token: string,
  ) {}

  vocabulary(): Promise<Vocabulary> {
    return this.ask("GET", "vocabulary");
  }

  check(body: object, signal: AbortSignal): Promise<Checked> {
    return this.ask("POST", "rules/check", { scorecard: this.scorecard, ...body }, signal);
  }

  preview(body: object, signal: AbortSignal): Promise<Preview> {
    return this.ask("POST", "rules/preview", { scorecard: this.scorecard, ...body }, signal);
  }

  backtest(body: object, signal: AbortSignal): Promise<Backtest> {
    return this.ask("POST", "rules/backtest", { scorecard: this.scorecard, ...body }, signal);
  }

  rule(id: string): Promise<Saved> {
    return this.ask("GET", this.address(id));
  }

  save(id: string, body: object): Promise<Saved> {
    return this.ask("PUT", this.address(id), body);
  }

  // Goes back to what the file says; `rule` is null where no file has it.
  restore(id: string, basedOn: string): Promise<{ rule: Saved | null }> {
    return this.ask("DELETE", this.address(id), { based_on: basedOn });
  }

  private address(id: string): string {
    return `scorecards/${encodeURIComponent(this.scorecard)}/rules/${encodeURIComponent(id)}`;
  }

  private async ask<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const headers: Record<string, string> = { Accept: "application/json" };
    if (method !== "GET") headers["X-CSRFToken"] = this.token;
    if (body) headers["Content-Type"] = "application/json";
    let answer: Response;
    try {
      answer = await fetch(`${this.base}/${path}`, { method, headers, body: body && JSON.stringify(body), signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Refused(0, {});
    }
    const text = await answer.text();
    const json = answer.headers.get("Content-Type")?.includes("json") && text ? JSON.parse(text) : undefined;
    if (!answer.ok) throw new Refused(answer.status, json ?? {});
    return json as T;
  }
}
