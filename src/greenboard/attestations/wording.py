"""From what a descriptor states to a wish, with the place of each part. Pure."""

from __future__ import annotations

from greenboard.attestations.types import Given, Proof, Wish
from greenboard.attestations.wishing import Placing
from greenboard.catalog.types import Attested
from greenboard.core.errors import Place


def wish(stated: Attested) -> Wish:
    """What is stated, as somebody would want it by hand."""
    return Wish(
        entity=stated.entity,
        item=stated.item,
        statement=stated.statement,
        answers=stated.answers,
        evidence=tuple(Given(Proof(kind), text) for kind, text in stated.evidence),
        until=stated.until,
        environment=stated.environment,
        release=stated.release,
        role=stated.role,
    )


def placing(stated: Attested) -> Placing:
    """Where the parts of a wish stand in the file."""

    def place(part: str) -> Place:
        return stated.places.get(part) or stated.places.get(part.partition(".")[0]) or stated.place

    return place


def where(stated: Attested) -> str:
    """`greenboard.yaml:14`."""
    return f"{stated.place.path}:{stated.place.line}"
