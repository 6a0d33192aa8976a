"""From the raw attributes of an entry to a record. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from greenboard.connections.types import Record

PAGED = "1.2.840.113556.1.4.319"
_IDS = ("entryUUID", "objectGUID", "nsUniqueId")
_LOGINS = ("sAMAccountName", "uid")
_DEPARTMENTS = ("department", "departmentNumber", "ou")
PERSON = (
    *_IDS, *_LOGINS, *_DEPARTMENTS, "cn", "displayName", "mail", "title", "manager",
    "userAccountControl", "pwdAccountLockedTime", "nsAccountLock",
    "lastLogonTimestamp", "authTimestamp", "pwdLastSuccess",
)  # fmt: skip
_MEMBERS = ("member", "uniqueMember", "memberUid")
GROUP = (*_IDS, "cn", "description", *_MEMBERS)

_DISABLED = 0x2
"""ACCOUNTDISABLE of userAccountControl."""
_FOR_GOOD = "000001010000Z"
"""The time by which the password policy says that an account is locked until somebody unlocks it."""
_SINCE_1601 = datetime(1601, 1, 1, tzinfo=UTC)
_GENERALIZED = re.compile(r"(\d{14})(?:[.,]\d+)?Z")
Raw = Mapping[str, list[bytes]]


def person(dn: str, raw: Mapping[str, Any]) -> Record:
    """A person. `marked` says whether the directory says anything about the account being locked."""
    held = {name.lower(): values for name, values in raw.items() if values}
    active = _active(held)
    return {
        "id": _id(dn, held),
        "dn": dn,
        "key": same(dn),
        "name": _first(held, ("displayName", "cn", *_LOGINS)) or dn,
        "login": (_first(held, _LOGINS) or "").lower() or None,
        "emails": _texts(held, "mail"),
        "title": _first(held, ("title",)),
        "department": _first(held, _DEPARTMENTS),
        "manager": same(manager) if (manager := _first(held, ("manager",))) else None,
        "marked": active is not None,
        "active": active,
        "last_login_at": _last_login(held),
    }


def group(dn: str, raw: Mapping[str, Any]) -> Record:
    """A group with its members: the places of entries, or logins."""
    held = {name.lower(): values for name, values in raw.items() if values}
    members = [same(one) for name in _MEMBERS for one in _texts(held, name) if one]
    return {"id": _id(dn, held), "dn": dn, "name": _first(held, ("cn",)) or dn, "members": list(dict.fromkeys(members))}


def same(dn: str) -> str:
    """A place in the directory as it is compared: without regard to case and to blanks around its signs."""
    return re.sub(r"\s*([,=+])\s*", r"\1", dn).casefold()


def _active(held: Raw) -> bool | None:
    control = _first(held, ("userAccountControl",))
    if control is not None:
        return not int(control) & _DISABLED if control.isdigit() else None
    locked = _first(held, ("pwdAccountLockedTime",))
    if locked is not None:
        return locked != _FOR_GOOD
    flag = _first(held, ("nsAccountLock",))
    return None if flag is None else flag.lower() != "true"


def _last_login(held: Raw) -> str | None:
    """RFC 3339. Active Directory counts tenths of microseconds since 1601, and 0 means never."""
    filetime = _first(held, ("lastLogonTimestamp",))
    if filetime is not None:
        return _since_1601(filetime)
    found = [_generalized(text) for text in _all(held, ("authTimestamp", "pwdLastSuccess"))]
    return _written(max(times)) if (times := [one for one in found if one]) else None


def _since_1601(text: str) -> str | None:
    if not text.isdigit() or not int(text):
        return None
    try:
        return _written(_SINCE_1601 + timedelta(microseconds=int(text) // 10))
    except OverflowError:
        return None


def _generalized(text: str) -> datetime | None:
    """A time in the syntax of LDAP (RFC 4517, Generalized Time), in UTC."""
    told = _GENERALIZED.fullmatch(text)
    try:
        return datetime.strptime(told[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if told else None
    except ValueError:
        return None


def _written(moment: datetime) -> str:
    return moment.replace(microsecond=0).isoformat()


def _id(dn: str, held: Raw) -> str:
    for name in _IDS:
        for value in held.get(name.lower(), ())[:1]:
            if name == "objectGUID" and len(value) == 16:
                return str(UUID(bytes_le=bytes(value)))
            return _decoded(value)
    return same(dn)


def _first(held: Raw, names: Iterable[str]) -> str | None:
    return next((text for text in _all(held, names) if text), None)


def _all(held: Raw, names: Iterable[str]) -> list[str]:
    return [text for name in names for text in _texts(held, name)]


def _texts(held: Raw, name: str) -> list[str]:
    return [_decoded(value).strip() for value in held.get(name.lower(), ())]


def _decoded(value: bytes) -> str:
    text = bytes(value).decode("utf-8", errors="replace")
    return "".join(sign if sign.isprintable() else "�" for sign in text)
