"""One's own account as the page shows it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from greenboard.access.models import Person
from greenboard.identity.configuration import Identity

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"))
_DESKTOPS = (("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"))


@dataclass(frozen=True)
class Passkey:
    """A passkey or security key."""

    id: int
    name: str
    made: datetime
    used: datetime | None


@dataclass(frozen=True)
class Session:
    """A browser that is signed in."""

    id: int
    where: str
    address: str
    began: datetime
    here: bool


@dataclass(frozen=True)
class Linked:
    """A provider that vouches for the account."""

    id: int
    title: str
    name: str
    used: datetime | None
    only: bool


@dataclass(frozen=True)
class Account:
    """The account."""

    name: str
    full_name: str
    email: str
    has_password: bool
    local: bool
    code_app: bool
    recovery_codes: int
    passkeys: tuple[Passkey, ...]
    sessions: tuple[Session, ...]
    linked: tuple[Linked, ...]

    @property
    def linked_titles(self) -> frozenset[str]:
        """The providers that need not be offered again."""
        return frozenset(one.title for one in self.linked)


def build(  # noqa: PLR0917 - each is read at the rim
    person: Person,
    factors: Sequence[Authenticator],
    sessions: Sequence[UserSession],
    linked: Sequence[SocialAccount],
    identity: Identity,
    here: str,
) -> Account:
    """The account of what is kept about it; `here` is the key of the session that asks."""
    kinds = {factor.type: factor for factor in factors}
    codes = kinds.get(Authenticator.Type.RECOVERY_CODES)
    way_in = person.has_usable_password() and identity.local
    return Account(
        name=person.get_username(),
        full_name=person.get_full_name(),
        email=person.email,
        has_password=person.has_usable_password(),
        local=identity.local,
        code_app=Authenticator.Type.TOTP in kinds,
        recovery_codes=len(codes.wrap().get_unused_codes()) if codes else 0,
        passkeys=tuple(
            Passkey(factor.pk, factor.wrap().name, factor.created_at, factor.last_used_at)
            for factor in factors
            if factor.type == Authenticator.Type.WEBAUTHN
        ),
        sessions=tuple(
            Session(one.pk, browser(one.user_agent), one.ip, one.created_at, one.session_key == here)
            for one in sorted(sessions, key=lambda one: (one.session_key != here, -one.created_at.timestamp()))
        ),
        linked=tuple(_linked(one, identity, only=len(linked) == 1 and not way_in) for one in linked),
    )


def _linked(account: SocialAccount, identity: Identity, *, only: bool) -> Linked:
    provider = identity.provider(account.provider)
    return Linked(account.pk, provider.title if provider else account.provider, account.uid, account.last_login, only)


def browser(agent: str) -> str:
    """What a browser calls itself, in words: `Firefox on Linux`."""
    name = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in (*_SYSTEMS, *_DESKTOPS) if sign in agent), "")
    if name and system:
        return f"{name} on {system}"
    return name or system or re.sub(r"[^\w ./-]", "", agent)[:40] or "Something without a name"
