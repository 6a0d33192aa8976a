"""What both descriptor formats share: references, addresses, free values, folders."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

_SCHEMES = ("http", "https", "mailto", "tel", "slack", "msteams")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PLACEHOLDERS = ("{{", "<%", "${")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
Path = tuple[str | int, ...]


class Placeholder(UserError):
    """A descriptor of a project template: its name is to be filled in when a project is made of it."""


class Refusals:
    """Collects refusals, so that one reading of a descriptor tells all that is wrong with it."""

    def __init__(self) -> None:
        self.errors: list[UserError] = []

    def add(self, error: UserError) -> None:
        self.errors.append(error)

    def catch(self, place: Place, label: str = "") -> Catch:
        """Note a refusal raised inside, at the place where the value stands, and go on after it."""
        return Catch(self, place, label)


class Catch:
    """The context that `Refusals.catch` opens."""

    def __init__(self, refusals: Refusals, place: Place, label: str) -> None:
        self.refusals, self.place, self.label = refusals, place, label

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, UserError):
            return False
        what = f"{self.label}: {error.what}" if self.label and not error.place else error.what
        where = error.place or self.place
        self.refusals.add(type(error)(what, place=where, expected=error.expected, got=error.got, hint=error.hint))
        return True


def reference(text: str, kind: str, namespace: str) -> Ref:
    """Read a reference, naming what may be left out: `name`, `namespace/name` or `kind:namespace/name`."""
    try:
        return Ref.parse(text, kind=kind, namespace=namespace)
    except UserError as error:
        raise UserError(
            error.what,
            expected=f"NAME, NAMESPACE/NAME or {kind}:NAMESPACE/NAME in letters, digits, dots, dashes and underscores",
            got=error.got,
        ) from None


def name(kind: str, namespace: str, text: str) -> Ref:
    """The reference of an entity that a descriptor declares.

    Raises:
        UserError: kind, namespace or name has a form that references cannot carry.

    """
    if any(mark in text for mark in _PLACEHOLDERS):
        hint = "It belongs to a template of projects, and counts in the projects made of it."
        raise Placeholder("a name that is yet to be filled in", got=repr(text), hint=hint)
    ref = reference(text, kind, namespace.lower())
    if str(ref) != f"{kind}:{namespace}/{text}".lower():
        raise UserError("a name has no kind and no namespace in it", got=repr(text))
    if Ref.parse(str(ref)) != ref:
        raise UserError("not a namespace", expected="letters, digits, dots, dashes, underscores", got=repr(namespace))
    return ref


def address(text: str) -> str:
    """Check the address of a link: one that a browser may open, or a path in the repository.

    Raises:
        UserError: blanks in it, or a scheme that is not opened (`javascript:` is not).

    """
    cleaned = text.strip()
    scheme = _SCHEME.match(cleaned)
    if scheme and scheme[1].lower() not in _SCHEMES:
        raise UserError("an address that is not opened", expected=", ".join(_SCHEMES), got=repr(text)[:80])
    if not cleaned or re.search(r"\s", cleaned):
        raise UserError("not an address", expected="https://..., or a path in the repository", got=repr(text)[:80])
    return cleaned


def folder(descriptor: str, path: str) -> str:
    """The folder that `path` names, seen from the descriptor, below the root of the repository ("" for it).

    Raises:
        UserError: an absolute path, or one that leads out of the repository.

    """
    if path.startswith("/") or "\\" in path:
        raise UserError("not a relative path with forward slashes", expected="like services/checkout", got=repr(path))
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(descriptor), path or "."))
    if joined.startswith(".."):
        raise UserError("a path that leads out of the repository", got=repr(path))
    return "" if joined == "." else joined


def plain(value: Any) -> Any:
    """Bring a free value into what JSON carries: dates become text, keys become text.

    Raises:
        UserError: a number that is none (.nan, .inf), or bytes.

    """
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(part) for part in value]
    if isinstance(value, date):  # datetime is a date
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise UserError("not a number", got=str(value))
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise UserError(f"a value of the kind {type(value).__name__} is not kept", hint="Write it as text.")


def text(value: Any) -> str:
    """A free value as text, the way that YAML would write it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)


def unprintable(data: Any, at: Path = ()) -> Iterator[Path]:
    """Where a document has characters that no database and no page carries (NUL, lone surrogates)."""
    if isinstance(data, str):
        if _UNPRINTABLE.search(data):
            yield at
    elif isinstance(data, Mapping):
        for key, value in data.items():
            if isinstance(key, str) and _UNPRINTABLE.search(key):
                yield (*at, key)
            yield from unprintable(value, (*at, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from unprintable(value, (*at, index))
