"""Who may start a workflow, see a run, answer for it, and go on with it."""

from __future__ import annotations

from django.db.models import Q

from greenboard.access import standing
from greenboard.access.decide import Asker, Bearer, Permission, may, sight
from greenboard.access.models import Person, Service
from greenboard.catalog import sight as seeing
from greenboard.catalog.store import Stored
from greenboard.catalog.teams import belonging
from greenboard.core.errors import UserError
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Run, Step, Waiting
from greenboard.workflows.types import Asked, Way

_KEPT = "_workflow_names"
NOBODY = ("schedule", "event")
"""In these names runs start by themselves; one within such a run has the name, too."""


def person(asker: Asker) -> Person | None:
    """The person who asks, by session or token; None for a service account or stranger."""
    found = asker.person if isinstance(asker, Bearer) else asker
    return found if isinstance(found, Person) and found.is_active else None


def account(asker: Asker) -> str:
    """The name of whoever asks, as runs have it."""
    return str(getattr(asker, "get_username", str)())


def starter(number: int) -> Person | None:
    """The person who started a run, in whose name it acts where that is a person's word; None where nobody did."""
    row = Run.objects.get(pk=number)
    if row.way not in (Way.PERSON, Way.API):
        return None
    return Person.objects.filter(username=row.by, is_active=True).first()


def names(asker: Asker) -> frozenset[str]:
    """By which names somebody can be asked: their own, those of their teams, those of their roles."""
    kept = getattr(asker, _KEPT, None)
    if kept is None:
        kept = frozenset(_names(asker))
        setattr(asker, _KEPT, kept)
    return frozenset(kept)


def _names(asker: Asker) -> set[str]:
    who = person(asker)
    owner: Person | Service | None = who or (asker.token.service if isinstance(asker, Bearer) else None)
    if owner is None:
        return set()
    roles = {f"role:{grant.role.name}" for grant in standing.grants(owner) if grant.role_id}
    if who is None:
        return roles
    if who.is_superuser:
        roles.add("role:administrator")
    return {f"person:{who.get_username()}", *roles, *(str(team) for team in belonging(who).teams)}


def start(asker: Asker, made: Definition, about: Stored | None) -> bool:
    """Whether somebody who may start workflows may start this one."""
    who = made.who
    if not (who.teams or who.roles or who.owners) or may(asker, Permission.WORKFLOWS_MANAGE):
        return True
    own = names(asker)
    wanted = {*(_team(team) for team in who.teams), *(f"role:{role}" for role in who.roles)}
    if who.owners and about is not None:
        wanted |= {str(owner) for owner in about.owners}
        person_ = person(asker)
        return bool(wanted & own) or (person_ is not None and bool({*about.owners} & belonging(person_).owners))
    return bool(wanted & own)


def _team(text: str) -> str:
    from greenboard.core.refs import Ref

    return str(Ref.parse(text, kind="team"))


def runs(asker: Asker) -> Q:
    """The runs that somebody may see: all for whoever manages workflows, otherwise their own, those that wait for
    them, and those about entities for which they may start some.
    """
    if may(asker, Permission.WORKFLOWS_MANAGE):
        return Q()
    mine = Q(by=account(asker), way__in=_ways(account(asker)))
    waits = Q(pk__in=Waiting.objects.filter(who__in=names(asker)).values("step__run"))
    where = sight(asker, Permission.WORKFLOWS_RUN)
    about = Q(entity__isnull=False) if where.everything else seeing.condition(where)
    return (mine | waits) if where.nothing else (mine | waits | (about & Q(entity__isnull=False)))


def go_on(asker: Asker, run: Run) -> bool:
    """Whether somebody may cancel a run, and decide where it is held: whoever started it, or manages workflows."""
    own = run.by == account(asker) and run.way in _ways(run.by)
    return may(asker, Permission.WORKFLOWS_MANAGE) or own


def decides(run: Run) -> str:
    """The account that decides where a run is held: whoever started it or the run around it, else who wrote it."""
    return run.by if run.way in _ways(run.by) else run.version.by


def _ways(name: str) -> tuple[str, ...]:
    """How runs are started that are somebody's own."""
    own = (Way.PERSON.value, Way.API.value)
    return own if name in NOBODY else (*own, Way.WORKFLOW.value)


def answer(asker: Asker, asked: Asked, step: Step) -> bool:
    """Whether somebody is among those whom a step waits for."""
    who = person(asker)
    if who is None or (asked.others and who.get_username() == step.run.by) or who.get_username() in asked.handed:
        return False
    return bool(names(asker) & {*asked.who})


def stands_in(name: str, asked: Asked, step: Step) -> Person:
    """The person of a name, who may answer in the place of somebody else.

    Raises:
        UserError: there is none, or they may not.

    """
    found = Person.objects.filter(username=name.strip(), is_active=True).first()
    if found is None or not may(found, Permission.WORKFLOWS_RUN):
        raise UserError(f"nobody called {name.strip()[:80]!r} may answer", hint="Give the name of an account.")
    if asked.others and found.get_username() == step.run.by:
        raise UserError("whoever started the run cannot approve it", hint="Name somebody else.")
    if answer(found, asked, step):
        raise UserError(f"{found.get_username()} is asked already", hint="Name somebody else, or leave it to them.")
    return found
