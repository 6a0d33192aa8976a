"""People: whether mail reaches them, and whether they can state what rules ask them for."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

from django.conf import settings
from django.core.mail import get_connection

from greenboard.attestations import policies
from greenboard.attestations.register import TYPE
from greenboard.core.errors import UserError
from greenboard.facts.store import vocabulary
from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment
from greenboard.scorecards.store import standards
from greenboard.web.entity.offers.attest import items_of

_SECONDS = 10


def mail(_: Environment) -> Iterator[Finding]:
    """The server for mail answers, and takes the name and password; no mail is sent."""
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    if not settings.EMAIL_HOST:
        yield good("mail", "no server is set: people hear by their inbox and by channels")
        return
    try:
        server = get_connection(timeout=_SECONDS)
        server.open()
        server.close()
    except smtplib.SMTPAuthenticationError as error:
        yield fail("mail", f"{where} refuses name or password ({error.smtp_code})", "Mend GREENBOARD_SMTP_URL.")
    except (OSError, smtplib.SMTPException) as error:
        said = f"{where} was not reached: {type(error).__name__}: {error}"
        yield fail("mail", said, "Mend GREENBOARD_SMTP_URL, or let this machine reach the server.")
    else:
        known = " and takes name and password" if settings.EMAIL_HOST_USER else ""
        yield good("mail", f"{where} answers{known}; mail is from {settings.DEFAULT_FROM_EMAIL}")


def attesting(_: Environment) -> Iterator[Finding]:
    """Each item that rules ask attestations of has a policy; without one nobody can attest it here."""
    try:
        cards = standards(vocabulary())
    except UserError:  # the look at scorecards says so
        return
    asked = {item for card in cards for rule in card.rules if TYPE in rule.types for item in items_of(rule)}
    lacking = sorted({item.partition("@")[0] for item in asked} - set(policies.shipped()))
    if lacking:
        said = f"rules ask for {', '.join(lacking[:5])}, and no policy says who may attest it"
        yield warn("attestations", said, "Write a policy (docs/attestations.md), or see to its source.")
    else:
        yield good("attestations", f"{len(asked)} items that rules ask for can be attested")


LOOKS: tuple[Look, ...] = (mail, attesting)
