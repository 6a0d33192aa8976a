"""Connections that scaffolds may reach a forge through only for some teams and roles."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import transaction

from greenboard.access import audit, standing
from greenboard.access.decide import Asker, Bearer, Permission, may
from greenboard.access.errors import Above
from greenboard.access.models import Person, Role, Service
from greenboard.catalog import store as catalog
from greenboard.catalog.teams import belonging
from greenboard.connections import store as connections
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref
from greenboard.scaffolds import forge
from greenboard.scaffolds.forge import Forge
from greenboard.scaffolds.models import Reserved

ROLE = "role:"
_MOST = 50


def reserved() -> dict[str, tuple[str, ...]]:
    """For whom each connection is that is not for everybody: `team:NAMESPACE/NAME` and `role:NAME`."""
    return {row.connection: tuple(row.who) for row in Reserved.objects.order_by("connection")}


def put(connection: str, who: Sequence[str]) -> tuple[str, ...]:
    """Say for whom a connection is; for everybody who may use scaffolds, where nobody is named.

    Raises:
        UserError: there is no such connection, team or role.

    """
    connections.find(connection)
    named = tuple(sorted({_named(one.strip()) for one in who if one.strip()}))
    if len(named) > _MOST:
        raise UserError("too many are named", place=Place("who"), expected=f"at most {_MOST}", got=str(len(named)))
    with transaction.atomic():
        before = reserved().get(connection, ())
        Reserved.objects.filter(connection=connection).delete()
        if named:
            Reserved.objects.create(connection=connection, who=list(named))
        audit.note("scaffold.reserved", f"connection:{connection}", before=list(before), after=list(named))
    return named


def usable(asker: Asker, connections: Collection[str]) -> frozenset[str]:
    """Those of some connections that somebody may use with scaffolds."""
    kept = reserved()
    if not kept or may(asker, Permission.SCAFFOLDS_MANAGE):
        return frozenset(connections)
    own = _names(asker)
    return frozenset(name for name in connections if name not in kept or own & {*kept[name]})


def forges(asker: Asker) -> list[Forge]:
    """The connections through which somebody may have repositories and pull requests made, by name."""
    found = forge.forges()
    mine = usable(asker, [one.name for one in found]) if found else frozenset[str]()
    return [one for one in found if one.name in mine]


def check(connection: str, asker: Asker) -> None:
    """Refuse a connection that is for others.

    Raises:
        Above: it is.

    """
    if connection not in usable(asker, (connection,)):
        raise Above(
            f"the connection {connection} is for others", hint="Take another one, or ask who manages scaffolds."
        )


def _names(asker: Asker) -> frozenset[str]:
    """The teams and roles of whoever asks."""
    who: object = asker.person if isinstance(asker, Bearer) else asker
    owner = who or (asker.token.service if isinstance(asker, Bearer) else None)
    if not isinstance(owner, Person | Service):
        return frozenset()
    roles = {f"{ROLE}{grant.role.name}" for grant in standing.grants(owner) if grant.role_id}
    teams = {str(team) for team in belonging(owner).teams} if isinstance(owner, Person) else set()
    return frozenset(roles | teams)


def _named(text: str) -> str:
    if text.startswith(ROLE):
        if not Role.objects.filter(name=text.removeprefix(ROLE)).exists():
            raise UserError(f"no role {text.removeprefix(ROLE)[:80]!r}", place=Place("who"))
        return text
    ref = Ref.parse(text, kind="team")
    if ref.kind != "team" or catalog.find(ref) is None:
        raise UserError(f"no team {text[:80]!r}", place=Place("who"), expected="team:NAME or role:NAME")
    return str(ref)
