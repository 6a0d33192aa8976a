"""Secrets at rest: sealed by the first key of a file, opened by any of them, and never shown by accident.

Sealing is Fernet (AES-128-CBC and HMAC-SHA-256) of the `cryptography` package. A field that holds a
secret is a `Sealed`; its value is a `Secret`, whose text only `reveal` gives.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from greenboard.core import discreet
from greenboard.core.errors import UserError

_MARK = "sealed:1:"
_SHORTEST = 32


class Secret:
    """A text that is not to be seen: printing, formatting and logging show dots.

    One from a database stays `sealed` until somebody needs it, so that what no key opens any more can be listed,
    and entered anew.
    """

    __slots__ = ("_text", "sealed")

    def __init__(self, text: str, *, sealed: str = "") -> None:
        self._text, self.sealed = text, sealed

    def reveal(self) -> str:
        """The text itself, for whoever sends it to where it belongs; the log hides it from then on.

        Raises:
            UserError: none of the keys opens it.

        """
        text = _opened(self.sealed) if self.sealed else self._text
        discreet.keep(text)
        return text

    @property
    def readable(self) -> bool:
        """Whether one of the keys at hand opens it."""
        try:
            self.reveal()
        except UserError:
            return False
        return True

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._text or self.sealed)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and secrets.compare_digest(self.reveal().encode(), other.reveal().encode())

    __hash__ = None  # type: ignore[assignment]  # it is no key of anything

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


def seal(text: str) -> str:
    """The text as it may stand in a database; the log hides it from then on."""
    discreet.keep(text)
    return _MARK + _box().encrypt(text.encode()).decode("ascii")


def unseal(sealed: str) -> Secret:
    """The secret of a sealed text.

    Raises:
        UserError: none of the keys opens it.

    """
    return Secret(_opened(sealed))


def _opened(sealed: str) -> str:
    try:
        return _box().decrypt(sealed.removeprefix(_MARK).encode("ascii")).decode()
    except InvalidToken:
        raise UserError(
            "a secret cannot be opened with the keys at hand",
            expected=f"the key that sealed it, in {settings.SEALING_KEYS}",
            hint="Put that key back as a further line of the file, or enter the secret anew.",
        ) from None


class Sealed(models.TextField):  # type: ignore[type-arg]  # the types of its values are those of its methods
    """A column that holds a secret. "" stays "" and is an empty `Secret`."""

    def from_db_value(self, value: str | None, *_: Any) -> Secret | None:
        return None if value is None else Secret("", sealed=value)

    def to_python(self, value: Any) -> Secret | None:
        return value if value is None or isinstance(value, Secret) else Secret(str(value))

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, Secret) and value.sealed:
            return value.sealed
        text = value.reveal() if isinstance(value, Secret) else value
        return seal(text) if text else text

    def value_to_string(self, obj: models.Model) -> str:
        """What a dump holds: the sealed text, never the secret."""
        return self.get_prep_value(self.value_from_object(obj)) or ""


_others: list[Callable[[], int]] = []


def also(reseal: Callable[[], int]) -> None:
    """Have a rotation also seal anew what stands in no `Sealed` column; `reseal` answers how many there were."""
    if reseal not in _others:
        _others.append(reseal)


def rotate(*, forget: bool = False) -> int:
    """Make a new first key and seal every secret with it; how many there were.

    The keys of before stay in the file, for processes that still read and backups that are older;
    with `forget` they go, once everything is sealed anew.
    """
    path = Path(settings.SEALING_KEYS)
    _write(path, [secrets.token_urlsafe(48), *_keys(path)])
    with transaction.atomic():
        count = sum(
            _reseal(model, field)
            for model in apps.get_models()
            for field in model._meta.fields
            if isinstance(field, Sealed)
        )
        count += sum(reseal() for reseal in _others)
    if forget:
        _write(path, _keys(path)[:1])
    return count


def _reseal(model: type[models.Model], field: Sealed) -> int:
    count = 0
    for row in model._default_manager.exclude(**{field.attname: ""}).exclude(**{f"{field.attname}__isnull": True}):
        model._default_manager.filter(pk=row.pk).update(**{field.attname: getattr(row, field.attname).reveal()})
        count += 1
    return count


def _box() -> MultiFernet:
    return _boxed(tuple(_keys(Path(settings.SEALING_KEYS))))


@lru_cache(maxsize=4)
def _boxed(lines: tuple[str, ...]) -> MultiFernet:
    """A line is any long text; the key of the cipher is its digest."""
    return MultiFernet([Fernet(urlsafe_b64encode(sha256(line.encode()).digest())) for line in lines])


def _keys(path: Path) -> list[str]:
    """The keys of a file; one that is not there is made with a first key."""
    if not path.exists():
        _write(path, [secrets.token_urlsafe(48)], fresh=True)
    found = [line.strip() for line in path.read_text(encoding="ascii").splitlines() if line.strip()]
    if not found or any(len(line) < _SHORTEST for line in found):
        raise UserError(
            f"{path}: not a file of keys", expected=f"a line of at least {_SHORTEST} characters for each key"
        )
    return found


def _write(path: Path, lines: list[str], *, fresh: bool = False) -> None:
    """Write the file whole, readable by its owner only. A fresh one never takes the place of one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}-{os.getpid()}-{secrets.token_hex(4)}")
    aside.touch(mode=0o600)
    aside.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    if not fresh:
        aside.replace(path)
        return
    try:
        os.link(aside, path)
    except FileExistsError:
        pass
    finally:
        aside.unlink()
