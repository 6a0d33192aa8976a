"""Who does not meet some rules now and is not exempt: what an exemption may be asked for in one go."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from greenboard.results.matrix import EXEMPT, matrix
from greenboard.results.rows import OUTCOMES
from greenboard.rules.types import Outcome


def failing(
    scorecard: str, rules: Collection[str], entities: Collection[int] | None, outcomes: Collection[Outcome]
) -> list[tuple[int, str]]:
    """The pairs of entity (surrogate id) and rule that come to one of some outcomes, without those that are exempt."""
    found = matrix(scorecard)
    wanted = [OUTCOMES.index(outcome) for outcome in outcomes]
    lines = found.lines(rules)
    columns = np.arange(len(found.ids))
    if entities is not None:
        columns = columns[np.isin(found.ids, np.array(sorted(entities), dtype=np.int64))]
    line, column = np.nonzero(np.isin(found.outcomes[np.ix_(lines, columns)], wanted))
    several = zip(found.ids[columns[column]].tolist(), lines[line].tolist(), strict=True)
    return [(entity, found.names[at]) for entity, at in several]


def outcomes(scorecard: str, pairs: Collection[tuple[int, str]]) -> dict[tuple[int, str], tuple[Outcome, bool]]:
    """What rules come to now for entities (surrogate ids), and whether that is exempt, of whoever is judged."""
    found = matrix(scorecard)
    line = {name: at for at, name in enumerate(found.names)}
    several = [(entity, rule) for entity, rule in pairs if rule in line]
    columns = found.columns(np.array([entity for entity, _ in several], dtype=np.int64)).tolist()
    told = {}
    for (entity, rule), column in zip(several, columns, strict=True):
        code = int(found.outcomes[line[rule], column]) if column >= 0 else -1
        if code >= 0:
            told[entity, rule] = OUTCOMES[code % EXEMPT], code >= EXEMPT
    return told
