"""Send facts from a pipeline to a server: taken whole, or refused with the place of each mistake."""

from __future__ import annotations

import json
import os
import secrets
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from greenboard.core.errors import Place, UserError, UserErrors

TIMEOUT = 120.0
PAUSES = (1.0, 2.0, 5.0, 10.0)
"""Seconds before it is sent again, when the server does not answer or has too much to do."""
_AGAIN = frozenset({409, 425, 429, 500, 502, 503, 504, 507})
_LONGEST = 60.0
_WHOLE = ("entities", "relations", "facts", "gaps")


class Unreached(UserError):
    """The server does not answer."""

    exit_code = 1


@click.command()
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE|-")
@click.option("--url", help="Address of the server. Default: GREENBOARD_URL.")
@click.option("--key", help="Idempotency key: the same one again changes nothing. Default: a new one.")
def command(file: Path, url: str | None, key: str | None) -> None:
    """Send facts as JSON: a list of them, or an object with facts, gaps, entities and relations.

    The token is read from GREENBOARD_TOKEN; it needs the permission facts.write, and catalog.write for
    entities and relations. It is tried again when the server does not answer. docs/api.md says what the
    parts are. Exit codes: 0 taken, 1 the server does not answer, 2 refused.
    """
    body = _body(file)
    address, token = _server(url), os.environ.get("GREENBOARD_TOKEN", "")
    if not token:
        raise UserError("GREENBOARD_TOKEN is not set", expected="a token of the server, gb_...")
    where = "bulk" if {"entities", "relations"} & body.keys() else "facts"
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key or secrets.token_hex(16),
        "User-Agent": "greenboard push",
    }
    told = _send(f"{address}/api/v1/{where}", body, headers)
    click.echo("; ".join(_said(told)))


def _body(file: Path) -> dict[str, Any]:
    """What is in the file, as the server wants it.

    Raises:
        UserError: it cannot be read, or is no JSON.

    """
    label = "standard input" if str(file) == "-" else str(file)
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        data = json.loads(raw.decode("utf-8-sig"))
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", place=Place(label)) from None
    except UnicodeDecodeError:
        raise UserError("not UTF-8 text", place=Place(label)) from None
    except json.JSONDecodeError as error:
        raise UserError(f"not JSON: {error.msg}", place=Place(label, error.lineno, error.colno)) from None
    except RecursionError:
        raise UserError("nested too deeply", place=Place(label)) from None
    if isinstance(data, list):
        return {"facts": data}
    if not isinstance(data, dict) or not data.keys() <= set(_WHOLE):
        raise UserError("not facts", place=Place(label), expected=f"a list, or an object of {', '.join(_WHOLE)}")
    return data


def _server(url: str | None) -> str:
    text = (url or os.environ.get("GREENBOARD_URL", "")).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UserError("GREENBOARD_URL is not an address", expected="https://HOST", got=repr(text))
    if parts.scheme == "http" and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
        click.echo(f"greenboard: warning: the token goes to {parts.hostname} without encryption", err=True)
    return text


def _send(url: str, body: Mapping[str, Any], headers: Mapping[str, str]) -> Any:
    """Send until it is answered; what came of it.

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
                answer = client.post(url, json=body, headers=dict(headers))
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
    pointer = str(one.get("pointer") or one.get("where") or "")
    return UserError(
        str(one.get("message", "refused")),
        place=Place(pointer) if pointer else None,
        expected=one.get("expected"),
        got=one.get("got"),
        hint=one.get("hint"),
    )


def _said(told: Mapping[str, Any]) -> Iterable[str]:
    facts = told["facts"]
    yield f"{facts['began']} new, {facts['ended']} ended, {facts['same']} as before"
    entities = told["entities"]
    if any(entities.values()):
        made, changed, same = entities["created"], entities["changed"], entities["unchanged"]
        yield f"entities: {made} created, {changed} changed, {same} as before"
