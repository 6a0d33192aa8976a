"""Hearing what a tool sends by itself: is it from there, and what does it say has changed? Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from greenboard.connections import signatures
from greenboard.connections.expressions import Env, Mistyped, compiled
from greenboard.connections.expressions.compiling import truth
from greenboard.connections.expressions.function import moment
from greenboard.connections.integration import Integration
from greenboard.connections.manifest import Webhook
from greenboard.connections.types import Heard, Json, Refused

MOST = 1_048_576
"""How large a message may be."""
_NUMBERS = 2**31


def hear(
    integration: Integration,
    settings: Mapping[str, Json],
    secrets: Mapping[str, str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    now: datetime,
) -> Heard:
    """What a message says has changed: ids by streams of subjects; none for a message about something else.

    Raises:
        Refused: the tool sends none, it is not signed as it should be, too old, too large, or no JSON.

    """
    webhook = integration.manifest.webhook
    if webhook is None:
        raise Refused("this tool sends no messages that are known")
    if len(body) > MOST:
        raise Refused("the message is too large")
    told = signatures.Message({name.lower(): value for name, value in headers.items()}, body, now)
    signatures.verify(webhook, secrets.get(webhook.secret, ""), told)
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("the message is no JSON") from None
    env = Env(now, {"settings": settings}, said)
    _refuse_old(webhook, said, env)
    return Heard(
        _changed(webhook, said, env),
        _delivery(webhook, told, said, env),
        _answer(webhook, said, env),
        _pull(webhook, said, env),
    )


def greet(integration: Integration, headers: Mapping[str, str]) -> Mapping[str, str] | None:
    """What to answer to a GET by which a tool makes sure that we are there; None where it does not do that."""
    challenge = integration.manifest.webhook.challenge if integration.manifest.webhook else None
    if challenge is None or not challenge.header:
        return None
    value = {name.lower(): one for name, one in headers.items()}.get(challenge.header.lower(), "")
    return {challenge.answer: value} if value else None


def _answer(webhook: Webhook, said: Json, env: Env) -> Mapping[str, str] | None:
    challenge = webhook.challenge
    if challenge is None or not challenge.value or truth(_value(challenge.when, said, env)) is not True:
        return None
    value = _value(challenge.value, said, env)
    return {challenge.answer: value} if isinstance(value, str) else None


def _refuse_old(webhook: Webhook, said: Json, env: Env) -> None:
    if not webhook.time:
        return
    try:
        made = moment(_value(webhook.time, said, env))
    except Mistyped:
        raise Refused("the message does not say when it was made") from None
    signatures.fresh(made, webhook, env.now)


def _changed(webhook: Webhook, said: Json, env: Env) -> Mapping[str, tuple[str, ...]]:
    changed: dict[str, dict[str, None]] = {}
    for refresh in webhook.refresh:
        if refresh.when and truth(_value(refresh.when, said, env)) is not True:
            continue
        found = _value(refresh.id, said, env)
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, str | int) and not isinstance(one, bool) and one != "":
                changed.setdefault(refresh.stream, {})[str(one)] = None
    return {stream: tuple(ids) for stream, ids in changed.items()}


def _pull(webhook: Webhook, said: Json, env: Env) -> tuple[str, int] | None:
    pull = webhook.pull
    if pull is None or (pull.when and truth(_value(pull.when, said, env)) is not True):
        return None
    repository, number = _value(pull.repository, said, env), _value(pull.number, said, env)
    known = isinstance(repository, str) and isinstance(number, int) and not isinstance(number, bool)
    return (repository, number) if known and 0 < number < _NUMBERS else None


def _delivery(webhook: Webhook, told: signatures.Message, said: Json, env: Env) -> str:
    """What tells this delivery from others: what the tool says, or else the message itself."""
    named = told.headers.get(webhook.id_header.lower()) if webhook.id_header else None
    named = named or told.headers.get("webhook-id") or told.headers.get("svix-id")
    if not named and webhook.id:
        value = _value(webhook.id, said, env)
        named = str(value) if isinstance(value, str | int) else None
    return named or hashlib.sha256(told.body).hexdigest()


def _value(text: str, said: Json, env: Env) -> Any:
    try:
        return compiled(text)(said, env)
    except Mistyped:
        return None
