"""Making, changing and removing hooks and inlets. Every change is in the audit log, no secret of it is."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import transaction

from greenboard.access import audit
from greenboard.access.errors import Absent, InTheWay
from greenboard.access.grants import named
from greenboard.access.models import Service
from greenboard.core import clock
from greenboard.core.errors import UserError, suggest
from greenboard.core.happened import Happening
from greenboard.hooks import outbox, store
from greenboard.hooks.models import Delivery, Hook, Inlet
from greenboard.outbound import addresses

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_INLET = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LONGEST = 2000
_SECRET = 32


@dataclass(frozen=True)
class Wish:
    """A hook as it is to be. No `events` means all."""

    name: str
    url: str
    events: Sequence[str] = ()
    active: bool = True


def make(wish: Wish) -> tuple[Hook, str]:
    """Make a hook, and its secret, which is in the answer and nowhere else to be seen.

    Raises:
        UserError: it has no name, or an event that there is not, or its address may not be called.

    """
    _check(wish)
    secret = secrets.token_urlsafe(_SECRET)
    with transaction.atomic():
        row = Hook.objects.create(**_columns(wish), secret=secret, created_at=clock.now())
        audit.note("hook.made", f"hook:{row.pk}", after=_columns(wish))
    return row, secret


def change(number: int, wish: Wish) -> Hook:
    """Change a hook; its secret stays.

    Raises:
        UserError: as for `make`, or there is none of that number.

    """
    _check(wish)
    with transaction.atomic():
        row = store.hook(number)
        before = told(row)
        for name, value in _columns(wish).items():
            setattr(row, name, value)
        row.save(update_fields=list(_columns(wish)))
        audit.note("hook.changed", f"hook:{row.pk}", before=before, after=told(row))
    return row


def switch(number: int, *, active: bool) -> None:
    """Tell a hook of events, or of none for the time being; errors as for `store.hook`."""
    with transaction.atomic():
        row = store.hook(number)
        if row.active != active:
            Hook.objects.filter(pk=number).update(active=active)
            audit.note("hook.changed", f"hook:{number}", before={"active": row.active}, after={"active": active})


def remove(number: int) -> None:
    """Remove a hook with the log of its deliveries; errors as for `store.hook`."""
    with transaction.atomic():
        row = store.hook(number)
        audit.note("hook.removed", f"hook:{row.pk}", before=told(row))
        row.delete()


def renew(number: int) -> tuple[Hook, str]:
    """Give a hook another secret, which signs from now on; errors as for `store.hook`."""
    secret = secrets.token_urlsafe(_SECRET)
    with transaction.atomic():
        row = store.hook(number)
        Hook.objects.filter(pk=row.pk).update(secret=secret)
        audit.note("hook.secret", f"hook:{row.pk}")
    return row, secret


def test(number: int) -> Delivery:
    """Tell a hook something that means nothing, to see whether it arrives; errors as for `store.hook`."""
    return outbox.test(store.hook(number), clock.now())


def again(number: int, delivery: int) -> Delivery:
    """Tell a hook the same event once more.

    Raises:
        UserError: there is no such delivery to this hook.

    """
    row = Delivery.objects.filter(hook=store.hook(number), pk=delivery).select_related("event").first()
    if row is None:
        raise Absent(f"no delivery {delivery} to hook {number}")
    return outbox.again(row, clock.now())


def told(row: Hook) -> dict[str, Any]:
    """A hook as plain JSON, without its secret."""
    return {"name": row.name, "url": row.url, "events": list(row.events), "active": row.active}


def _check(wish: Wish) -> None:
    if not _NAME.fullmatch(wish.name):
        raise UserError("a hook needs a name", expected="1 to 100 characters on one line", got=repr(wish.name[:101]))
    if len(wish.url) > _LONGEST:
        raise UserError("the address is too long", expected=f"at most {_LONGEST} characters")
    known = [one.value for one in Happening]
    for event in wish.events:
        if event not in known:
            raise UserError(f"no event {event!r}", expected=", ".join(known), hint=suggest(event, known))
    addresses.check(wish.url, settings.OUTBOUND_ALLOW)


def _columns(wish: Wish) -> dict[str, Any]:
    return {**asdict(wish), "events": [str(event) for event in wish.events]}


def make_inlet(name: str, service: str) -> tuple[Inlet, str]:
    """Let another system send messages, as a service account; the secret that signs them is in the answer only.

    Raises:
        UserError: the name is taken or cannot be one, or there is no such service account.

    """
    if not _INLET.fullmatch(name):
        raise UserError("not a name of an inlet", expected="lower-case letters, digits, dashes", got=repr(name[:80]))
    secret = secrets.token_urlsafe(_SECRET)
    with transaction.atomic():
        account = named(Service, service, "service account")
        made = {"service": account, "secret": secret, "created_at": clock.now()}
        row, fresh = Inlet.objects.get_or_create(name=name, defaults=made)
        if not fresh:
            raise InTheWay(f"the name {name} is taken", hint="Take another name, or remove that one.")
        audit.note("inlet.made", f"inlet:{name}", after={"name": name, "service": service})
    return row, secret


def switch_inlet(name: str, *, active: bool) -> None:
    """Take messages under a name, or none for the time being; errors as for `remove_inlet`."""
    with transaction.atomic():
        row = _inlet(name)
        if row.active != active:
            Inlet.objects.filter(pk=row.pk).update(active=active)
            said = {"active": active}
            audit.note("inlet.opened" if active else "inlet.closed", f"inlet:{name}", after=said)


def remove_inlet(name: str) -> None:
    """Take no more messages under a name.

    Raises:
        UserError: there is none of that name.

    """
    with transaction.atomic():
        row = _inlet(name)
        audit.note("inlet.removed", f"inlet:{name}", before={"service": row.service.name})
        row.delete()


def _inlet(name: str) -> Inlet:
    found = store.inlets().filter(name=name).first()
    if found is None:
        raise Absent(f"no inlet {name!r}")
    return found
