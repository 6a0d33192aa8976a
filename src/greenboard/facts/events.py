"""What facts announce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class FactsChanged:
    """Facts or gaps began, ended or changed their value; told inside the transaction that changes them.

    `paths` says by entity what changed, so that only the rules that read it run again: `coverage` is
    anything of a fact type, `coverage.line_pct` one field of it. A change of a repository concerns the
    components that live in it too; they are not listed here.
    """

    at: datetime
    paths: Mapping[Ref, frozenset[str]]
