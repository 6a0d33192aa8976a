"""Messages of other systems: signed with a shared secret, fresh, and each taken in once."""

from __future__ import annotations

from datetime import datetime

from greenboard.access.models import Token
from greenboard.access.permissions import Permission
from greenboard.access.standing import Bearer
from greenboard.hooks.models import Inlet, Received
from greenboard.outbound import signing

_MAY = (Permission.READ, Permission.CATALOG_WRITE, Permission.FACTS_WRITE)


def sender(name: str, body: bytes, header: str, now: datetime) -> tuple[Inlet, Bearer] | None:
    """Who sent a message, as whom it acts; None where the signature is not one of this inlet's.

    It acts with what its service account holds, and only to state things.
    """
    inlet = Inlet.objects.filter(name=name, active=True).select_related("service").first()
    known = inlet is not None and inlet.secret.readable
    # Also where there is no such inlet a signature is made, so that time does not tell names.
    same = signing.verify(inlet.secret.reveal() if inlet and known else "nobody's", body, header, now)
    if inlet is None or not known or not same:
        return None
    bearer = Bearer(Token(name=inlet.name, service=inlet.service, permissions=[one.value for one in _MAY]))
    return (inlet, bearer) if bearer.is_active else None


def first(inlet: Inlet, message: str, now: datetime) -> bool:
    """Note that a message came; False where it came before. To be called in the transaction that takes it in."""
    _, fresh = Received.objects.get_or_create(inlet=inlet, message=message, defaults={"at": now})
    return fresh
