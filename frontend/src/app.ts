import htmx from "htmx.org";
import "./elements/cells";
import "./elements/choice";
import "./elements/copy";
import "./elements/moment";
import "./elements/palette";
import "./elements/passkey";
import "./elements/schema";
import "./keys";
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
