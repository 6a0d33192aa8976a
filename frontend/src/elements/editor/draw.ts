// Elements with words: the same bars, signs and classes that the server draws (web/charts, web/words.py).
import type { Counts, Entity, Outcome } from "./api";

type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

function dress<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  element.append(...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false));
  return element;
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return dress(document.createElement(tag), attributes, children);
}

export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

const figures = new Intl.NumberFormat("en");

export function number(value: number): string {
  return figures.format(value);
}

export function counted(value: number, one: string, many = `${one}s`): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function signed(value: number): string {
  return value > 0 ? `+${number(value)}` : value < 0 ? `−${number(-value)}` : "±0";
}

// Never rounded up to 100: 99.7 % is not all.
export function percent(share: number | null): string {
  if (share === null) return "–";
  const rounded = Math.round(share * 100);
  return `${rounded === 100 && share < 1 ? 99 : rounded === 0 && share > 0 ? 1 : rounded} %`;
}

// The share that passes of what can be decided; null where nothing can.
export function rate(counts: Counts): number | null {
  const decided = counts.pass + counts.fail;
  return decided ? counts.pass / decided : null;
}

export const OUTCOMES: Record<Outcome, { glyph: string; word: string }> = {
  pass: { glyph: "✓", word: "Pass" },
  fail: { glyph: "✕", word: "Fail" },
  no_data: { glyph: "◌", word: "No data" },
  error: { glyph: "!", word: "Error" },
  not_applicable: { glyph: "–", word: "Not applicable" },
};

export function sign(outcome: Outcome): HTMLElement {
  const { glyph, word } = OUTCOMES[outcome] ?? { glyph: "?", word: outcome };
  return h("span", { class: `outcome is-${outcome}` }, h("span", { "aria-hidden": "true" }, glyph), h("span", { class: "word" }, ` ${word}`));
}

function share(value: number): string {
  return `${+(value * 100).toFixed(3)}%`;
}

// Passed, failed, undecided (hatched). Silent: the table beside it says the numbers in words.
export function bar(counts: Counts, height: number): SVGElement {
  const parts: [string, number][] = [["pass", counts.pass], ["fail", counts.fail], ["no_data", counts.no_data + counts.error]];
  return strip(parts, height);
}

export function strip(parts: [string, number][], height: number): SVGElement {
  const total = parts.reduce((sum, [, count]) => sum + count, 0);
  const drawn: SVGElement[] = [];
  let start = 0;
  for (const [kind, count] of parts) {
    if (!count) continue;
    const box = { x: share(start), y: 0, width: share(count / total), height };
    drawn.push(svg("rect", { ...box, class: `is-${kind}` }));
    if (kind === "no_data") drawn.push(svg("rect", { ...box, fill: "url(#hatch)" }));
    if (start) drawn.push(svg("rect", { x: share(start), y: 0, width: 1, height, class: "gap" }));
    start += count / total;
  }
  return svg("svg", { "aria-hidden": "true", class: drawn.length ? "bar" : "bar empty", width: "100%", height }, ...drawn);
}

// Rising bars, one per level; the reached ones are filled.
export function rungs(rank: number, count: number): SVGElement {
  const bars = Array.from({ length: count }, (_, index) => {
    const tall = 5 + Math.round((9 * index) / Math.max(1, count - 1));
    return svg("rect", { x: index * 5, y: 14 - tall, width: 4, height: tall, rx: 1, class: index < rank ? "on" : "off" });
  });
  const width = Math.max(1, count * 5 - 1);
  return svg("svg", { "aria-hidden": "true", class: "rungs", viewBox: `0 0 ${width} 14`, width, height: 14 }, ...bars);
}

export function entityLine(entity: Entity, ...rest: Child[]): HTMLElement {
  const known = entity.tier !== null && entity.tier !== undefined;
  const tier = known ? h("span", { class: "tier" }, h("span", { class: "sr" }, "tier "), String(entity.tier)) : null;
  const team = entity.team ? h("span", { class: "note" }, entity.team) : null;
  return h("li", {}, h("a", { href: entity.url }, entity.name), tier, team, ...rest);
}
