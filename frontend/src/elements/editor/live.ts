// When to ask the server what: counts 40 ms after the last key, mistakes a little later, the past when idle.
// A newer question takes back the older one; an answer to an older question is never shown.
import { type Api, type Backtest, type Checked, type Preview, Refused } from "./api";

const COUNT = 40; // all in milliseconds
const CHECK = 150;
const PAUSE = 100;
const COMPLAIN = 400; // mistakes of a half-typed word are no news
const IDLE = 1000;
const AGAIN = 700; // the server was not ready

export interface Shown {
  preview(answer: Preview, stroke: number): void;
  checked(answer: Checked): void;
  backtest(answer: Backtest): void;
  waiting(what: "preview" | "backtest", reading: boolean): void;
  choosing(): boolean; // from a list of completions
  failed(what: "preview" | "backtest", error: Refused): void;
}

type Question = "preview" | "check" | "backtest";

export class Live {
  private readonly asked = new Map<Question, AbortController>();
  private readonly timers = new Map<Question, number>();
  private stroke = 0;

  constructor(
    private readonly api: Api,
    private readonly draft: () => { preview: object; check: object },
    private readonly shown: Shown,
  ) {}

  // Something was typed or chosen, at this moment of the page's clock.
  changed(stroke: number): void {
    this.stroke = stroke;
    this.stop();
    this.later("preview", COUNT);
    this.later("check", CHECK);
    this.later("backtest", IDLE);
  }

  stop(): void {
    for (const question of ["preview", "check", "backtest"] as const) this.withdraw(question);
  }

  look(): void {
    this.withdraw("backtest");
    void this.ask("backtest");
  }

  private withdraw(question: Question): void {
    clearTimeout(this.timers.get(question));
    this.asked.get(question)?.abort();
    this.asked.delete(question);
  }

  private later(question: Question, wait: number): void {
    clearTimeout(this.timers.get(question));
    this.timers.set(question, setTimeout(() => void this.ask(question), wait));
  }

  private async ask(question: Question): Promise<void> {
    const controller = new AbortController();
    const stroke = this.stroke;
    this.asked.set(question, controller);
    if (question === "backtest") this.shown.waiting("backtest", false);
    try {
      const answer = await this.fetch(question, controller.signal);
      if (this.asked.get(question) !== controller) return;
      this.asked.delete(question);
      this.show(question, answer, stroke);
    } catch (error) {
      if (controller.signal.aborted || question === "check") return;
      if (!(error instanceof Refused)) throw error;
      this.shown.failed(question, error);
    }
  }

  private fetch(question: Question, signal: AbortSignal): Promise<Preview | Checked | Backtest> {
    const { preview, check } = this.draft();
    if (question === "check") return this.api.check(check, signal);
    return question === "preview" ? this.api.preview(preview, signal) : this.api.backtest(preview, signal);
  }

  // What is well is said at once; what is not when the person has finished the word.
  private judge(answer: Checked): void {
    const wait = answer.ok ? 0 : this.stroke + COMPLAIN - performance.now();
    if (wait > 0 || (!answer.ok && this.shown.choosing())) this.timers.set("check", setTimeout(() => this.judge(answer), Math.max(wait, PAUSE)));
    else this.shown.checked(answer);
  }

  private show(question: Question, answer: Preview | Checked | Backtest, stroke: number): void {
    if (question === "check") {
      this.judge(answer as Checked);
    } else if ((answer as Preview).ready === false && answer.ok) {
      this.shown.waiting(question, true);
      this.later(question, AGAIN);
    } else if (question === "preview") this.shown.preview(answer as Preview, stroke);
    else this.shown.backtest(answer as Backtest);
  }
}
