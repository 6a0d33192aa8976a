// What was typed and not saved stays in this browser for a week, so that leaving the page loses nothing.
import type { Rule } from "./api";

const WEEK = 7 * 24 * 3600 * 1000;

export interface Kept {
  basedOn: string;
  rule: Rule;
  at: number;
}

export class Drafts {
  private readonly key: string;

  constructor(person: string, scorecard: string, rule: string) {
    this.key = `greenboard.draft.${person}.${scorecard}.${rule}`;
  }

  read(): Kept | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) ?? "null") as Kept | null;
      return kept && Date.now() - kept.at < WEEK ? kept : null;
    } catch {
      return null; // storage is closed to us, or holds something else
    }
  }

  write(basedOn: string, rule: Rule): void {
    try {
      localStorage.setItem(this.key, JSON.stringify({ basedOn, rule, at: Date.now() } satisfies Kept));
    } catch {
      // It lasts for this page only, then.
    }
  }

  drop(): void {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept either.
    }
  }
}
