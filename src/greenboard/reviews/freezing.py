"""Evidence as it is frozen at a signature: one JSON text in one form, its digest, and what it said. Pure.

The digest is the SHA-256 of the text in UTF-8; whoever has the text can count it again with any tool.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

FORMAT = 1


def canonical(told: Mapping[str, Any]) -> str:
    """JSON in one form only: sorted keys, no spaces, characters as they are."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    """SHA-256 of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def wrong(text: str, said: str) -> str:
    """Why a text is not what its digest says; "" where it is."""
    found = digest(text)
    if found != said:
        return f"the evidence has the digest {found}, and {said} was signed"
    try:
        told = json.loads(text)
    except ValueError:
        return "the evidence is no JSON"
    return "" if canonical(told) == text else "the evidence is not in its one form"
