"""Finding exemptions that somebody may see."""

from __future__ import annotations

from collections.abc import Sequence

from greenboard.access.decide import Asker, sight
from greenboard.access.errors import Absent
from greenboard.catalog.sight import condition
from greenboard.core.refs import Ref
from greenboard.exemptions.models import Exemption
from greenboard.exemptions.types import Within
from greenboard.facts.store import chunks


def row(number: int, by: Asker) -> Exemption:
    """One exemption.

    Raises:
        Absent: there is none of that number, or it may not be seen.

    """
    return rows([number], by)[0]


def rows(numbers: Sequence[int], by: Asker) -> list[Exemption]:
    """Several, by rising number; errors as for `row`."""
    seen = Exemption.objects.filter(condition(sight(by))).select_related("entity", "renews").order_by("pk")
    found = [one for part in chunks(sorted(set(numbers))) for one in seen.filter(pk__in=part)]
    missing = set(numbers) - {one.pk for one in found}
    if missing:
        raise Absent(f"no exemption {min(missing)}")
    return found


def ref(one: Exemption) -> Ref:
    """The entity of an exemption."""
    return Ref(one.entity.kind, one.entity.namespace, one.entity.name)


def within(one: Exemption) -> Within:
    """How far it reaches."""
    return Within(one.environment, one.path)


def name(by: Asker) -> str:
    """The name of whoever acts, as exemptions keep it."""
    return str(getattr(by, "get_username", lambda: "")())
