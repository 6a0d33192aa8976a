// The field's looks, made of the page's tokens: they reach into the shadow tree, its rules do not.
import { EditorView } from "@codemirror/view";

const popup = {
  border: "1px solid var(--line)",
  borderRadius: "8px",
  backgroundColor: "var(--surface)",
  color: "var(--text)",
  boxShadow: "var(--shadow)",
};

export const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", border: "1px solid var(--line-strong)", borderRadius: "6px" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "13px", lineHeight: "20px", maxHeight: "50vh", overflow: "auto" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)", minHeight: "var(--code-height, 36px)" },
  ".cm-line": { padding: "0 10px" },
  ".cm-placeholder": { color: "var(--faint)" },
  ".cm-content ::selection, .cm-line::selection": { backgroundColor: "color-mix(in oklch, var(--focus) 30%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selected)", outline: "1px solid var(--line-strong)" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--fail-wash)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--fail)", textDecorationSkipInk: "none", textUnderlineOffset: "3px", backgroundColor: "var(--fail-wash)" },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--fail)" },
  ".cm-tooltip": { ...popup, zIndex: "30" },
  ".cm-tooltip-lint": { padding: "2px 4px", fontSize: "13px", lineHeight: "18px", maxWidth: "420px" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--fail)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", fontSize: "12px", maxHeight: "260px", maxWidth: "min(560px, 90vw)", padding: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "12px", padding: "3px 8px", borderRadius: "5px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--selected)", color: "var(--text)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".cm-completionDetail": { marginLeft: "auto", color: "var(--muted)", fontStyle: "normal", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-tooltip.cm-completionInfo": { ...popup, maxWidth: "300px", padding: "8px 12px", fontFamily: "var(--sans)", fontSize: "13px", lineHeight: "18px", whiteSpace: "normal" },
  ".cm-completionInfo p": { margin: "0" },
  ".cm-completionInfo .more": { marginTop: "4px", color: "var(--muted)" },
});
