"""Bills of materials: what is common to their formats.

A part counts as unlicensed when no licence is stated for it, or only that none is known
(`NOASSERTION`, `NONE`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from greenboard.repository.reports.types import Bill

_PACKAGE = re.compile(r"pkg:[A-Za-z0-9.+-]+/[^\s@]+@[^\s@]+")
_NOTHING = frozenset({"", "NOASSERTION", "NONE"})


def bill(form: str, stated: list[list[str]], at: datetime | None, urls: Iterable[object] = ()) -> Bill:
    """The bill of all parts by their licences. For SPDX, what was concluded goes before what was declared.

    `urls` are the package URLs of parts; what has no version, or is none, is left out.
    """
    names: set[str] = set()
    unlicensed = 0
    for licenses in stated:
        known = [text for text in licenses if text not in _NOTHING]
        names.update(known[:1] if form == "spdx" else known)
        unlicensed += not known
    packages = {url for url in urls if isinstance(url, str) and _PACKAGE.fullmatch(url)}
    return Bill(form, len(stated), tuple(sorted(names)), unlicensed, at, tuple(sorted(packages)))
