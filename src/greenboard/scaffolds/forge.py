"""The forge behind a connection: repositories and pull requests by its actions, branches by git.

Git speaks to a relay of ours, which adds the credentials of the connection: they are in no argument and no log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from greenboard.collection import acting
from greenboard.collection.reaching import reach
from greenboard.connections import calling, discovery, service, store, templates
from greenboard.connections.auth import Authorizer
from greenboard.connections.models import Connection
from greenboard.connections.relay import Relay
from greenboard.connections.types import Caller, Failed, Reason
from greenboard.connections.types import Connection as Opened
from greenboard.core.errors import UserError
from greenboard.outbound.client import client

CREATE, OPEN, READ = "repository.create", "pull_request.open", "pull_request.read"
_TIMEOUT = 30.0
_LONGEST = 500
_USER = "x-access-token"
"""Goes with a token where git asks for a name; GitHub names it so, and GitLab takes any."""


@dataclass(frozen=True)
class Forge:
    """A connection through which repositories and pull requests are made. `owner` is whose they usually are."""

    name: str
    title: str
    owner: str
    integration: str = ""


@dataclass(frozen=True)
class Home:
    """A repository: its page, where git finds it, and the branch that everything starts from ("" is not known)."""

    url: str
    clone_url: str
    base: str = ""


@dataclass(frozen=True)
class Pull:
    """A pull request."""

    number: int
    url: str


def forges() -> list[Forge]:
    """The connections that are switched on and can do it, by name."""
    known = discovery.found()
    able = {name for name, one in known.items() if {CREATE, OPEN} <= one.plan.actions.keys()}
    rows = Connection.objects.filter(enabled=True, integration__in=able).order_by("name")
    return [Forge(row.name, known[row.integration].manifest.title, _owner(row), row.integration) for row in rows]


def check(name: str) -> None:
    """Refuse a connection through which nothing can be published.

    Raises:
        UserError: it is not there, is switched off, or its integration cannot do it.

    """
    able = [one.name for one in forges()]
    if name not in able:
        raise UserError(
            f"nothing can be published through the connection {name!r}",
            expected=" or ".join(able) or "a connection to a forge",
            hint="Connect GitHub or GitLab with a token that may write.",
        )


def create(connection: str, repository: str, about: str, *, private: bool, key: str, now: datetime) -> Home:
    """Make a repository, once for each key.

    Raises:
        UserError: the connection cannot do it.
        Failed: it was not made, or that is not known.

    """
    owner, _, name = repository.rpartition("/")
    given = {"owner": owner, "name": name, "description": about[:300], "private": private}
    done = acting.run(connection, CREATE, given, key, now).output
    return Home(_page(done["url"]), str(done["clone_url"]), str(done.get("default_branch") or ""))


def open_pull(connection: str, given: dict[str, str], key: str, now: datetime) -> Pull:
    """Open a pull request, once for each key: `given` are repository, head, base, title and body.

    Raises:
        UserError: the connection cannot do it.
        Failed: it was not opened, or that is not known.

    """
    done = acting.run(connection, OPEN, given, key, now).output
    return Pull(int(str(done["number"])), _page(done["url"]))


def state(connection: str, repository: str, number: int, now: datetime) -> str:
    """Whether a pull request is `open`, `merged` or `closed`. Raises as `open_pull`."""
    given = {"repository": repository, "number": number}
    return str(acting.run(connection, READ, given, f"{repository} {number}", now).output["state"])


def home(connection: str, repository: str) -> Home:
    """A repository that is there, by its name.

    Raises:
        UserError: there is no such connection.

    """
    site = _site(_base(service.opened(store.find(connection))))
    return Home(f"{site}/{repository}", f"{site}/{repository}.git")


@contextmanager
def relay(connection: str, address: str, *, writes: bool) -> Iterator[Relay]:
    """A relay to a repository, with the credentials of a connection.

    Raises:
        UserError: there is no such connection.
        Failed: the repository is somewhere else than the forge of the connection, or no token could be had.

    """
    reached = reach(store.find(connection))
    base = _base(reached.opened)
    if not _same(address, _site(base)) and not _same(address, base):
        text = "The repository is not where the connection leads: its token is not sent there."
        raise Failed(Reason("ours", text, what=urlsplit(address).netloc))
    given = Authorizer(reached.opened, base, reached.call).given()
    token = next((value.removeprefix("Bearer ") for value in given.headers.values()), "")
    yield Relay(address, calls(reached.opened), _USER, token, writes=writes)


def calls(opened: Opened) -> Caller:
    """The calls of git. They are guarded as all are, but not counted among those of the API: forges do not, either.

    The relay makes them in threads of its own, which have no database.
    """
    return calling.caller(opened, client=client(settings.OUTBOUND_ALLOW, timeout=_TIMEOUT))


def _page(given: object) -> str:
    """An address for people; nothing where it is none, since it becomes a link."""
    text = str(given)
    return text if text.startswith(("https://", "http://")) and len(text) <= _LONGEST else ""


def _base(opened: Opened) -> str:
    return templates.text(opened.integration.manifest.api.url, {"settings": opened.settings}).rstrip("/")


def _site(base: str) -> str:
    """Where people and git find the forge whose API is at an address."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def _same(one: str, other: str) -> bool:
    """Whether two addresses have the same origin."""
    left, right = urlsplit(one), urlsplit(other)
    return (left.scheme, left.netloc.lower()) == (right.scheme, right.netloc.lower())


def _owner(row: Connection) -> str:
    """Whose repositories usually are; GitLab's groups may be given by number, which names nobody."""
    owner = str(row.settings.get("org") or row.settings.get("group") or "")
    return "" if owner.isdecimal() else owner
