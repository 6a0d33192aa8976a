"""What components are built on, as facts and the setting say it, and the release lines that ship with Greenboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from greenboard.connections.expressions.function import Registry
from greenboard.connections.reading import Look
from greenboard.connections.types import Failed, Reason, Record
from greenboard.integrations.endoflife import built_on

FUNCTIONS = Registry()
SHIPPED = Path(__file__).with_name("shipped.json")
_LINE = re.compile(r"\s*(?P<component>\S+)\s*=\s*(?P<product>[a-z0-9.+-]+)[\s@]+v?(?P<version>\S+)\s*", re.IGNORECASE)
_AFTER = ".-_+ "


class Use(NamedTuple):
    """That a component is built on something; components are called by their reference where that is known."""

    component: str
    product: str
    version: str


def components(look: Look) -> Iterator[list[Record]]:
    """Each component once, with its reference where it is known by that."""
    names = dict.fromkeys(one.component for one in _uses(look))
    known = {one.entity for one in look.connection.known}
    yield [{"id": name, "ref": name if name in known else None} for name in names]


def uses(look: Look) -> Iterator[list[Record]]:
    """What each component is built on."""
    yield [{"id": " ".join(one), **one._asdict()} for one in dict.fromkeys(_uses(look))]


def products(look: Look) -> Iterator[list[Record]]:
    """The products to ask for."""
    names = dict.fromkeys(one.product for one in _uses(look)) if look.connection.settings["online"] else ()
    yield [{"id": name} for name in names]


def shipped(look: Look) -> Iterator[list[Record]]:
    """The release lines of the shipped list, in the words of the API."""
    if look.connection.settings["online"]:
        yield []
        return
    wanted = {one.product for one in _uses(look)}
    for product, lines in _list().items():
        if product in wanted:
            yield [_release(product, *line, look.session.now) for line in lines]


def _uses(look: Look) -> list[Use]:
    known = look.connection.known
    return [*_told(look), *(Use(one.entity, *each) for one in known for each in built_on.products(one))]


def _told(look: Look) -> list[Use]:
    """The lines of the setting. A name is that of a component of which something is known, if there is one."""
    found, refs = [], {one.entity.rpartition("/")[2]: one.entity for one in reversed(look.connection.known)}
    for at, line in enumerate(look.connection.settings.get("uses") or (), start=1):
        told = _LINE.fullmatch(str(line))
        if told is None:
            text = f"Line {at} of what components are built on: expected COMPONENT = PRODUCT VERSION, got {line!r}."
            raise Failed(Reason("ours", text))
        found.append(Use(refs.get(told["component"], told["component"]), told["product"].lower(), told["version"]))
    return found


@cache
def _list() -> Mapping[str, list[tuple[str, str | bool, str | bool]]]:
    products: dict[str, Any] = json.loads(SHIPPED.read_text(encoding="utf-8"))["products"]
    return {name: [tuple(line) for line in lines] for name, lines in products.items()}


def _release(product: str, name: str, eol: str | bool, lts: str | bool, now: datetime) -> Record:
    """A line of the list. That one had not ended when the list was made does not say that it has not by now."""
    return {
        "product": product,
        "name": name,
        "eolFrom": eol if isinstance(eol, str) else None,
        "isEol": _begun(eol, now) if isinstance(eol, str) else eol or None,
        "isLts": _begun(lts, now) if isinstance(lts, str) else lts,
        "latest": None,
    }


def _begun(day: str, now: datetime) -> bool:
    return datetime.combine(date.fromisoformat(day), time.min, UTC) <= now


@FUNCTIONS.add("list", "text", gives="object", example="release_of(releases, version)")
def release_of(releases: list[Any], version: str) -> Mapping[str, Any] | None:
    """The release line that a version is of: the longest name that it begins with; unknown where there is none."""
    held = [one for one in releases if isinstance(one, Mapping) and _is_of(version, str(one.get("name") or ""))]
    return max(held, key=lambda one: len(str(one["name"])), default=None)


def _is_of(version: str, line: str) -> bool:
    return bool(line) and version.startswith(line) and (version == line or version[len(line)] in _AFTER)


STREAMS = {"components": components, "uses": uses, "products": products, "shipped": shipped}
