"""Why pairs are exempt, or no longer: the causes of results of which nothing but that changed."""

from __future__ import annotations

from greenboard.exemptions import store
from greenboard.results.rows import Cause
from greenboard.results.session import Session
from greenboard.rules.vectors import Array

_UNCOVERED = "What is exempt no longer covers all that fails"
_GONE = Cause("exemption", "It is no longer exempt")


def causes(session: Session, lines: Array, columns: Array, exempt: Array) -> list[Cause]:
    """The cause of each pair, in turn; `exempt` says of all pairs what they are now. One query where some ended."""
    pairs = list(zip(lines.tolist(), columns.tolist(), strict=True))
    lost = {int(session.ids[column]) for line, column in pairs if not exempt[line, column]}
    ended = store.ended(session.scorecard.name, session.at, lost) if lost else {}
    found = []
    for line, column in pairs:
        rule = session.rule(line).id
        holding = session.pardons.why(rule, column)
        if holding is not None:
            text = holding.text if exempt[line, column] else f"{_UNCOVERED} ({holding.within})"
            found.append(Cause("exemption", text, link=holding.path))
            continue
        last = ended.get((int(session.ids[column]), rule))
        found.append(_GONE if last is None else Cause("exemption", last.text, link=last.path))
    return found
