"""Clients of boto3 whose calls go through the guarded, paced and counted caller of the connection."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from greenboard.connections.reading import Look
from greenboard.connections.types import Answer, Failed, Reason, Request

_REFUSED = (
    "AccessDenied",
    "UnauthorizedOperation",
    "AuthFailure",
    "InvalidClientTokenId",
    "UnrecognizedClient",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "AuthorizationError",
    "OptInRequired",
)
_LIMITED = ("Throttl", "RequestLimitExceeded", "TooManyRequests", "SlowDown")
_MISSING = "Greenboard was installed without what it needs for AWS: install it with the extra `aws`."


class Clients:
    """Makes clients of services for one look, in the name of the connection."""

    def __init__(self, look: Look) -> None:
        self._look = look
        self._settings = look.connection.settings
        try:
            import boto3
        except ImportError:
            raise Failed(Reason("ours", _MISSING)) from None
        secrets = look.connection.secrets
        key_id, key, role = secrets.get("key_id"), secrets.get("key"), self._settings.get("role")
        if not role and not (key_id and key):
            raise Failed(Reason("ours", "Either access keys or a role to take on are needed."))
        self._session = boto3.Session(aws_access_key_id=key_id, aws_secret_access_key=key)
        if role:
            self._session = self._assumed(boto3, str(role), secrets.get("external_id"))

    def of(self, service: str, region: str) -> Any:
        """A client of a service in a region."""
        from botocore.config import Config

        endpoint = self._settings.get("endpoint") or None
        style = {"addressing_style": "path" if endpoint else "auto"}
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 4}, s3=style, ignore_configured_endpoint_urls=True
        )
        client = self._session.client(service, region_name=region, endpoint_url=endpoint, config=config)
        client.meta.events.register("before-send.*", self._send)
        return client

    def _assumed(self, boto3: Any, role: str, external_id: str | None) -> Any:
        regions: Any = self._settings["regions"]
        more = {"ExternalId": external_id} if external_id else {}
        with told("sts:AssumeRole"):
            client = self.of("sts", str(regions[0]))
            given = client.assume_role(RoleArn=role, RoleSessionName="greenboard", **more)["Credentials"]
        return boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def _send(self, request: Any, **_: Any) -> Any:
        """Send what boto3 made ready, and give it the answer in its own form."""
        bucket, _limit = self._look.session.plan.limit(self._look.stream)
        headers = {
            name: value.decode() if isinstance(value, bytes) else str(value) for name, value in request.headers.items()
        }
        body = request.body.encode() if isinstance(request.body, str) else request.body
        label = f"{request.method} {request.url.partition('?')[0]}"
        try:
            answer = self._look.session.call(Request(request.method, request.url, headers, body, bucket, label))
        except Failed as failed:
            # What AWS says in a refusal is for boto3 to read.
            if failed.reason.status is None:
                raise
            answer = Answer(failed.reason.status, {"content-type": _form(failed.body)}, failed.body)
        return _answered(request.url, answer)


def _form(body: bytes) -> str:
    return "text/xml" if body.lstrip()[:1] == b"<" else "application/x-amz-json-1.1"


class _Raw(BytesIO):
    """A body as boto3 reads it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def _answered(url: str, answer: Answer) -> Any:
    from botocore.awsrequest import AWSResponse

    return AWSResponse(url, answer.status, dict(answer.headers), _Raw(answer.body))


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turn what boto3 raises into the reason why there is nothing. Raises Failed."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    try:
        yield
    except ClientError as error:
        told_of: Any = error.response.get("Error") or {}
        code, text = str(told_of.get("Code")), str(told_of.get("Message") or error)
        status = (error.response.get("ResponseMetadata") or {}).get("HTTPStatusCode")
        raise Failed(Reason(_fault(code), f"AWS says {code}: {' '.join(text.split())[:200]}", status, what)) from None
    except (ResponseParserError, LookupError, TypeError, ValueError, AttributeError) as error:
        text = f"The answer is not as documented: {type(error).__name__} of {' '.join(str(error).split())[:100]}."
        raise Failed(Reason("theirs", text, what=what)) from None
    except BotoCoreError as error:
        raise Failed(Reason("ours", f"AWS cannot be asked: {' '.join(str(error).split())[:200]}", what=what)) from None


def _fault(code: str) -> Any:
    if any(one in code for one in _REFUSED):
        return "permission"
    return "limit" if any(one in code for one in _LIMITED) else "theirs"


def absent(error: Any, *codes: str) -> bool:
    """Whether a refusal says that something is not set, which is knowledge."""
    return (error.response.get("Error") or {}).get("Code") in codes
