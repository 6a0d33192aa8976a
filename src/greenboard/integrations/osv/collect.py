"""Packages as facts and the setting say them, their vulnerabilities, and what of these is one and the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry
from greenboard.connections.reading import Look
from greenboard.connections.types import Failed, Reason, Record
from greenboard.integrations.osv.cvss import base_score

FUNCTIONS = Registry()
_BATCH = 1000
"""How many queries one call may hold."""
_PAGES = 100
_LINE = re.compile(r"\s*(\S+)\s*=\s*(pkg:[^\s@]+(?:%40|@)?[^\s@]*@[^\s@]+)\s*")
_ORDER = ("low", "medium", "high", "critical")
_WORDS = {"critical": "critical", "high": "high", "moderate": "medium", "medium": "medium", "low": "low"}


def components(look: Look) -> Iterator[list[Record]]:
    """Each component once with its packages, its reference where it is known by that, and the moment of the look."""
    at, known = look.session.now.isoformat(), {one.entity for one in look.connection.known}
    for name, purls in _packages(look).items():
        yield [{"id": name, "ref": name if name in known else None, "at": at, "purls": sorted(purls)}]


def hits(look: Look) -> Iterator[list[Record]]:
    """The ids of vulnerabilities, each with the packages that have it."""
    purls: defaultdict[str, list[str]] = defaultdict(list)
    names = sorted(set[str]().union(*_packages(look).values()))
    for start in range(0, len(names), _BATCH):
        for purl, identity in _asked(look, names[start : start + _BATCH]):
            purls[identity].append(purl)
    yield [{"id": identity, "purls": sorted(set(several))} for identity, several in sorted(purls.items())]


def _packages(look: Look) -> dict[str, set[str]]:
    """The packages of each component. A name of the setting is that of a component of which something is known."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in look.connection.known:
        for item in one.facts.get("packages", ()):
            if isinstance(urls := item.get("urls"), list | tuple):
                found[one.entity].update(str(url) for url in urls)
    refs = {ref.rpartition("/")[2]: ref for ref in reversed(found)}
    for at, line in enumerate(look.connection.settings.get("packages") or (), start=1):
        told = _LINE.fullmatch(str(line))
        if told is None:
            text = f"Line {at} of the packages: expected COMPONENT = pkg:TYPE/NAME@VERSION, got {line!r}."
            raise Failed(Reason("ours", text))
        found[refs.get(told[1], told[1])].add(told[2])
    return found


def _asked(look: Look, purls: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Pairs of a package and a vulnerability. What has more than one page is asked for again, with its token."""
    left: dict[str, str] = dict.fromkeys(purls, "")
    for _ in range(_PAGES):
        if not left or look.stop():
            return
        asked = list(left.items())
        queries = [{"package": {"purl": purl}, **({"page_token": token} if token else {})} for purl, token in asked]
        results = _results(look.ask("POST", "/v1/querybatch", body={"queries": queries}), len(asked))
        left = {}
        for (purl, before), result in zip(asked, results, strict=True):
            yield from ((purl, identity) for identity in _ids(result))
            token = result.get("next_page_token")
            if token and token != before:
                left[purl] = str(token)
            elif token:
                raise _odd("it gives a page again that we had")
    raise Failed(Reason("limit", "A package has more vulnerabilities than are read."))


def _results(body: Any, expected: int) -> list[Mapping[str, Any]]:
    results = body.get("results") if isinstance(body, Mapping) else None
    # A package without any is an empty object; the order is that of the queries.
    if not isinstance(results, list) or len(results) != expected:
        raise _odd("there is not one result for each query")
    if not all(isinstance(one, Mapping) for one in results):
        raise _odd("a result is no object")
    return results


def _ids(result: Mapping[str, Any]) -> list[str]:
    several = result.get("vulns", [])
    if not isinstance(several, list):
        raise _odd("vulns is no list")
    ids = [one.get("id") if isinstance(one, Mapping) else None for one in several]
    if not all(isinstance(one, str) and one for one in ids):
        raise _odd("a vulnerability without an id")
    return [str(one) for one in ids]


def _odd(what: str) -> Failed:
    return Failed(Reason("theirs", f"The answer is not as documented: {what}."))


@FUNCTIONS.add("list", "list", gives="list", example="weaknesses(found, purls)")
def weaknesses(found: list[Any], purls: list[Any]) -> list[Record]:
    """Each weakness once, whatever number of databases describe it: its first `id`, its highest `severity`, the
    `packages` of ours that have it, and whether it is `fixed` in some version of each of these. What is not known is
    null.
    """
    try:
        groups = _groups(found)
        return [_weakness(entries, purls) for entries in groups]
    except (AttributeError, KeyError, TypeError):
        raise Mistyped("an entry is not as the OSV schema says") from None


def _weakness(entries: list[Mapping[str, Any]], purls: Sequence[str]) -> Record:
    ours = sorted(set(purls) & {purl for entry in entries for purl in entry["parent"]["purls"]})
    return {
        "id": entries[0].get("id"),
        "severity": _severity(entries),
        "fixed": _fixed(entries, purls),
        "packages": ours,
    }


def _groups(found: list[Any]) -> list[list[Mapping[str, Any]]]:
    """Entries that name each other are of one weakness."""
    groups: list[tuple[set[str], list[Mapping[str, Any]]]] = []
    for entry in found:
        if entry.get("withdrawn"):
            continue
        names, entries = {str(entry.get("id")), *map(str, entry.get("aliases") or [])}, [entry]
        for group in [one for one in groups if one[0] & names]:
            groups.remove(group)
            names, entries = names | group[0], group[1] + entries
        groups.append((names, entries))
    return [entries for _, entries in groups]


def _severity(entries: Sequence[Mapping[str, Any]]) -> str | None:
    """The highest that one of the entries says, by word or by CVSS 3; unknown where none says one."""
    named = [name for entry in entries for name in (_word(entry), _scored(entry)) if name]
    return max(named, key=_ORDER.index, default=None)


def _word(entry: Mapping[str, Any]) -> str | None:
    told = (entry.get("database_specific") or {}).get("severity")
    return _WORDS.get(told.lower()) if isinstance(told, str) else None


def _scored(entry: Mapping[str, Any]) -> str | None:
    several = [*(entry.get("severity") or [])]
    several += [one for part in entry.get("affected") or [] for one in part.get("severity") or []]
    scores = [base_score(str(one.get("score"))) for one in several if one.get("type") == "CVSS_V3"]
    top = max((score for score in scores if score), default=None)
    if top is None:
        return None
    return "critical" if top >= 9 else "high" if top >= 7 else "medium" if top >= 4 else "low"


def _fixed(entries: Sequence[Mapping[str, Any]], purls: Sequence[str]) -> bool | None:
    ours = {_plain(purl) for purl in purls if any(purl in (entry["parent"]["purls"]) for entry in entries)}
    by_package: defaultdict[str, list[bool]] = defaultdict(list)
    for entry in entries:
        for part in entry.get("affected") or []:
            name = _plain(str((part.get("package") or {}).get("purl") or ""))
            events = [event for span in part.get("ranges") or [] for event in span.get("events") or []]
            by_package[name].append(any("fixed" in event for event in events))
    if not ours or not ours <= by_package.keys():
        return None
    return all(any(by_package[name]) for name in ours)


def _plain(purl: str) -> str:
    """A package URL without version and qualifiers."""
    return re.split(r"[?#]", purl)[0].partition("@")[0].replace("%40", "@").lower()


STREAMS = {"components": components, "hits": hits}
