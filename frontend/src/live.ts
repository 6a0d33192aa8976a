// What goes along by itself leaves alone what somebody writes in it, and keeps what they opened and where they are.
let kept: { id: string; open: Set<string>; focus: string } | undefined;

document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  const part: unknown = detail.target;
  if (!(part instanceof HTMLElement) || !part.getAttribute("hx-trigger")?.startsWith("every")) return;
  const written = [...part.querySelectorAll<HTMLInputElement>("input[type=text]")];
  if (written.some((one) => one === document.activeElement || one.value !== one.defaultValue)) {
    detail.shouldSwap = false;
    return;
  }
  const focus = document.activeElement;
  const open = [...part.querySelectorAll("details[open] > summary")].map(named);
  kept = { id: part.id, open: new Set(open), focus: focus && part.contains(focus) ? named(focus) : "" };
});

document.addEventListener("htmx:afterSwap", () => {
  const part = kept && document.getElementById(kept.id);
  if (!kept || !part) return;
  for (const one of part.querySelectorAll("details > summary")) if (kept.open.has(named(one))) one.parentElement?.setAttribute("open", "");
  const again = [...part.querySelectorAll<HTMLElement>("a, button, summary, pre, [tabindex]")].find((one) => named(one) === kept?.focus);
  again?.focus({ preventScroll: true });
  kept = undefined;
});

// What an element is called, the same after it was drawn anew.
function named(one: Element): string {
  return [one.closest("[id]")?.id, one.tagName, one.textContent].join(" ");
}
