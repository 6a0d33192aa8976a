"""Secrets of workflows: kept sealed, put into requests, shown to nobody.

Those of the installation are named in a document and go to their hosts only. Those of a run were entered at its
start or given by a step, and are forgotten when it is over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from greenboard.access import audit
from greenboard.access.errors import Absent
from greenboard.core.errors import UserError
from greenboard.workflows.definition import Definition
from greenboard.workflows.models import Kept, Run, Secret

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
LONGEST = 10_000


def put(name: str, value: str, hosts: Sequence[str], by: str, now: datetime) -> Secret:
    """Keep a secret under a name; one of that name is replaced.

    Raises:
        UserError: it has no name, no text, or no hosts.

    """
    if not _NAME.fullmatch(name):
        raise UserError(
            "not a name of a secret", expected="lower-case letters, digits, underscores", got=repr(name[:80])
        )
    if not 0 < len(value) <= LONGEST:
        raise UserError("a secret needs a text", expected=f"1 to {LONGEST:,} characters")
    told = [host.strip().lower() for host in hosts if host.strip()]
    if not told or not all(_HOST.fullmatch(host) for host in told):
        raise UserError("say which hosts it may be sent to", expected="names of hosts such as api.example.com")
    with transaction.atomic():
        row = Secret.objects.filter(name=name).first()
        before = {"hosts": row.hosts} if row else None
        row = row or Secret(name=name)
        row.value, row.hosts, row.changed_at, row.changed_by = value, told, now, by
        row.save()
        audit.note("workflow.secret", f"workflow-secret:{name}", before=before, after={"hosts": told})
    return row


def remove(name: str) -> None:
    """Forget a secret.

    Raises:
        Absent: there is none of that name.

    """
    with transaction.atomic():
        row = Secret.objects.filter(name=name).first()
        if row is None:
            raise Absent(f"no secret {name!r}")
        audit.note("workflow.secret", f"workflow-secret:{name}", before={"hosts": row.hosts})
        row.delete()


def secrets() -> list[Secret]:
    """Every secret by its name, its text unopened."""
    return list(Secret.objects.defer("value").order_by("name"))


def missing(made: Definition) -> list[str]:
    """The secrets that a workflow names and that are not there."""
    there = set(Secret.objects.filter(name__in=made.secrets).values_list("name", flat=True)) if made.secrets else set()
    return sorted(set(made.secrets) - there)


def opened(run: Run, made: Definition) -> dict[str, str]:
    """The texts of all secrets that a run may use, by name."""
    found = (
        {row.name: row.value.reveal() for row in Secret.objects.filter(name__in=made.secrets)} if made.secrets else {}
    )
    return found | {row.name: row.value.reveal() for row in Kept.objects.filter(run=run)}


def hosts(names: Iterable[str]) -> frozenset[str] | None:
    """The only hosts that all of some secrets may be sent to; None where each may go anywhere."""
    found: frozenset[str] | None = None
    for told in Secret.objects.filter(name__in=set(names)).values_list("hosts", flat=True):
        found = frozenset(told) if found is None else found & frozenset(told)
    return found


def keep(run: Run, kept: Mapping[str, str]) -> None:
    """Keep secrets of a run until it is over."""
    for name, text in kept.items():
        Kept.objects.update_or_create(run=run, name=name, defaults={"value": text})


def forget(run: Run) -> None:
    """Forget the secrets of a run that is over."""
    Kept.objects.filter(run=run).delete()
