"""Mail by the installation's SMTP server: text and HTML, to persons or to one address."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email

from greenboard.core.errors import UserError
from greenboard.notifications.reaching import Field, Given, Kind
from greenboard.notifications.rendering.html import html
from greenboard.notifications.rendering.text import text
from greenboard.notifications.types import Came, Letter

_FOREVER = 500
"""Codes from here on are the server's last word (RFC 5321)."""


def configured() -> bool:
    """Whether there is a server to send by."""
    return bool(settings.EMAIL_HOST)


def check(given: Given) -> None:
    """A server in the settings, and an address where one is given."""
    if not configured():
        raise UserError("no server for mail is set", hint="Set GREENBOARD_SMTP_URL and GREENBOARD_MAIL_FROM.")
    if given.get("to"):
        address_of_mail(given["to"])


def address_of_mail(given: str) -> str:
    """A single address of mail.

    Raises:
        UserError: it is none.

    """
    try:
        validate_email(given)
    except ValidationError:
        raise UserError(
            "not an address of mail", expected="one such as team@example.com", got=repr(given[:100])
        ) from None
    return given


def send(given: Given, address: str, letter: Letter) -> Came:
    """Send the letter. Its number is the id of the mail, so a second one is seen to be the same."""
    to = address or given.get("to", "")
    if not to:
        return Came(False, "nobody to send to", permanent=True, advice="Name an address, here or in the route.")
    if not configured():
        return Came(False, "no server for mail is set", advice="Set GREENBOARD_SMTP_URL and GREENBOARD_MAIL_FROM.")
    try:
        _mail(address_of_mail(to), letter).send()
    except UserError as error:
        return Came(False, str(error), permanent=True)
    except smtplib.SMTPAuthenticationError as error:
        return _refused(error.smtp_code, _said(error.smtp_error), "The server refused name or password.", forever=False)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        return _refused(code, _said(said), "The server does not take mail for this address.")
    except smtplib.SMTPResponseException as error:
        return _refused(error.smtp_code, _said(error.smtp_error), "")
    except (OSError, smtplib.SMTPException) as error:
        advice = "The server was not reached, or broke off: look at GREENBOARD_SMTP_URL."
        return Came(False, f"{type(error).__name__}: {error}", advice=advice)
    return Came(True, "taken by the server", 250)


def _mail(to: str, letter: Letter) -> EmailMultiAlternatives:
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "greenboard.invalid"
    headers = {
        "Message-ID": f"<{letter.number}@{domain}>",
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{letter.settings_url}>",
        "X-Greenboard-Message": letter.number,
    }
    mail = EmailMultiAlternatives(letter.subject, text(letter), None, [to], headers=headers)
    mail.attach_alternative(html(letter), "text/html")
    return mail


def _refused(code: int, said: str, advice: str, *, forever: bool = True) -> Came:
    return Came(False, f"{code} {said}", code, permanent=forever and code >= _FOREVER, advice=advice)


def _said(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


KIND = Kind(
    "mail",
    "Mail",
    "Sends to the addresses of accounts, or to one address, by the server that GREENBOARD_SMTP_URL names.",
    (Field("to", "Address", "Of a list or shared mailbox, for routes and teams.", "team@example.com", required=False),),
    check,
    send,
    tool="mail",
    addressed="Address",
)
