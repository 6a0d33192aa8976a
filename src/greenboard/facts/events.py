"""What facts announce."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from greenboard.core.refs import Ref


@dataclass(frozen=True)
class FactsChanged:
    """Facts or gaps began, ended or changed their value; told after they are committed.

    `types` names the fact types by entity, so that only the rules that read them run again. A change
    of a repository concerns the components that live in it too; they are not listed here.
    """

    at: datetime
    types: Mapping[Ref, frozenset[str]]
