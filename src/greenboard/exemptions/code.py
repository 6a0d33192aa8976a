"""Exemptions as code: what descriptors ask for, asked by who wrote it, decided by who reviewed it.

Each is asked for once for each commit on its lines. The author of the commit asks, and a reviewer who may decide
approves; both under the permissions that they have in pages. A request that leaves the file before anybody decided is
withdrawn; what was approved stays until its end, or until somebody revokes it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet

from greenboard.access.models import Person
from greenboard.attestations import authors
from greenboard.attestations.code import account
from greenboard.catalog.types import Wished
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.exemptions import asking, deciding, wishes
from greenboard.exemptions.models import Exemption, Refusal
from greenboard.exemptions.types import Pair, State, Terms
from greenboard.facts import store as facts
from greenboard.repository.collect import Look

_REVIEWED = "Reviewed the commit that asks for it"
_SHORT = 12


def take(looks: Sequence[Look], at: datetime) -> int:
    """Ask for what descriptors ask for, and take back what they no longer do: how many are new.

    To be called in the transaction that takes the looks in, after their entities.
    """
    return sum(_tree(look, at) for look in looks)


def _tree(look: Look, at: datetime) -> int:
    ids = facts.known({entity.ref for entity in look.declared.entities})
    refused = {}
    fresh = 0
    for wished in look.declared.exemptions:
        reason = _one(look, wished, ids[wished.entity], at)
        fresh += reason is None
        if reason:
            refused[ids[wished.entity], wished.scorecard, wished.rule, str(wished.place)] = reason
    _keep(refused, ids, at)
    _withdraw(look.declared.exemptions, ids, at)
    return fresh


def _one(look: Look, wished: Wished, entity: int, at: datetime) -> str | None:
    """None where it is new, nothing where this commit asked for it before, else why it is not taken."""
    try:
        signed = authors.signed(look.tree, wished)
        source = f"{wished.place.path} at {signed.commit[:_SHORT]}"
        if _rows(wished, entity).filter(source=source).exists():
            return ""
        by = account(signed.author)
        if by is None:
            return f"{signed.author} is unknown here. The author of a commit needs an account."
        with transaction.atomic():
            made = asking.ask([_pair(wished)], _terms(wished), by, at, source=source).made[0]
            _review(made, [one for mail in signed.reviewers if (one := account(mail))], at)
    except UserError as error:
        return str(UserError(error.what, expected=error.expected, got=error.got, hint=error.hint))
    except PermissionDenied:
        return "The author of the commit may not ask for exemptions of it."
    return None


def _review(number: int, reviewers: Collection[Person], at: datetime) -> None:
    """Approved by the first reviewer who may decide it; by nobody it waits."""
    for one in reviewers:
        try:
            with transaction.atomic():
                deciding.approve({number: None}, _REVIEWED, one, at)
        except (PermissionDenied, UserError):
            continue
        return


def _rows(wished: Wished, entity: int) -> QuerySet[Exemption]:
    return Exemption.objects.filter(
        entity_id=entity,
        scorecard=wished.scorecard,
        rule=wished.rule,
        environment=wished.environment,
        path=wished.path.strip("/"),
    )


def _pair(wished: Wished) -> Pair:
    return Pair(wished.entity, wished.scorecard, wished.rule)


def _terms(wished: Wished) -> Terms:
    return wishes.terms(
        category=wished.category,
        reason=wished.reason,
        control=wished.control,
        ends=wished.until.isoformat() if wished.until else "",
        environment=wished.environment,
        path=wished.path,
    )


def _keep(refused: Mapping[tuple[int, str, str, str], str], ids: Mapping[Ref, int], at: datetime) -> None:
    """Remember why wishes are not taken, each since when it is so."""
    for row in Refusal.objects.filter(entity_id__in=list(ids.values())):
        if refused.get((row.entity_id, row.scorecard, row.rule, row.place)) != row.reason:
            row.delete()
    for (entity, scorecard, rule, place), reason in refused.items():
        told = {"entity_id": entity, "scorecard": scorecard, "rule": rule, "place": place, "reason": reason}
        Refusal.objects.get_or_create(**told, defaults={"since": at})


def _withdraw(wished: Collection[Wished], ids: Mapping[Ref, int], at: datetime) -> None:
    """Take back requests of descriptors that no longer make them, in the name of who made them."""
    now = {(ids[one.entity], one.scorecard, one.rule, one.environment, one.path.strip("/")) for one in wished}
    waiting = Exemption.objects.filter(entity_id__in=list(ids.values()), state=State.REQUESTED.value)
    for row in waiting.exclude(source=""):
        by = Person.objects.filter(username=row.requested_by, is_active=True).first()
        if by and (row.entity_id, row.scorecard, row.rule, row.environment, row.path) not in now:
            deciding.withdraw({row.pk: None}, by, at)
