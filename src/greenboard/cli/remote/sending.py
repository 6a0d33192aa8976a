"""Sending to a server: tried again until it answers, and what it refuses told by its place."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import click

from greenboard.core.errors import Place, UserError, UserErrors

TIMEOUT = 120.0
PAUSES = (1.0, 2.0, 5.0, 10.0)
"""Seconds before it is sent again, when the server does not answer or has too much to do."""
_AGAIN = frozenset({409, 425, 429, 500, 502, 503, 504, 507})
_LONGEST = 60.0


class Unreached(UserError):
    """The server does not answer."""

    exit_code = 1


def headers(key: str | None) -> dict[str, str]:
    """What goes along with whatever is sent: the token of GREENBOARD_TOKEN, and an idempotency key.

    Raises:
        UserError: there is no token.

    """
    token = os.environ.get("GREENBOARD_TOKEN", "")
    if not token:
        raise UserError("GREENBOARD_TOKEN is not set", expected="a token of the server, gb_...")
    return {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key or secrets.token_hex(16),
        "User-Agent": "greenboard push",
    }


def server(url: str | None) -> str:
    """The address of the server, as it is given or as GREENBOARD_URL names it.

    Raises:
        UserError: it is no address.

    """
    text = (url or os.environ.get("GREENBOARD_URL", "")).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError("GREENBOARD_URL is not an address", expected="https://HOST", got=repr(text))
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        click.echo(f"greenboard: warning: the token goes to {parts.hostname} without encryption", err=True)
    return text


def get(url: str, params: Mapping[str, Any]) -> Any:
    """What a server answers to a question.

    Raises:
        Unreached: it does not answer.
        UserError: it refuses.

    """
    import httpx2

    try:
        answer = httpx2.get(url, params=dict(params), headers=headers(None), timeout=TIMEOUT)
    except httpx2.HTTPError as error:
        raise Unreached(f"{url} does not answer: {error}") from None
    if answer.status_code >= 500:
        raise Unreached(f"the server answered {answer.status_code}")
    if answer.status_code != 200:
        raise _refusal(answer)
    return answer.json()


def send(url: str, headers: Mapping[str, str], **content: Any) -> Any:
    """Send until it is answered; what came of it. `content` is what httpx takes: json, files, params.

    Raises:
        Unreached: the server did not answer, several times.
        UserError: what was sent is refused.

    """
    import httpx2

    failed = ""
    with httpx2.Client(timeout=TIMEOUT) as client:
        for pause in (*PAUSES, None):
            wait = pause
            try:
                answer = client.post(url, headers=dict(headers), **content)
            except httpx2.HTTPError as error:
                failed = f"{type(error).__name__}: {error}"
            else:
                if answer.status_code < 300:
                    return answer.json()
                failed = f"{answer.status_code} {answer.reason_phrase}"
                if answer.status_code not in _AGAIN or _is_refusal(answer):
                    raise _refusal(answer)
                wait = None if pause is None else _asked(answer, pause)
            if wait is not None:
                click.echo(f"greenboard: {failed}; trying again in {wait:g} s", err=True)
                time.sleep(wait)
    raise Unreached(f"{urlsplit(url).netloc} did not take it: {failed}", hint="Nothing is lost: send it again.")


def _is_refusal(answer: Any) -> bool:
    """Whether a conflict is about what was sent, and not about when."""
    return bool(answer.status_code == 409 and "being worked on" not in answer.text)


def _asked(answer: Any, pause: float) -> float:
    """How long the server asks to wait."""
    asked = answer.headers.get("Retry-After", "")
    return min(max(float(asked), pause), _LONGEST) if asked.isdecimal() else pause


def _refusal(answer: Any) -> UserError:
    """What the server said is wrong, each with its place in what was sent."""
    try:
        told = answer.json()
    except ValueError:
        told = {}
    mistakes = told.get("errors") if isinstance(told, dict) else None
    several = [_mistake(one) for one in mistakes or () if isinstance(one, dict)]
    if several:
        return several[0] if len(several) == 1 else UserErrors(several)
    detail = told.get("detail", answer.reason_phrase) if isinstance(told, dict) else answer.reason_phrase
    return UserError(f"refused: {answer.status_code} {detail}")


def _mistake(one: Mapping[str, Any]) -> UserError:
    where = str(one.get("pointer") or one.get("where") or "")
    line, column = (at if isinstance(at := one.get(name), int) else None for name in ("line", "column"))
    return UserError(
        str(one.get("message", "refused")),
        place=Place(where, line, column) if where else None,
        expected=one.get("expected"),
        got=one.get("got"),
        hint=one.get("hint"),
    )
