"""The frame around every page: where one is, which day is shown, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString

from greenboard.access.decide import Permission, may, sight
from greenboard.access.models import Person
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.kept import Kept
from greenboard.notifications import inbox
from greenboard.web import asked as address
from greenboard.web import words
from greenboard.web.rows import drawn
from greenboard.web.security import request_id


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation. `key` follows `g` on the keyboard."""

    title: str
    url: str
    icon: str
    key: str
    here: bool


@dataclass(frozen=True)
class Frame:
    """What base.html draws around a page; the navigation and its keys are markup."""

    places: SafeString
    keys: SafeString
    as_of: str
    as_of_value: str
    today: str
    now_url: str
    kept: tuple[tuple[str, str], ...]
    own: tuple[tuple[str, str], ...]
    request_id: str
    unread: int
    may_make: bool


_CONNECTIONS = (
    "connections",
    "connection",
    "connection-new",
    "connection-edit",
    "collection",
    "discovery",
    "integrations",
)
_REVIEWS = (
    "reviews",
    "review",
    "review-new",
    "review-learn",
    "review-templates",
    "review-template",
    "review-signed",
    "past-reviews",
    "past-review",
)
_CAMPAIGNS = ("campaigns", "campaign", "campaign-new", "campaign-edit", "campaign-dry-run")
_FACT_TYPES = ("fact-types", "fact-type", "fact-type-new", "fact-type-edit", "fact-sources", "reports")
_WORKFLOWS = (
    "workflows",
    "workflow",
    "workflow-new",
    "workflow-edit",
    "workflow-secrets",
    "workflow-runs",
    "workflow-run",
)
_SCAFFOLDS = ("scaffolds", "scaffold", "makings", "making", "scaffold-sources")
_PLACES = (
    ("Mine", "mine", "mine", "m", ("mine",)),
    ("Board", "board", "board", "b", ("board", "results")),
    ("Catalog", "catalog", "catalog", "c", ("catalog", "entity", "ownership")),
    ("Scorecards", "scorecards", "scorecard", "s", ("scorecards", "scorecard", "rule", "rule-edit", "rule-new")),
    ("Reviews", "reviews", "review", "r", _REVIEWS),
    ("Campaigns", "campaigns", "campaign", "p", _CAMPAIGNS),
    ("Exemptions", "exemptions", "shield", "x", ("exemptions", "exemption", "exemption-new", "exemption-renew")),
    ("Attestations", "attestations", "attest", "a", ("attestations", "attestation", "attestation-new")),
    ("Reports", "reporting", "reports", "o", ("reporting", "report", "views")),
    ("Workflows", "workflows", "flow", "w", _WORKFLOWS),
    ("Scaffolds", "scaffolds", "scaffold", "n", _SCAFFOLDS),
    ("Fact types", "fact-types", "facts", "f", _FACT_TYPES),
    ("Connections", "connections", "plug", "t", _CONNECTIONS),
)
_NEEDED = {
    "connections": Permission.CONNECTIONS_READ,
    "workflows": Permission.WORKFLOWS_RUN,
    "scaffolds": Permission.SCAFFOLDS_USE,
}
"""What one has to be allowed to see of an entry; the others are for everybody."""


_OWN = (
    ("Tokens", "tokens", Permission.TOKENS_OWN),
    ("People", "people", Permission.PEOPLE_READ),
    ("Roles and grants", "access", Permission.PEOPLE_READ),
    ("Channels", "channels", Permission.NOTIFICATIONS_MANAGE),
    ("Webhooks", "hooks", Permission.HOOKS_MANAGE),
    ("Audit log", "audit", Permission.AUDIT_READ),
    ("Plugins", "plugins", Permission.OPERATE),
)
"""The pages of the account's menu."""


def own(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The pages of the account's menu that whoever asks may open, with their addresses."""
    return tuple((title, _address(name)) for title, name, needed in _OWN if _may(request, needed))


_address = lru_cache(maxsize=100)(reverse)


def _may(request: HttpRequest, needed: Permission) -> bool:
    user = getattr(request, "user", None)  # an address under a strange host name is refused before anybody is known
    return user is not None and may(user, needed)


def _unread(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    return inbox.unread(user, sight(user)) if isinstance(user, Person) and user.is_active else 0


def _navigation(request: HttpRequest, asked: address.Asked) -> tuple[SafeString, SafeString]:
    """The main navigation, and the keys for it."""
    match = request.resolver_match
    current = (match.url_name if match else None) or ""
    shown = tuple(name for _, name, *_ in _PLACES if name not in _NEEDED or _may(request, _NEEDED[name]))
    return _navigations.of((asked.get("as_of"), current, shown), lambda: _navigated(shown, current, asked))


_navigations = Kept[tuple[SafeString, SafeString]](200)


def _navigated(shown: tuple[str, ...], current: str, asked: address.Asked) -> tuple[SafeString, SafeString]:
    places = [
        Place(title, asked.to(reverse(name)), icon, key, current in within)
        for title, name, icon, key, within in _PLACES
        if name in shown
    ]
    return drawn("places.html", places=places), drawn("place_keys.html", places=places)


def frame(request: HttpRequest) -> dict[str, Frame]:
    """The context processor. What somebody may do was read when the page was guarded."""
    try:
        asked = address.read(request)
    except UserError:  # the page that explains the bad address needs a frame, too
        now = clock.now()
        asked = address.Asked(request.path, {}, now, None, now)
    places, keys = _navigation(request, asked)
    return {
        "frame": Frame(
            places=places,
            keys=keys,
            as_of=words.day(asked.as_of) if asked.as_of else "",
            as_of_value=f"{asked.as_of:%Y-%m-%d}" if asked.as_of else "",
            today=f"{clock.now():%Y-%m-%d}",
            now_url=asked.here(as_of=None),
            kept=tuple((key, value) for key, value in sorted(asked.given.items()) if key not in ("as_of", "page")),
            own=own(request),
            request_id=request_id(request),
            unread=_unread(request),
            may_make=_may(request, Permission.SCAFFOLDS_USE),
        )
    }
