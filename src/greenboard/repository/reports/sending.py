"""Reports that somebody sends for one entity, as what there is to state. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from greenboard.core.errors import Place, UserError, UserErrors, suggest
from greenboard.repository.reports import recognise, summary
from greenboard.repository.reports.reading import read as read_one
from greenboard.repository.reports.reading import unpacked
from greenboard.repository.reports.types import BadReport, Format, ReportFile
from greenboard.repository.types import Found, Missed

_APART = {"test_suite": "kind", "vulnerability": "kind", "load_test": "name", "page_speed": "url"}
"""Types whose items may come from different jobs: each item has a source of its own, so that none ends another."""


@dataclass(frozen=True)
class Sent:
    """A report as it came. `name` is its path, as far as whoever sent it tells."""

    name: str
    raw: bytes


@dataclass(frozen=True)
class Read:
    """What was sent: the reports with their formats, and what they say together.

    What is said comes with the name of its source: the tool, and the item where items come apart.
    """

    files: tuple[ReportFile, ...]
    said: tuple[tuple[str, Found | Missed], ...]


def read(sent: Iterable[Sent], now: datetime, *, force: str = "") -> Read:
    """Read everything that was sent; `force` names the format of all of it.

    Raises:
        UserErrors: one for each report that is broken, or of no known format; nothing of the others counts then.

    """
    files: list[ReportFile] = []
    errors: list[UserError] = []
    for one in sent:
        try:
            raw = unpacked(one.raw, one.name)
            files.append(read_one(raw, one.name, _format(one.name, raw, force), now))
        except UserError as error:
            errors.append(error)
    errors += [file.problem for file in files if file.problem is not None]
    if errors:
        raise UserErrors(errors)
    said = [part for one in summary.told(files, now) for part in _sources(one)]
    return Read(tuple(files), tuple(said))


def _format(name: str, raw: bytes, force: str) -> Format:
    known = recognise.known()
    if force:
        if force not in known:
            raise BadReport(f"no format {force!r}", expected=", ".join(sorted(known)), hint=suggest(force, known))
        return known[force]
    found = recognise.recognise(name, raw[: recognise.START])
    if found is None:
        raise BadReport(
            "a report of no format that is known" if raw.strip() else "an empty report",
            place=Place(name, 1, 1),
            expected=", ".join(sorted(known)),
            hint="Name its format, if it is one of these.",
        )
    return found


def _sources(said: Found | Missed) -> Iterator[tuple[str, Found | Missed]]:
    key = _APART.get(said.type)
    if isinstance(said, Missed):
        yield _name(said.tool, said.key), said
    elif key is None or not isinstance(said.value, Sequence):
        yield said.tool, said
    else:
        for item in said.value:
            name = str(item[key])
            places = {at: where for at, where in said.places.items() if at.partition(".")[0] == name}
            yield _name(said.tool, name), replace(said, value=[item], places=places)


def _name(tool: str, key: str) -> str:
    return f"{tool}: {key}" if key else tool
