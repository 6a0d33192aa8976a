"""A call of the AWS API, as boto3 names it, through a connection of AWS that allows it by name."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase
from typing import Any

from pydantic import Field, field_validator

from greenboard.collection.reaching import reach
from greenboard.connections import service, store
from greenboard.connections.reading import Look
from greenboard.connections.session import Session
from greenboard.connections.types import Failed as Refused
from greenboard.core.errors import UserError
from greenboard.workflows import hosts, performing
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Call, Done, Failed, Json, Result

_MOST = 1_000_000
_AGAIN = ("Throttl", "RequestLimitExceeded", "TooManyRequests", "ServiceUnavailable", "InternalFailure")


class Aws(Given):
    """`service` and `operation` as boto3 has them. `already`: codes of refusals that are as good as done."""

    connection: str = Field(min_length=1, max_length=64)
    service: str = Field(description="As boto3 names it: sqs, ecs.", pattern=r"^[a-z0-9-]{1,40}$")
    operation: str = Field(description="As boto3 names it: purge_queue.", pattern=r"^[a-z0-9_]{1,80}$")
    region: str = Field(pattern=r"^[a-z0-9-]{1,30}$")
    parameters: dict[str, Any] = Field(default={}, description="A line for each, `Name: value`, or JSON.")
    already: tuple[str, ...] = Field(default=(), title="As good as done", description="Codes of refusals, one a line.")

    @field_validator("parameters", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        """Parameters that come as a text are JSON."""
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("neither an object nor the JSON of one") from None


def perform(given: Aws, moment: Moment) -> Result:
    """Call it, and give the answer as plain JSON."""
    from greenboard.integrations.aws.session import Clients

    reached = reach(store.find(given.connection))
    _allowed(given, reached.opened.settings.get("calls"))
    session = Session(reached.opened, reached.call, moment.now)
    try:
        clients = Clients(Look(reached.opened, session, "resources", None, lambda: False))
        client = clients.of(given.service, given.region)
        hosts.check(hosts.of(client.meta.endpoint_url), moment.hosts)
        return _call(client, given, moment.secrets)
    except Refused as error:
        return Failed(str(error.reason), again=error.reason.fault in ("theirs", "limit"))


def calls(given: Aws, _: Moment) -> list[Call]:
    """The operation, where the connection allows it."""
    _allowed(given, service.opened(store.find(given.connection)).settings.get("calls"))
    return [Call("AWS", f"{given.service}.{given.operation} in {given.region}", body=given.parameters)]


def _allowed(given: Aws, calls: Json) -> None:
    """Refuse what the connection does not allow.

    Raises:
        UserError: it does not.

    """
    wanted = f"{given.service}:{re.sub('_', '', given.operation)}"
    told = [str(one).lower() for one in calls] if isinstance(calls, list) else []
    if not any(fnmatchcase(wanted, one) for one in told):
        raise UserError(
            f"the connection {given.connection} does not allow {wanted}",
            expected=", ".join(told) or "nothing",
            hint="Its setting “Calls that workflows may make” names what it allows, such as iam:CreateUser.",
        )


def _call(client: Any, given: Aws, secrets: tuple[str, ...]) -> Done | Failed:
    from botocore.exceptions import BotoCoreError, ClientError

    call = getattr(client, given.operation, None)
    if given.operation.startswith("_") or given.operation not in client.meta.method_to_api_mapping or call is None:
        raise UserError(f"{given.service} has no operation {given.operation}")
    try:
        answer = call(**given.parameters)
    except ClientError as error:
        told: Any = error.response.get("Error") or {}
        code = str(told.get("Code"))
        if code in given.already:
            return Done({"already": code})
        said = f"AWS says {code}: {_said(told.get('Message') or error, secrets)}"
        return Failed(said, again=any(one in code for one in _AGAIN))
    except (BotoCoreError, TypeError) as error:
        return Failed(f"AWS cannot be asked: {_said(error, secrets)}")
    answer.pop("ResponseMetadata", None)
    plain = json.dumps(answer, default=_plain)
    if len(plain) > _MOST:
        return Failed(f"the answer is larger than {_MOST:,} characters")
    return Done(json.loads(plain))


def _said(told: object, secrets: tuple[str, ...]) -> str:
    """What was said, on one line: without secrets before it is cut."""
    return " ".join(str(performing.masked(str(told), secrets)).split())[:300]


def _plain(value: Any) -> str:
    """What JSON has no word for: moments, and streams, of which only the beginning is read."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    raw = value.read(_MOST + 1) if hasattr(value, "read") else value
    return raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)


KIND = Kind(
    "aws",
    "Call the AWS API",
    Aws,
    perform,
    sealed=frozenset({"parameters"}),
    rare=frozenset({"already"}),
    calls=calls,
)
