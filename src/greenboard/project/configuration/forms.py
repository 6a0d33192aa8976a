"""The forms that the text of a setting can have: how each is read, and how it is told to people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from greenboard.core.errors import UserError
from greenboard.durable.types import NAME
from greenboard.outbound.addresses import Allowed
from greenboard.outbound.trust import certificates
from greenboard.outbound.way import Proxy

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Form(Generic[T_co]):
    """How a text becomes a value. `parse` raises ValueError for a text that it cannot mean.

    `fault` follows the name of the setting in an error; `several` says that a list may be given.
    """

    expected: str
    fault: str
    parse: Callable[[str], T_co]
    several: bool = False


def number(low: int, high: int, fault: str = "is not such a number") -> Form[int]:
    """A whole number within bounds."""

    def parse(text: str) -> int:
        if not text.isdecimal() or not low <= int(text) <= high:
            raise ValueError(text)
        return int(text)

    return Form(f"a number from {low} to {high}", fault, parse)


def _callable(text: str) -> Allowed:
    try:
        return Allowed.read(text.split(","))
    except UserError:
        raise ValueError(text) from None


def _proxy(text: str) -> Proxy | None:
    try:
        return Proxy.read(text) if text else None
    except UserError:
        raise ValueError(text) from None


def _certificates(text: str) -> Path | None:
    try:
        return certificates(Path(text).expanduser().resolve()) if text else None
    except UserError:
        raise ValueError(text) from None


PROXY = Form("http://HOST:PORT or http://USER:PASSWORD@HOST:PORT", "is no address of a proxy", _proxy)
CERTIFICATES = Form("the path of a file with certificates (PEM)", "cannot be read", _certificates)
ALLOWED = Form("networks such as 10.0.0.0/8, and names of hosts, separated by commas", "cannot be read", _callable)


def choice(*known: str) -> Form[str]:
    """One of a few words."""

    def parse(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return Form(" or ".join(known), "is none of its values", parse)


def _flag(text: str) -> bool:
    if text not in ("0", "1"):
        raise ValueError(text)
    return text == "1"


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(text)
    return text.rstrip("/")


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _worker(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(text)
    return text


def at_least(characters: int) -> Form[str]:
    """A text that is long enough to be a secret; nothing stays nothing."""

    def parse(text: str) -> str:
        if text and len(text) < characters:
            raise ValueError(text)
        return text

    return Form(f"at least {characters} characters", "is too short", parse)


def optional(form: Form[T]) -> Form[T | None]:
    """The same, or None where nothing is given."""
    return Form(form.expected, form.fault, lambda text: form.parse(text) if text else None, form.several)


TEXT = Form("text", "cannot be read", str)
FLAG = Form("0 or 1", "is neither on nor off", _flag)
PORT = number(1, 65535, "is not a port")
ORIGIN = optional(Form("https://HOST", "is not an address", _origin))
NAMES = Form("names, separated by commas", "cannot be read", _names, several=True)
WORKER = Form("letters, digits, dots, dashes", "is no name of a worker", _worker)
PATH = Form("a path", "cannot be read", lambda text: Path(text).expanduser().resolve())
