"""What a report says. Each format has one module: from the bytes of a report to some of these values.

Reading raises `BadReport` for anything that is not a whole, well-formed report of its format; it
never fills in what the report does not state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from greenboard.core.clock import parse_time
from greenboard.core.errors import Place, UserError

if TYPE_CHECKING:
    from greenboard.repository.kubernetes.objects import Object

MAX_BYTES = 64 * 2**20
MAX_PARTS = 2_000_000
"""Objects and lists, or tags, that a report may have."""


class BadReport(UserError):
    """A report that is cut off, malformed, or not of the format it seems to be of."""


@dataclass(frozen=True)
class Suite:
    """A run of tests. `kind` is one of the test_suite kinds; `failed` has errors in it."""

    tool: str
    total: int
    failed: int
    skipped: int
    at: datetime | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """Lines covered and countable, and branches where the format has them. `files` are what was measured."""

    tool: str
    lines: tuple[int, int]
    branches: tuple[int, int] | None = None
    at: datetime | None = None
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Scan:
    """Open findings of one scanner and kind. `counts` is None when findings carry no severity.

    `fixable` are the critical ones that a newer version mends, `exploited` those that are known to be exploited.
    """

    tool: str
    kind: str
    counts: Mapping[str, int] | None
    findings: int
    at: datetime | None = None
    fixable: int | None = None
    exploited: int | None = None


@dataclass(frozen=True)
class Bill:
    """A bill of materials."""

    format: str
    components: int
    licenses: tuple[str, ...]
    unlicensed: int
    at: datetime | None = None
    packages: tuple[str, ...] = ()
    """The package URLs of its parts."""


@dataclass(frozen=True)
class Load:
    """A load test; absent figures are not in the report."""

    tool: str
    figures: Mapping[str, float | bool] = field(default_factory=dict)
    at: datetime | None = None


@dataclass(frozen=True)
class Accessibility:
    """An accessibility check. `score` runs from 0 to 100."""

    tool: str
    critical: int | None = None
    serious: int | None = None
    score: float | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Plan:
    """A plan or state of infrastructure: how much it describes, and how much of it is otherwise by now."""

    tool: str
    version: str
    resources: int
    drifted: int | None = None
    at: datetime | None = None


@dataclass(frozen=True)
class Manifests:
    """Kubernetes objects. `live` are taken from a cluster, where what is not among them may be there all the same."""

    objects: tuple[Object, ...]
    live: bool
    at: datetime | None = None


@dataclass(frozen=True)
class Told:
    """What a report says in the fields of a fact type. Of a type with several items `key` tells them apart."""

    type: str
    value: Mapping[str, Any] | Sequence[Mapping[str, Any]]
    tool: str
    key: str = ""
    at: datetime | None = None


Report = Suite | Coverage | Scan | Bill | Load | Accessibility | Plan | Manifests | Told


@dataclass(frozen=True)
class Format:
    """A format as its module declares it.

    `follows` is the document that the reading follows, `types` the fact types that it serves. A file has the
    format when its name ends as only files of this format do, or when the start of its content shows `shows`;
    of several, the one of the lowest `rank`. In a working tree only files of certain `names` are looked at,
    without them none.
    """

    name: str
    title: str
    follows: str
    types: tuple[str, ...]
    shows: re.Pattern[bytes]
    read: Callable[[bytes, str], Report | Sequence[Report]]
    names: re.Pattern[str] | None = None
    endings: tuple[str, ...] = ()
    rank: int = 0


@dataclass(frozen=True)
class ReportFile:
    """A report: what it says or why it says nothing, and its date.

    `home` is the nearest folder around it that holds tracked files, so that a report in `target/` belongs to
    whoever owns the folder of `target/`.
    """

    path: str
    format: Format
    reports: tuple[Report, ...]
    problem: UserError | None
    at: datetime
    home: str = ""


def whole(value: object) -> int | None:
    """A count: an integer from 0, also as text; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"\s*\d{1,12}(\.0+)?\s*", value):
        return int(float(value))
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12 else None


def number(value: object) -> float | None:
    """A finite number that is not below 0; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e15:
        return None
    return float(value)


def moment(value: object) -> datetime | None:
    """A timestamp as text (RFC 3339), or seconds or milliseconds since 1970; None for anything else."""
    if isinstance(value, str) and not value.isdigit():
        try:
            return parse_time(re.sub(r"(\.\d{6})\d+", r"\1", value))
        except (UserError, OverflowError):
            return None
    if isinstance(value, str):
        value = int(value) if len(value) < 15 else None
    if isinstance(value, int | float) and not isinstance(value, bool) and 10**8 < value < 10**14:
        return datetime.fromtimestamp(value / 1000 if value > 10**11 else value, UTC)
    return None


def read_json(raw: bytes, path: str) -> Any:
    """The JSON of a report.

    Raises:
        BadReport: not UTF-8, not JSON (with line and column), nested too deeply, of too many parts.

    """
    bounded(raw, path, b"[", b"{")
    try:
        return json.loads(decode(raw, path), parse_constant=_refuse)
    except json.JSONDecodeError as error:
        place = Place(path, error.lineno, error.colno)
        raise BadReport(f"not whole JSON: {error.msg[0].lower()}{error.msg[1:]}", place=place) from None
    except RecursionError:
        raise BadReport("nested too deeply", place=Place(path)) from None
    except ValueError as error:
        raise BadReport(f"not valid JSON: {error}", place=Place(path)) from None


def read_object(raw: bytes, path: str) -> dict[str, Any]:
    """As `read_json`, for a report that must be an object."""
    data = read_json(raw, path)
    if not isinstance(data, dict):
        raise BadReport("wrong shape", place=Place(path, 1, 1), expected="an object", got=type(data).__name__)
    return data


def bounded(raw: bytes, path: str, *signs: bytes) -> None:
    """Refuse what would take many times its size in memory: lists of empty lists, and elements of three letters."""
    if sum(raw.count(sign) for sign in signs) > MAX_PARTS:
        raise BadReport(f"refused for safety: it has more than {MAX_PARTS:,} parts", place=Place(path))


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def decode(raw: bytes, path: str) -> str:
    """The text of a report, with its place of error when it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise BadReport("not UTF-8 text", place=Place(path, line, column)) from None
