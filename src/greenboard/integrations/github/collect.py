"""What YAML cannot say of GitHub: what a CODEOWNERS file says, by the parser that reads it in a repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenboard.connections.expressions.function import Registry
from greenboard.repository import codeowners

FUNCTIONS = Registry()
_PLACES = dict(zip(("hidden", "root", "docs"), codeowners.PLACES["github"], strict=True))


@FUNCTIONS.add("object", gives="object", example="code_owners(data.repository)")
def code_owners(files: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the first CODEOWNERS file says of those that GitHub looks for; unknown where it was not told whole."""
    for name, path in _PLACES.items():
        if name not in files:
            return None
        blob = files[name]
        if blob is None:
            continue
        text = _whole(blob)
        return None if text is None else codeowners.parse(text, path, "github").told()
    return None


def _whole(blob: Any) -> str | None:
    """The text of a file; none of a folder, of half a file, and of what may be a link, whose text is where it leads."""
    if not isinstance(blob, Mapping) or blob.get("isTruncated") is not False:
        return None
    text = blob.get("text")
    if not isinstance(text, str) or (text and len(text.split()) == 1 and not text.endswith("\n")):
        return None
    return text
