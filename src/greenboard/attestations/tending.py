"""What time brings about: reminders before the end, and the end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from greenboard.attestations import deciding, policies, register, store, telling
from greenboard.attestations.models import Attestation
from greenboard.attestations.types import Done
from greenboard.catalog import store as catalog
from greenboard.core.refs import Ref

_BATCH = 200


def tend(now: datetime) -> int:
    """Do what is due by now; how much that was. Each once: by a row that only one worker can change."""
    done = 0
    while numbers := list(_due(now)):
        done += sum(_one(number, now) for number in numbers)
        if len(numbers) < _BATCH:
            break
    return done


def _due(now: datetime) -> list[int]:
    rows = Attestation.objects.filter(next_at__lte=now).order_by("next_at", "id")
    return list(rows.values_list("id", flat=True)[:_BATCH])


def _one(number: int, now: datetime) -> bool:
    with transaction.atomic():
        row = Attestation.objects.filter(pk=number, next_at__lte=now).first()
        if row is None:
            return False
        policy = policies.shipped().get(row.item)
        due = deciding.due(row.expires_at, policy.remind if policy else (), row.reminded, now)
        ref = catalog.names([row.entity_id])[row.entity_id]
        if due.ended is not None:
            return _end(row, ref, due, now)
        reminded = row.reminded if due.remind is None else due.remind
        if not store.move(row, seen=row.version, next_at=due.next_at, reminded=reminded):
            return False
        if due.remind is not None:
            store.step(row, Done.REMINDED, now, said=f"{due.remind} days before the end")
            telling.ending(row, ref, now)
        return due.remind is not None


def _end(row: Attestation, ref: Ref, due: deciding.Due, now: datetime) -> bool:
    assert due.ended is not None, "it was asked before"
    if not store.end(row, due.ended.cause, due.ended.reason, row.expires_at):
        return False
    store.step(row, Done.ENDED, now, said=due.ended.reason)
    register.state([row.entity_id], now)
    telling.ended(row, ref, now)
    return True
