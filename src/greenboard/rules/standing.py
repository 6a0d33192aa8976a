"""Words for what is around an entity: the names of related ones, levels, teams, and what of it is not known."""

from __future__ import annotations

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.rules import named
from greenboard.rules.trace import Point, Trace
from greenboard.rules.tree import Call, Node

NOT_KNOWN = {
    "dependencies": "nobody says what it depends on",
    "dependents": "what depends on it is not known",
    "parts": "what is part of it is not known",
    "repository": "the repository that it lives in is not known",
}
"""Said where it is not known what a relation leads to."""


def short(reference: str) -> str:
    """A reference as people say it: `ledger`, or `payments/ledger` in a namespace of its own."""
    try:
        return Ref.parse(reference, kind="entity").short
    except UserError:
        return reference


def name_of(trace: Trace, struct: Node, point: Point) -> str:
    """The related entity that a struct is or is a fact of; "" for what is of the entity itself."""
    if not struct.type.held.through:
        return ""
    row = trace.of(struct, point)
    return "a related entity" if row is None else short(trace.frame.name(row))


def row_asked(trace: Trace, node: Call, point: Point) -> int | None:
    """The row of whose level or team a call asks."""
    subject = node.arguments[0]
    return trace.of(subject, point) if subject.type.is_related else trace.row


def whose(trace: Trace, node: Call, point: Point) -> str:
    """The related entity of whose level or team a call asks; "" for the entity itself."""
    return name_of(trace, node.arguments[0], point)


def level(trace: Trace, node: Call, point: Point) -> str | None:
    """The level that a `level` or `reached` looks at; None where it is not known."""
    row, known = row_asked(trace, node, point), trace.frame.around.levels.get(named.card_of(node))
    if row is None or known is None or known.ranks[row] < 0:
        return None
    return ("", *known.names)[int(known.ranks[row])]


def level_said(trace: Trace, node: Call, point: Point) -> str:
    """`silver on production-readiness`."""
    return f"{level(trace, node, point) or 'no level'} on {named.card_of(node)}"


def teams(trace: Trace, node: Call, point: Point) -> tuple[str, ...] | None:
    """The owning team that an `in_team` looks at, and those that it is part of; None where none is known."""
    row, known = row_asked(trace, node, point), trace.frame.around.teams
    return None if row is None or row >= len(known) else known[row]


def teams_said(trace: Trace, node: Call, point: Point) -> str:
    """`owned by ledger-team of payments`."""
    found = teams(trace, node, point)
    return f"owned by {' of '.join(found)}" if found else "owned by no team"


def not_known(node: Call) -> str:
    """What of a level or team is not known."""
    return "who owns it is not known" if node.function == "in_team" else f"level on {named.card_of(node)} not known"
