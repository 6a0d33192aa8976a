"""Recordings: what a tool answered, or its documentation shows, with the facts that have to come of it.

One YAML file each, in `recordings/` of an integration; docs/integrations.md says what stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
from pydantic import BeforeValidator, Field, model_validator

from greenboard.connections.action.form import METHODS
from greenboard.connections.strict import Strict
from greenboard.connections.types import Event, Found, Missed, Seen
from greenboard.core import clock, yaml
from greenboard.core.errors import UserError
from greenboard.facts.vocabulary import encode

FOLDER = "recordings"
Moment = Annotated[datetime, BeforeValidator(lambda value: clock.parse_time(str(value)))]


class Call(Strict):
    """A call and its answer. What the query names has to be asked for; more may be. `body` is JSON, `text` anything."""

    get: str = ""
    post: str = ""
    put: str = ""
    patch: str = ""
    delete: str = ""
    sent: Any = None
    status: int = 200
    headers: dict[str, str] = {}
    body: Any = None
    text: str | None = None

    @model_validator(mode="after")
    def _one(self) -> Call:
        if sum(bool(getattr(self, method)) for method in METHODS) != 1:
            msg = "exactly one of get, post, put, patch and delete"
            raise ValueError(msg)
        return self


class Expected(Strict):
    """What has to come of it: the whole value of a fact, or why it was missed."""

    type: str
    about: str | None = None
    value: Any = None
    missed: str = ""
    fields: tuple[str, ...] = ()


class Acted(Strict):
    """An action that is run, and what has to come of it: its outputs, that there is nothing, or why it fails."""

    run: str
    inputs: dict[str, Any] = Field(default={}, alias="with")
    key: str = "recorded"
    gives: dict[str, Any] = {}
    found: bool = False
    nothing: bool = False
    fails: str = ""


class Recording(Strict):
    """A recording. `source` names the document or the server that the answers are from.

    `known` are facts of others by reference and type, each a list.
    """

    source: str
    now: Moment
    settings: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    known: dict[str, dict[str, tuple[dict[str, Any], ...]]] = {}
    calls: tuple[Call, ...]
    expect: tuple[Expected, ...] = ()
    subjects: tuple[str, ...] | None = None
    actions: tuple[Acted, ...] = ()

    @property
    def collects(self) -> bool:
        """Whether it is about reading, and not about actions alone."""
        return not self.actions or bool(self.expect) or self.subjects is not None


def load(path: Path) -> Recording:
    """Read a recording. Raises UserError with the place of what is wrong."""
    documents = yaml.read(path.read_text(encoding="utf-8"), path.name)
    if len(documents) != 1:
        raise UserError(f"{path.name}: expected one document")
    return yaml.parse(documents[0], Recording)


def paths(folder: Path) -> list[Path]:
    """The recordings of an integration."""
    return sorted((folder / FOLDER).glob("*.yaml"))


@dataclass
class Replay:
    """Answers calls as a recording says; what is asked and was not recorded is noted, and answered with 501."""

    calls: Iterable[Call]
    unknown: list[str] = field(default_factory=list)
    used: set[int] = field(default_factory=set)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        for at, call in enumerate(self.calls):
            if _fits(call, request):
                self.used.add(at)
                content = call.text if call.text is not None else "" if call.body is None else json.dumps(call.body)
                headers = {"content-type": "application/json", **call.headers}
                return httpx2.Response(call.status, headers=headers, content=content.encode())
        self.unknown.append(f"{request.method} {request.url.raw_path.decode()}")
        return httpx2.Response(501, json={"message": "not recorded"})

    def client(self) -> httpx2.Client:
        """A client that is answered from here, without a network."""
        return httpx2.Client(transport=httpx2.MockTransport(self))


def _fits(call: Call, request: httpx2.Request) -> bool:
    method, wanted = next((name.upper(), path) for name in METHODS if (path := getattr(call, name)))
    parts = urlsplit(wanted)
    if request.method != method or request.url.raw_path.decode().partition("?")[0] != parts.path:
        return False
    if parts.netloc and parts.netloc != request.url.netloc.decode():
        return False
    asked = list(request.url.params.multi_items())
    if not all(pair in asked for pair in parse_qsl(parts.query, keep_blank_values=True)):
        return False
    return call.sent is None or _within(call.sent, json.loads(request.content or b"null"))


def _within(wanted: Any, sent: Any) -> bool:
    """Whether everything that is wanted stands in what was sent."""
    if isinstance(wanted, Mapping):
        return isinstance(sent, Mapping) and all(
            key in sent and _within(part, sent[key]) for key, part in wanted.items()
        )
    return bool(wanted == sent)


def unmet(recording: Recording, found: Iterable[Event], replay: Replay) -> Iterator[str]:
    """What of the expectations did not come about, and what came that was not expected, as sentences."""
    events = list(found)
    facts = {(one.type, one.subject.id): encode(one.value) for one in events if isinstance(one, Found)}
    missed = [one for one in events if isinstance(one, Missed)]
    for wanted in recording.expect:
        name, place = f"{wanted.type} of {wanted.about or 'everything'}", (wanted.type, wanted.about or "")
        if wanted.missed:
            if not any(_is_missed(wanted, one) for one in missed):
                yield f"{name}: not missed because of {wanted.missed!r}"
        elif place not in facts:
            yield f"{name}: no fact"
        elif facts[place] != wanted.value:
            yield f"{name}: {json.dumps(facts[place])} and not {json.dumps(wanted.value)}"
    known = {(one.type, one.about) for one in recording.expect}
    if recording.expect:
        yield from (f"{name} of {about}: not expected" for name, about in facts if (name, about) not in known)
    seen = sorted(one.subject.id for one in events if isinstance(one, Seen))
    if recording.subjects is not None and seen != sorted(recording.subjects):
        yield f"subjects: {', '.join(seen) or 'none'} and not {', '.join(recording.subjects)}"
    yield from (f"not recorded: {one}" for one in dict.fromkeys(replay.unknown))


def _is_missed(wanted: Expected, one: Missed) -> bool:
    about = one.subject.id if one.subject else None
    fits = one.type == wanted.type and about == wanted.about and wanted.missed in str(one.reason)
    return fits and set(wanted.fields) <= set(one.fields)
