"""Checks of what a rule asks around an entity: scorecards and levels that there are, names of teams."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from greenboard.core.errors import UserError, suggest
from greenboard.core.refs import Ref
from greenboard.rules.refuse import RuleError, Source
from greenboard.rules.schema import Schema
from greenboard.rules.tree import Call, Const, Node


def card_of(node: Call) -> str:
    """The scorecard that a `level` or `reached` names."""
    return _literal(node, -1 if node.function == "level" else -2)


def level_of(node: Call) -> str:
    """The level that a `reached` names."""
    return _literal(node, -1)


def _literal(node: Call, index: int) -> str:
    found = node.arguments[index]
    assert isinstance(found, Const), "the compiler has made sure of it"
    return str(found.value)


def check_standing(source: Source, node: Call, schema: Schema) -> None:
    """Refuse `level` and `reached` of a scorecard or level that there is not.

    Raises:
        RuleError: with the place of the name.

    """
    if node.function not in ("level", "reached"):
        return
    named = node.arguments[-1:] if node.function == "level" else node.arguments[-2:]
    for name in named:
        if not isinstance(name, Const):
            what = f"{node.function}() takes names that stand in the rule itself, so that it is known what it reads"
            raise source.refuse(name.at, what, expected='a text in quotes, such as "production-readiness"')
    if schema.standards is None:
        return
    card = card_of(node)
    if card not in schema.standards:
        raise _unknown(source, named[0].at, f"there is no scorecard {card!r}", (card, schema.standards))
    levels = schema.standards[card]
    if node.function == "reached" and level_of(node) not in levels:
        raise _unknown(source, named[1].at, f"{card} has no level {level_of(node)!r}", (level_of(node), levels))


def _unknown(source: Source, at: int, what: str, told: tuple[str, Collection[str]]) -> RuleError:
    wanted, known = told
    return source.refuse(at, what, expected=", ".join(known) or None, hint=suggest(wanted, known))


def team(source: Source, name: Node) -> Node:
    """The name of a team as entities carry it: `Payments` and `team:default/payments` are `payments`.

    Raises:
        RuleError: the text can be no name of a team.

    """
    if not isinstance(name, Const) or not isinstance(name.value, str):
        return name
    try:
        ref = Ref.parse(name.value, kind="team")
    except UserError:
        ref = None
    if ref is None or ref.kind != "team":
        raise source.refuse(name.at, f"{name.value!r} is not the name of a team", expected='one such as "payments"')
    return replace(name, value=ref.short)
