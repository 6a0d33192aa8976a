// The backtest: the pass rate of the draft and of the saved rule over the days, who flaps, who failed when first.
import type { Backtest, Day } from "./api";
import { counted, entityLine, h, number, percent, rate, svg } from "./draw";
import { spent } from "./outcomes";

const HEIGHT = 132;
const short = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });

function date(day: string): string {
  const moment = new Date(`${day.slice(0, 10)}T00:00:00Z`);
  return Number.isNaN(moment.getTime()) ? day : short.format(moment);
}

export class Past {
  constructor(private readonly panel: HTMLElement) {}

  show(answer: Backtest): void {
    this.panel.classList.remove("stale");
    const known = answer.days.some((day) => asked(day) > 0);
    const none = h("p", { class: "calm" }, "On no day of the past was there anything to hold this rule against.");
    this.part("figure").replaceChildren(known ? figure(answer.days, answer.before?.days ?? null) : none);
    this.part("who").replaceChildren(...flapping(answer), ...first(answer));
    this.part("took").textContent = `${counted(answer.days.length, "day")} in ${spent(answer.milliseconds)}`;
  }

  settle(why: string): void {
    this.panel.classList.add("stale");
    this.part("took").textContent = why;
  }

  private part(name: string): HTMLElement {
    return this.panel.querySelector<HTMLElement>(`[data-part="${name}"]`)!;
  }
}

function asked(day: Day): number {
  return day.pass + day.fail + day.no_data + day.error;
}

// A day on which nothing could be decided has no rate: the line has a hole there, never a zero.
function path(days: Day[], area: boolean): string {
  const pieces: string[] = [];
  let run: string[] = [];
  const close = (end: number) => {
    if (run.length) pieces.push(area ? `M${run[0]!.split(",")[0]},100 L${run.join(" L")} L${end},100 Z` : `M${run.join(" L")}`);
    run = [];
  };
  days.forEach((day, at) => {
    const share = rate(day);
    if (share === null) close(at);
    else run.push(`${at},${(100 - 100 * share).toFixed(2)}`, `${at + 1},${(100 - 100 * share).toFixed(2)}`);
  });
  close(days.length);
  return pieces.join(" ");
}

// Days on which nothing could be decided are hatched, as everywhere.
function holes(days: Day[]): SVGElement[] {
  const drawn: SVGElement[] = [];
  let start = -1;
  for (let at = 0; at <= days.length; at += 1) {
    const open = at < days.length && rate(days[at]!) === null;
    if (open && start < 0) start = at;
    if (open || start < 0) continue;
    const box = { x: `${(100 * start) / days.length}%`, y: 0, width: `${(100 * (at - start)) / days.length}%`, height: HEIGHT };
    drawn.push(svg("rect", { ...box, class: "is-no_data" }), svg("rect", { ...box, fill: "url(#hatch)" }));
    start = -1;
  }
  return drawn;
}

function spoken(name: string, days: Day[]): string {
  const rates = days.map(rate).filter((share): share is number => share !== null);
  return rates.length ? `${name} from ${percent(rates[0]!)} to ${percent(rates.at(-1)!)}` : `${name} never decided`;
}

function figure(days: Day[], before: Day[] | null): HTMLElement {
  const said = [spoken("Draft", days), before && spoken("saved rule", before)].filter(Boolean).join(", ");
  const lines = [25, 50, 75].map((at) => svg("line", { x1: "0%", y1: `${at}%`, x2: "100%", y2: `${at}%`, class: "grid" }));
  const curves = svg("svg", { width: "100%", height: HEIGHT, viewBox: `0 0 ${days.length} 100`, preserveAspectRatio: "none" },
    svg("path", { d: path(days, true), class: "area" }),
    before && svg("path", { d: path(before, false), class: "line saved" }),
    svg("path", { d: path(days, false), class: "line" }));
  const drawing = svg("svg", { role: "img", class: "past-plot", width: "100%", height: HEIGHT },
    svg("title", {}, "Pass rate over time"), svg("desc", {}, `${said}.`), ...holes(days), ...lines, curves);
  const key = (kind: string, name: string, all: Day[]) =>
    h("li", {}, svg("svg", { width: 18, height: 10, "aria-hidden": "true", class: "past-plot" }, svg("path", { d: "M0,5 L18,5", class: `line ${kind}` })), `${name} `, h("b", {}, percent(all.length ? rate(all.at(-1)!) : null)));
  return h("figure", { class: "figure" },
    h("ul", { class: "legend" }, key("", "Draft", days), before && key("saved", "Saved", before)),
    h("div", { class: "plot" }, h("span", { class: "top-label" }, "100 %"), drawing),
    h("div", { class: "axis-x" }, h("span", {}, date(days[0]!.day)), h("span", {}, date(days.at(-1)!.day))),
    asTable(days, before));
}

function asTable(days: Day[], before: Day[] | null): HTMLElement {
  const saved = new Map(before?.map((day) => [day.day, day]));
  const cell = (text: string) => h("td", { class: "number" }, text);
  const heads = ["Draft", ...(before ? ["Saved"] : []), "Pass", "Fail", "No data"];
  const rows = [...days].reverse().map((day) => {
    const old = saved.get(day.day);
    return h("tr", {}, h("th", { scope: "row" }, day.day), cell(percent(rate(day))), before && cell(old ? percent(rate(old)) : "–"), cell(number(day.pass)), cell(number(day.fail)), cell(number(day.no_data + day.error)));
  });
  return h("details", { class: "as-table" }, h("summary", {}, "As a table"),
    h("div", { class: "scroll past-table", tabindex: 0, role: "region", "aria-label": "The pass rates as a table" },
      h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Day"), ...heads.map((head) => h("th", { scope: "col", class: "number" }, head)))), h("tbody", {}, ...rows))));
}

function section(title: string, calm: string, total: number, lines: HTMLElement[]): HTMLElement {
  const more = total - lines.length;
  return h("section", {},
    h("h3", {}, title, " ", h("span", { class: "count" }, number(total))),
    total ? h("ul", { class: "who" }, ...lines) : h("p", { class: "calm" }, calm),
    more > 0 && h("p", { class: "note" }, `And ${number(more)} more.`));
}

function flapping(answer: Backtest): HTMLElement[] {
  const lines = answer.flapping.map((entity) => entityLine(entity, h("span", { class: "turn note" }, counted(entity.turns, "turn"))));
  return [section("Flapping", "Nothing turns back and forth.", answer.flapping_total, lines)];
}

function first(answer: Backtest): HTMLElement[] {
  const lines = answer.first_failed.map((entity) => entityLine(entity, h("span", { class: "turn note" }, h("time", { datetime: entity.day }, date(entity.day)))));
  return [section("First failed", "Nothing fails on any of these days.", answer.first_failed_total, lines)];
}
