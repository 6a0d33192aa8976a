"""Alertmanager's routing tree: which rules reach nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.objects import mapping, sequence
from greenboard.repository.sniff import candidates
from greenboard.repository.tree import Tree

_MATCHER = re.compile(r"""^\s*(?P<name>[\w:]+)\s*(?P<how>=~|!~|!=|=)\s*"?(?P<value>.*?)"?\s*$""")


@dataclass(frozen=True)
class Routes:
    """A routing configuration. `reaching` are the receivers that tell somebody."""

    route: Mapping[str, Any]
    reaching: frozenset[str]
    place: str

    def reaches(self, labels: Mapping[str, str]) -> bool | None:
        """Whether an alert with these labels (and others not known) reaches somebody; None where that depends."""
        verdicts = {name in self.reaching for name in _receivers(self.route, labels, "")}
        return verdicts.pop() if len(verdicts) == 1 else None


def routes(tree: Tree) -> list[Routes]:
    """The Alertmanager configurations of a tree that can be read."""
    found = []
    for path in candidates(tree, "alert routes"):
        try:
            documents = tree.yaml(path)
        except UserError:
            continue  # Often a template; without routes nothing is said about who is reached.
        found += [read for document in documents if (read := _read(document))]
    return found


def _read(document: yaml.Document) -> Routes | None:
    data = mapping(document.data)
    receivers = [mapping(item) for item in sequence(data.get("receivers"))]
    route = mapping(data.get("route"))
    if not route or not receivers:
        return None
    reaching = {
        str(item.get("name"))
        for item in receivers
        if any(key.endswith("_configs") and value for key, value in item.items() if isinstance(key, str))
    }
    return Routes(route, frozenset(reaching), document.at("route"))


def _receivers(route: Mapping[str, Any], labels: Mapping[str, str], inherited: str) -> Iterator[str]:
    """Every receiver that an alert may come to."""
    own = str(route.get("receiver") or inherited)
    sure = False
    for child in map(mapping, sequence(route.get("routes"))):
        verdict = _matches(child, labels)
        if verdict is False:
            continue
        yield from _receivers(child, labels, own)
        if verdict and child.get("continue") is not True:
            return
        sure = sure or verdict is True
    if not sure:
        yield own


def _matches(route: Mapping[str, Any], labels: Mapping[str, str]) -> bool | None:
    terms = [(str(name), "=", str(value)) for name, value in mapping(route.get("match")).items()]
    terms += [(str(name), "=~", str(value)) for name, value in mapping(route.get("match_re")).items()]
    verdicts: list[bool | None] = []
    for matcher in sequence(route.get("matchers")):
        found = _MATCHER.match(str(matcher))
        if found is None:
            verdicts.append(None)
        else:
            terms.append((found["name"], found["how"], found["value"]))
    verdicts += [_holds(labels.get(name), how, value) for name, how, value in terms]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _holds(held: str | None, how: str, value: str) -> bool | None:
    if held is None or "{{" in held:
        return None
    if how in ("=", "!="):
        return (held == value) is (how == "=")
    import re2

    try:
        return (re2.fullmatch(value, held) is not None) is (how == "=~")
    except re2.error:
        return None
