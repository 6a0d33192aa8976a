"""Signatures of messages: `t=SECONDS,v1=HEX`, an HMAC-SHA-256 over `SECONDS.` and what is signed. Pure.

Of a message that is its number, a dot, and its body, so that neither can be exchanged.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

HEADER = "Greenboard-Signature"
PATIENCE = timedelta(minutes=5)
"""How old a signature may be, and how far ahead."""
_FORM = re.compile(r"t=(\d{1,12})((?:,v1=[0-9a-f]{64}){1,5})", re.ASCII)


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The value of the header."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(secret, seconds, body)}"


def verify(secret: str, body: bytes, header: str, now: datetime) -> bool:
    """Whether a header is the signature of a body with the secret, made just now.

    Several signatures, as while a secret is exchanged, are compared one by one, each in constant time.
    """
    form = _FORM.fullmatch(header)
    if form is None:
        return False
    seconds = int(form[1])
    wanted = _digest(secret, seconds, body)
    given = form[2].removeprefix(",").split(",")
    same = sum(hmac.compare_digest(one.removeprefix("v1="), wanted) for one in given) > 0
    return same and abs(now - datetime.fromtimestamp(seconds, UTC)) <= PATIENCE


def _digest(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
