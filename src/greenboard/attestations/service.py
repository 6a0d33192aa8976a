"""Giving, confirming, refusing and revoking attestations. Who was second is told who was first, and what they did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import transaction

from greenboard.access import audit
from greenboard.access.errors import Above, InTheWay
from greenboard.attestations import deciding, files, looking, permitting, policies, register, store, telling, wishing
from greenboard.attestations.models import Attestation, Upload
from greenboard.attestations.permitting import Acting
from greenboard.attestations.types import LIVE, Cause, Done, Policy, Proof, State, Wish
from greenboard.attestations.wishing import Placing, Settled, nowhere
from greenboard.catalog import store as catalog
from greenboard.catalog.store import Stored
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.facts import store as facts

_REASON = 2_000


@dataclass(frozen=True)
class Said:
    """Where a wish comes from, beside the person: the attestation that it renews, or where a descriptor says it.

    `reviewers` are accounts that approved the change of the descriptor, and so are second persons. `stated_at` is
    when it was stated, where that is not now; `files` has digests of the paths that it names.
    """

    renews: int | None = None
    place: str = ""
    commit: str = ""
    reviewers: tuple[Acting, ...] = ()
    placing: Placing = nowhere
    stated_at: datetime | None = None
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Rim:
    """Who attests what by which policy, and when."""

    policy: Policy
    stored: Stored
    by: Acting
    at: datetime


def give(wish: Wish, by: Acting, at: datetime, said: Said | None = None) -> Attestation:
    """Attest that an item holds. It holds at once, or when a second person confirms it, as the policy asks.

    Raises:
        UserError: the entity is not there or not theirs, the item has no policy, or the wish does not fit it.

    """
    said = said or Said()
    policy = policies.of(wish.item)
    with transaction.atomic():
        stored = permitting.entity(wish.entity, by)
        facts.lock([stored.id])
        permitting.check(policy, stored, by)
        settled = wishing.settle(policy, wish, min(said.stated_at or at, at), said.placing)
        if settled.expires_at <= at:
            day = (settled.expires_at - timedelta(seconds=1)).date()
            raise UserError(f"{policy.item} was attested until {day}, which is over", place=said.placing("until"))
        second = _second(policy, stored, by, said)
        row = _write(wish, settled, _Rim(policy, stored, by, at), said)
        store.add_evidence(row, _pieces(wish, by))
        store.step(row, Done.GIVEN, at, by.name)
        if policy.confirm is None or second is not None:
            _settle(row, second.name if second else "", at)
        telling.given(row, stored.ref, policy, at)
        audit.note("attestation.given", f"attestation:{row.pk}", after=told(row, stored.ref))
    return row


def _second(policy: Policy, stored: Stored, by: Acting, said: Said) -> Acting | None:
    """A reviewer who may confirm it."""
    if policy.confirm is None:
        return None
    others = (one for one in said.reviewers if one.name != by.name)
    return next((one for one in others if permitting.fits(policy.confirm, stored, one)), None)


def _write(wish: Wish, settled: Settled, rim: _Rim, said: Said) -> Attestation:
    stored, policy, at = rim.stored, rim.policy, rim.at
    next_at, reminded = deciding.first_look(settled.expires_at, policy.remind, at)
    basis = replace(looking.bases([stored.ref], wish.environment)[stored.id], files=dict(said.files))
    return Attestation.objects.create(
        entity_id=stored.id,
        item=policy.item,
        environment=wish.environment,
        release=wish.release.strip(),
        statement=settled.statement,
        answers=dict(settled.answers),
        role=wish.role.strip(),
        given_by=rim.by.name,
        given_at=at,
        expires_at=settled.expires_at,
        state=State.WAITING.value,
        renews=None if said.renews is None else _renewed(said.renews, stored, policy),
        basis=basis.plain(),
        reminded=reminded,
        next_at=next_at,
        place=said.place,
        commit=said.commit,
    )


def _renewed(number: int, stored: Stored, policy: Policy) -> Attestation:
    row = store.find(number)
    if row.entity_id != stored.id or row.item != policy.item:
        raise UserError(f"attestation {number} is of something else", expected=f"one of {policy.item} of {stored.ref}")
    return row


def _pieces(wish: Wish, by: Acting) -> list[tuple[str, str, Upload | None]]:
    found: list[tuple[str, str, Upload | None]] = []
    for one in wish.evidence:
        upload = files.claim(one.upload, by.name) if one.kind is Proof.FILE and one.upload is not None else None
        found.append((one.kind.value, one.text.strip(), upload))
    return found


def _settle(row: Attestation, confirmed_by: str, at: datetime) -> None:
    """Let it hold in the place of the one that held before."""
    before = Attestation.objects.filter(
        entity_id=row.entity_id, item=row.item, environment=row.environment, state=State.HOLDS.value
    )
    for old in before.select_for_update():
        store.end(old, Cause.RENEWED, f"Attestation {row.pk} took its place.", at)
        store.step(old, Done.ENDED, at, row.given_by, old.reason)
    store.move(row, seen=row.version, state=State.HOLDS.value, confirmed_by=confirmed_by, settled_at=at)
    if confirmed_by:
        store.step(row, Done.CONFIRMED, at, confirmed_by)
    register.state([row.entity_id], at)


@dataclass(frozen=True)
class Change:
    """What somebody wants to do with an attestation that they saw as its `version`, with a word on why."""

    number: int
    version: int
    said: str = ""


def confirm(change: Change, by: Acting, at: datetime) -> Attestation:
    """Confirm what another person attested: it holds from now on.

    Raises:
        UserError: it is not there, is one's own or not theirs to confirm, or somebody was first.

    """
    with transaction.atomic():
        row, ref = _seen(change, by, State.WAITING)
        if not store.move(row, seen=change.version):
            raise _late(row)
        _settle(row, by.name, at)
        telling.settled(row, ref, at, by.name)
        audit.note("attestation.confirmed", f"attestation:{row.pk}", after=told(row, ref))
    return row


def refuse(change: Change, by: Acting, at: datetime) -> Attestation:
    """Refuse what another person attested, with the reason. Errors as for `confirm`."""
    with transaction.atomic():
        row, ref = _seen(change, by, State.WAITING)
        reason = _reason(change)
        if not store.end(_at(row, change), Cause.REVOKED, reason, at, state=State.REFUSED):
            raise _late(row)
        store.step(row, Done.REFUSED, at, by.name, reason)
        telling.settled(row, ref, at, by.name)
        audit.note("attestation.refused", f"attestation:{row.pk}", after=told(row, ref))
    return row


def revoke(change: Change, by: Acting, at: datetime) -> Attestation:
    """End an attestation, with the reason: by whoever gave it, or who may confirm or give such ones.

    Raises:
        UserError: it is not there or not theirs, or somebody was first.

    """
    with transaction.atomic():
        row = store.find(change.number, by.sees)
        stored = permitting.entity(_ref(row), by)
        facts.lock([stored.id])
        if by.name != row.given_by and not may_revoke(row, stored, by):
            raise Above(f"attestation {row.pk} is not yours to revoke", hint=f"Ask {row.given_by} or an administrator.")
        reason = _reason(change)
        if not store.end(_at(row, change), Cause.REVOKED, f"{by.name} revoked it: {reason}", at):
            raise _late(row)
        store.step(row, Done.ENDED, at, by.name, row.reason)
        register.state([row.entity_id], at)
        telling.ended(row, stored.ref, at)
        audit.note("attestation.revoked", f"attestation:{row.pk}", after=told(row, stored.ref))
    return row


def may_revoke(row: Attestation, stored: Stored, by: Acting) -> bool:
    """Whether somebody may end an attestation of another person: who may give or confirm such ones."""
    policy = policies.shipped().get(row.item)
    if policy is None:
        return by.administers
    return permitting.fits(policy.who, stored, by) or (
        policy.confirm is not None and permitting.fits(policy.confirm, stored, by)
    )


def _seen(change: Change, by: Acting, wanted: State) -> tuple[Attestation, Ref]:
    """The attestation that is to be confirmed or refused, by somebody who may."""
    row = store.find(change.number, by.sees)
    policy = policies.of(row.item)
    stored = permitting.entity(_ref(row), by)
    facts.lock([stored.id])
    row = store.find(change.number)
    permitting.check_second(policy, stored, by, row.given_by)
    if row.state != wanted or row.version != change.version:
        raise _late(row)
    return row, stored.ref


def _at(row: Attestation, change: Change) -> Attestation:
    row.version = change.version
    return row


def _late(row: Attestation) -> InTheWay:
    """Who was first, and what they did."""
    last = store.history(row)[-1]
    now = store.find(row.pk)
    who = last.by or "the clock, or an event"
    what = {Done.GIVEN: "gave", Done.CONFIRMED: "confirmed", Done.REFUSED: "refused", Done.ENDED: "ended"}
    did = what.get(Done(last.done), "changed")
    said = f"{who} {did} attestation {row.pk} meanwhile, on {last.at:%d %b %Y at %H:%M} UTC"
    hint = "Look at it again." if now.state in LIVE else f"It is {now.state}: {now.reason}".strip(": ") + "."
    return InTheWay(said, hint=hint.replace("..", "."))


def _reason(change: Change) -> str:
    said = change.said.strip()
    if not said:
        raise UserError("the reason is missing", expected="a sentence for who attested it")
    if len(said) > _REASON:
        raise UserError("the reason is too long", expected=f"at most {_REASON:,} characters")
    return said


def _ref(row: Attestation) -> Ref:
    found = catalog.names([row.entity_id])
    return found[row.entity_id]


def told(row: Attestation, ref: Ref) -> dict[str, object]:
    """An attestation as the audit log has it."""
    return {
        "entity": str(ref),
        "item": row.item,
        "environment": row.environment,
        "state": row.state,
        "by": row.given_by,
        "confirmed_by": row.confirmed_by,
        "expires_at": row.expires_at.isoformat(),
        "reason": row.reason,
    }
