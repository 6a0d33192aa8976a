"""Who may be behind a name that a tool knows. Pure; every match says why, and none is certain."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A person as we know them."""

    id: int
    login: str
    email: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Somebody whom a name may mean, and why."""

    person: int
    why: str


def match(name: str, email: str, full_name: str, people: Sequence[Known]) -> list[Match]:
    """The people whom a name may mean, by the strongest sign that anybody shows; several when it fits several."""
    local = email.partition("@")[0]
    signs: tuple[tuple[str, Iterable[Known]], ...] = (
        ("the same mail address", (one for one in people if email and _same(one.email, email))),
        ("the name is their mail address", (one for one in people if "@" in name and _same(one.email, name))),
        ("the same login", (one for one in people if _same(one.login, name))),
        ("the login is their mail address's name", (one for one in people if _same(_local(one), name))),
        ("the same full name", (one for one in people if full_name and _plain(one.full_name) == _plain(full_name))),
        ("a login made of their name", (one for one in people if _made(name, one) or _made(local, one))),
    )
    for why, fitting in signs:
        found = [Match(one.id, why) for one in fitting]
        if found:
            return found
    return []


def _same(one: str, other: str) -> bool:
    return bool(one) and one.casefold() == other.casefold()


def _local(person: Known) -> str:
    return person.email.partition("@")[0]


def _plain(text: str) -> str:
    """Letters and digits only, without accents and case: `Ada  Lovelace-King` and `ada lovelace king` are one."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", " ", bare.casefold()).strip()


def _made(login: str, person: Known) -> bool:
    """`alovelace`, `ada.lovelace`, `adal` are made of Ada Lovelace."""
    parts = _plain(person.full_name).split()
    if len(parts) < 2 or not login:
        return False
    first, last = parts[0], parts[-1]
    made = {first + last, first[0] + last, first + last[0], last + first, last + first[0]}
    return re.sub(r"[^a-z0-9]", "", login.casefold()) in made
