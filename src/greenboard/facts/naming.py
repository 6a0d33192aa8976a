"""People as tools name them: in the catalog, on call, and as owners of code. For suggesting whose names those are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from greenboard.catalog import persons
from greenboard.catalog import store as catalog
from greenboard.core.refs import Ref
from greenboard.facts import calling, store
from greenboard.identity.handles import Seen

_FORGES = {"github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}
"""The tool that reads a CODEOWNERS file, by its dialect; annotations of the catalog call them so, too."""


def seen(now: datetime) -> list[Seen]:
    """Everybody under every name that is known of them, and what else the tool says."""
    names = {one.id: one.ref for one in catalog.entities()}
    called = [one for one in calling.called(names, None, now) if calling.person(one.name) is None]
    return [*persons.seen(), *(_called(one) for one in sorted(called)), *_owners(names)]


def _called(one: calling.Called) -> Seen:
    address = one.name if "@" in one.name else ""
    return Seen(one.tool[:64], one.name[:320], address, "" if address else one.name)


def _owners(names: Mapping[int, Ref]) -> Iterator[Seen]:
    found = set()
    for several in store.of_types(["codeowners"], names).values():
        for value in (fact.value for fact in several if isinstance(fact.value, Mapping)):
            forge, people = _FORGES.get(str(value.get("dialect"))), value.get("people", ())
            if forge and isinstance(people, list | tuple):
                found |= {(forge, str(name)) for name in people}
    for forge, name in sorted(found):
        address = name if "@" in name[1:] else ""
        yield Seen(forge, name.removeprefix("@")[:320], address)
