"""Channels, routes, and the log of what was sent: for those who manage notifications."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.api import answers
from greenboard.api.guard import NOTIFICATIONS
from greenboard.api.query import Asked, Limit, Number, One, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.core.happened import Happening, Severity
from greenboard.notifications import service, store
from greenboard.notifications.models import Channel, Message, Route
from greenboard.notifications.types import Gathers, State

router = Router(tags=["Notifications"])
_NAME = r"^[^\x00-\x1f\x7f]+$"
_SEVERAL = 100


class ChannelGiven(Strict):
    """A channel as it is to be. A secret that is left out of `given` stays as it was."""

    name: str = Field(min_length=1, max_length=100, pattern=_NAME, examples=["chat"])
    kind: str = Field(pattern=r"^[a-z][a-z-]{0,31}$", examples=["slack"])
    given: dict[str, str] = Field(default={}, max_length=20, examples=[{"token": "xoxb-…", "channel": "#readiness"}])
    active: bool = Field(default=True, strict=True)
    version: int = Field(default=0, ge=0, le=2**31 - 1, description="The one that was seen; of a new one 0.")

    def wish(self) -> service.Wish:
        """What is asked for."""
        return service.Wish(self.name, self.kind, self.given, self.active)


class ChannelShown(BaseModel):
    """A channel without its secrets."""

    id: int
    name: str
    kind: str
    settings: dict[str, str]
    active: bool
    version: int
    created_at: datetime


class ChannelList(BaseModel):
    channels: list[ChannelShown]


class RouteGiven(Strict):
    """A route as it is to be: what is empty asks for nothing. It leads to a channel, the teams' channels, or people."""

    name: str = Field(min_length=1, max_length=100, pattern=_NAME, examples=["payments"])
    events: list[Happening] = Field(default=[], max_length=len(Happening))
    teams: list[str] = Field(default=[], max_length=_SEVERAL, examples=[["team:default/payments"]])
    scope: str = Field(default="", max_length=320, examples=["system:default/checkout-flow"])
    tags: list[str] = Field(default=[], max_length=_SEVERAL)
    severity: Severity = Severity.INFO
    channel: int | None = Field(default=None, ge=1, le=2**53)
    address: str = Field(default="", max_length=200)
    team_channel: bool = Field(default=False, strict=True)
    people: list[str] = Field(default=[], max_length=_SEVERAL)
    active: bool = Field(default=True, strict=True)
    version: int = Field(default=0, ge=0, le=2**31 - 1, description="The one that was seen; of a new one 0.")

    def way(self) -> service.Way:
        """What is asked for."""
        told = self.model_dump(exclude={"version", "events"})
        return service.Way(kinds=[kind.value for kind in self.events], **{**told, "severity": self.severity.value})


class RouteShown(RouteGiven):
    """A route."""

    id: int


class RouteList(BaseModel):
    routes: list[RouteShown]


class MessageShown(BaseModel):
    """A message, and how sending it went. `answer` is the beginning of what was answered, and what to do about it."""

    id: int
    channel: str
    receiver: str
    address: str
    gathers: Gathers
    subject: str
    count: int
    state: State
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    answer: str
    milliseconds: float | None


class MessagePage(Listed):
    messages: list[MessageShown]


class MessagesAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    state: State | None = Field(default=None, description="How far they are.")


class TestGiven(Strict):
    """Where within the channel a test goes; empty is the channel's own address."""

    __test__ = False
    address: str = Field(default="", max_length=200)


@router.get("/channels", auth=NOTIFICATIONS, response=ChannelList)
def channels(request: HttpRequest) -> HttpResponse:
    """Every channel."""
    return answers.kept(request, ChannelList(channels=[_shown(row) for row in store.channels()]))


@router.post("/channels", auth=NOTIFICATIONS, response={201: ChannelShown})
def make_channel(request: HttpRequest, given: ChannelGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Make a channel."""
    return answers.told(_shown(service.make(given.wish())), 201)


@router.get("/channels/{int:number}", auth=NOTIFICATIONS, response=ChannelShown)
def channel(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One channel."""
    return answers.kept(request, _shown(store.channel(number)))


@router.put("/channels/{int:number}", auth=NOTIFICATIONS, response=ChannelShown)
def change_channel(request: HttpRequest, number: Path[Number], given: ChannelGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Change a channel; its kind stays. It was changed meanwhile: 409."""
    return answers.told(_shown(service.change(number, given.wish(), given.version)))


@router.delete("/channels/{int:number}", auth=NOTIFICATIONS, response={204: None})
def remove_channel(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Remove a channel with its routes and the log of its messages."""
    service.remove(number)
    return HttpResponse(status=204)


@router.post("/channels/{int:number}/test", auth=NOTIFICATIONS, response=MessageShown)
def test_channel(request: HttpRequest, number: Path[Number], given: TestGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Send a test at once; the answer says what came of it."""
    return answers.told(_message(service.test(number, given.address)))


@router.get("/routes", auth=NOTIFICATIONS, response=RouteList)
def routes(request: HttpRequest) -> HttpResponse:
    """Every route."""
    return answers.kept(request, RouteList(routes=[_route(row) for row in store.routes()]))


@router.post("/routes", auth=NOTIFICATIONS, response={201: RouteShown})
def make_route(request: HttpRequest, given: RouteGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Make a route."""
    return answers.told(_route(service.make_route(given.way())), 201)


@router.put("/routes/{int:number}", auth=NOTIFICATIONS, response=RouteShown)
def change_route(request: HttpRequest, number: Path[Number], given: RouteGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Change a route. It was changed meanwhile: 409."""
    return answers.told(_route(service.change_route(number, given.way(), given.version)))


@router.delete("/routes/{int:number}", auth=NOTIFICATIONS, response={204: None})
def remove_route(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Remove a route."""
    service.remove_route(number)
    return HttpResponse(status=204)


@router.get("/messages", auth=NOTIFICATIONS, response=MessagePage)
def messages(request: HttpRequest, asked: Query[MessagesAsked]) -> HttpResponse:
    """What was sent or waits for it, newest first."""
    before = key(asked.cursor)
    found = list(store.messages(state=asked.state, below=before[0] if before else None)[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = MessagePage(messages=[_message(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/messages/{int:number}/again", auth=NOTIFICATIONS, response={202: MessageShown})
def send_again(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Send a message that arrived or was given up once more."""
    return answers.told(_message(service.again(number)), 202)


def _shown(row: Channel) -> ChannelShown:
    told = service.told(row)
    return ChannelShown(id=row.pk, version=row.version, created_at=row.created_at, **told)


def _route(row: Route) -> RouteShown:
    told = service.told_route(row)
    other = {"events": told.pop("kinds"), "channel": told.pop("channel_id"), "id": row.pk, "version": row.version}
    return RouteShown.model_validate(told | other)


def _message(row: Message) -> MessageShown:
    return MessageShown(
        id=row.pk,
        channel=row.channel.name,
        receiver=row.receiver,
        address=row.address,
        gathers=Gathers(row.gathers),
        subject=str((row.letter or {}).get("subject", "")),
        count=row.count,
        state=State(row.state),
        attempts=row.attempts,
        created_at=row.created_at,
        tried_at=row.tried_at,
        next_at=row.next_at if row.state == State.WAITING else None,
        status=row.status,
        answer=row.answer,
        milliseconds=row.milliseconds,
    )
