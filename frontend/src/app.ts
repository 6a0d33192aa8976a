import htmx from "htmx.org";
import "./elements/cells";
import "./elements/choice";
import "./elements/copy";
import "./elements/frame";
import "./elements/moment";
import "./elements/palette";
import "./elements/passkey";
import "./elements/schema";
import "./keys";
import "./live";
import "./tip";

// No snapshots of pages in the browser's storage, no inline style, no eval.
htmx.config.historyCacheSize = 0;
htmx.config.includeIndicatorStyles = false;
htmx.config.allowEval = false;
htmx.config.scrollBehavior = "auto";

// After a boosted visit the reader starts at the top of the page's content, as after a full load,
// unless the focus is in a control that was kept (a filter that was just changed).
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.querySelector<HTMLElement>("#main")?.focus({ preventScroll: true });
});

// A page that explains an error is a page too.
document.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail;
  if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

// On a phone the navigation is a row that may be longer than the screen: where one is shall be seen.
function showPlace(): void {
  const bar = document.querySelector<HTMLElement>(".side");
  const place = bar?.querySelector<HTMLElement>("[aria-current]");
  if (bar && place && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = place.offsetLeft - (bar.clientWidth - place.offsetWidth) / 2;
}
document.addEventListener("htmx:afterSettle", showPlace);
document.addEventListener("DOMContentLoaded", showPlace);
