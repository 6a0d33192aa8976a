// Keys that work on every page. The list that `?` opens is drawn by the server from the same attributes:
// a link with data-go="b" is what `g b` goes to.
import { openPalette } from "./elements/palette";

let going = 0; // when `g` was pressed, in milliseconds; 0 when it was not

// Of an event from within a shadow tree, `target` is only the element that has the tree.
function typing(event: Event): boolean {
  const target = event.composedPath()[0];
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName));
}

function follow(key: string): void {
  document.querySelector<HTMLElement>(`[data-go="${CSS.escape(key)}"]`)?.click();
}

// j and k walk the rows of the page's main list.
function walk(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-rows] [data-row]")].filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const at = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
  rows[Math.max(0, Math.min(at + step, rows.length - 1))]?.focus();
}

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event) || document.querySelector("dialog[open]")) return;
  if (going && Date.now() - going < 1200) {
    going = 0;
    follow(event.key);
    return;
  }
  if (event.key === "g") going = Date.now();
  else if (event.key === "j") walk(1);
  else if (event.key === "k") walk(-1);
  else if (event.key === "/") {
    event.preventDefault();
    const search = document.querySelector<HTMLElement>("input[type=search][data-page]");
    if (search) search.focus();
    else openPalette();
  } else if (event.key === "?") document.querySelector<HTMLDialogElement>("#keys")?.showModal();
});

// A link to something that is folded away unfolds it.
function unfold(): void {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  if (!target) return;
  for (let fold = target.parentElement?.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  const own = target instanceof HTMLDetailsElement ? target : target.querySelector<HTMLDetailsElement>("li:scope > details");
  if (own) own.open = true;
  target.scrollIntoView({ block: own === target || target.matches("h2, section") ? "start" : "center" });
}
addEventListener("hashchange", unfold);
document.addEventListener("DOMContentLoaded", unfold);
document.addEventListener("htmx:pushedIntoHistory", () => setTimeout(unfold));
// What a fold had to fetch is there only now, and the link may have meant a line of it.
document.addEventListener("htmx:afterSettle", (event) => {
  const fold = (event.target as Element).closest(".passing");
  if (fold && location.hash.length > 1 && fold.querySelector(`#${CSS.escape(decodeURIComponent(location.hash.slice(1)))}`)) unfold();
});

// One button opens, and closes, everything that a selector names.
function unfoldAll(button: HTMLElement): void {
  const folds = [...document.querySelectorAll<HTMLDetailsElement>(button.dataset.unfold ?? "")];
  const open = folds.some((fold) => !fold.open);
  for (const fold of folds) fold.open = open;
  button.textContent = open ? "Close all" : "Open all";
}

// Paper has nothing to click on: what is folded away is opened for the print and closed after it.
let opened: HTMLDetailsElement[] = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll<HTMLDetailsElement>("main .results .aside:not([open])")];
  for (const fold of opened) fold.open = true;
});
addEventListener("afterprint", () => {
  for (const fold of opened) fold.open = false;
});

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  if (target.closest("[data-open=palette]")) openPalette();
  if (target.closest("[data-open=keys]")) document.querySelector<HTMLDialogElement>("#keys")?.showModal();
  const all = target.closest<HTMLElement>("[data-unfold]");
  if (all) unfoldAll(all);
  if (target.closest("[data-close]")) target.closest("dialog")?.close();
  // One open menu at a time, and none after a click elsewhere.
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]"))
    if (!menu.contains(target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
