// One tooltip for every element with data-tip, on hover and on focus. The text is a repetition for
// the eye only: what is needed to understand an element stands in its accessible name; an empty data-tip shows that.
let tip: HTMLElement | null = null;

function place(owner: Element): void {
  const text = owner.getAttribute("data-tip") || owner.getAttribute("aria-label");
  if (!text) return;
  if (!tip?.isConnected) {
    tip = document.createElement("div");
    tip.className = "tip";
    tip.setAttribute("aria-hidden", "true");
    document.body.append(tip);
  }
  tip.textContent = text;
  tip.hidden = false;
  const box = owner.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left + box.width / 2 - own.width / 2, innerWidth - own.width - 8));
  const above = box.top - own.height - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 4 ? above : box.bottom + 6}px`;
}

function hide(): void {
  if (tip) tip.hidden = true;
}

for (const kind of ["mouseover", "focusin"] as const)
  document.addEventListener(kind, (event) => {
    const owner = (event.target as Element).closest?.("[data-tip]");
    if (owner) place(owner);
    else hide();
  });
for (const kind of ["focusout", "keydown", "scroll", "click"] as const) document.addEventListener(kind, hide, true);
