"""Which scaffolds and workflows a rule may name as its way out. Pure.

Those are of packages above; `project` says where their names are had. Where nobody says so, as on a laptop without a
server, any name will do.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from greenboard.core.errors import Place, UserError, suggest
from greenboard.scorecards.types import Rule

_names: dict[str, Callable[[], Collection[str]]] = {}


def know(kind: str, names: Callable[[], Collection[str]]) -> None:
    """Say where the names of a kind are had: `scaffold` or `workflow`."""
    _names[kind] = names


def check(rule: Rule, place: Place) -> None:
    """Refuse a way out that there is not.

    Raises:
        UserError: the rule names a scaffold or workflow that nobody knows.

    """
    remedy = rule.remedy
    if remedy is None or remedy.kind not in _names:
        return
    known = _names[remedy.kind]()
    if remedy.name not in known:
        raise UserError(f"no {remedy.kind} {remedy.name!r}", place=place, hint=suggest(remedy.name, known))
