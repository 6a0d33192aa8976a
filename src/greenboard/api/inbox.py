"""What whoever asks was told, how they want to hear, and the same for teams."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.decide import Bearer, sight
from greenboard.access.errors import Absent
from greenboard.access.models import Person
from greenboard.api import answers
from greenboard.api.guard import MYSELF, NOTIFICATIONS
from greenboard.api.query import Asked, Flag, Limit, Number, RefText, Two, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.core import clock
from greenboard.core.happened import Happening, Severity
from greenboard.core.refs import Ref
from greenboard.notifications import inbox, store, wanting
from greenboard.notifications.models import Line, Preference
from greenboard.notifications.types import Digest, How, Times

router = Router(tags=["Notifications"])
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Clock = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["09:00"])]


class LineShown(BaseModel):
    """A line of an inbox: cases of one key together, the newest named."""

    id: int
    event: Happening
    title: str
    why: str
    todo: str
    path: str
    entity: str | None
    severity: Severity
    count: int
    at: datetime
    read_at: datetime | None


class LinePage(Listed):
    lines: list[LineShown]


class LinesAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: Two = Field(default=None, description="Where to go on: `next` of the page before.")
    unread: Flag = Field(default=False, description="Only what is not read.")


class Count(BaseModel):
    """How many lines were marked."""

    count: int


class WantedGiven(Strict):
    """How somebody wants to hear. What `ways` leaves out is told as is usual; `version` is the one that was seen."""

    zone: str = Field(default="UTC", max_length=64, examples=["Europe/Berlin"])
    quiet_from: Clock | None = None
    quiet_to: Clock | None = None
    digest: Digest = Digest.DAILY
    digest_at: Clock = "09:00"
    digest_day: int = Field(default=0, ge=0, le=6, description="Of a weekly digest; 0 is Monday.")
    channel: int | None = Field(default=None, ge=1, le=2**53, description="A person without one hears by mail.")
    address: str = Field(default="", max_length=200, description="Within the channel; for teams.")
    ways: dict[Happening, How] = Field(default={}, max_length=len(Happening))
    version: int = Field(default=0, ge=0, le=2**31 - 1)

    def wanted(self) -> wanting.Wanted:
        """What is asked for."""
        start, end = (time.fromisoformat(at) if at else None for at in (self.quiet_from, self.quiet_to))
        times = Times(self.zone, start, end, self.digest, time.fromisoformat(self.digest_at), self.digest_day)
        ways = {kind.value: way.value for kind, way in self.ways.items()}
        return wanting.Wanted(times, ways, self.channel, self.address, self.version)


class WantedShown(WantedGiven):
    """How somebody wants to hear."""


class TeamShown(WantedShown):
    team: str


class TeamList(BaseModel):
    teams: list[TeamShown]


class TeamAsked(Asked):
    team: RefText = Field(description="The team.")


@router.get("/inbox", auth=MYSELF, response=LinePage)
def inbox_lines(request: HttpRequest, asked: Query[LinesAsked]) -> HttpResponse:
    """What I was told, newest first, as far as I may see it."""
    before = key(asked.cursor)
    below = (_EPOCH + int(before[0]) * _MICROSECOND, int(before[1])) if before else None
    rows = list(inbox.lines(_me(request), sight(request.user), unread=asked.unread, below=below)[: asked.limit + 1])
    shown = rows[: asked.limit]
    next_ = ((shown[-1].at - _EPOCH) // _MICROSECOND, shown[-1].pk) if len(rows) > asked.limit else None
    page = LinePage(lines=[_line(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post("/inbox/read", auth=MYSELF, response=Count)
def read_inbox(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    return answers.told(Count(count=inbox.read(_me(request), None, clock.now())))


@router.post("/inbox/{int:number}/read", auth=MYSELF, response=LineShown)
def read_line(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Mark a line as read."""
    row = inbox.line(_me(request), sight(request.user), number)
    inbox.read(_me(request), [row.pk], clock.now())
    return answers.told(_line(inbox.line(_me(request), sight(request.user), number)))


@router.post("/inbox/{int:number}/unread", auth=MYSELF, response=LineShown)
def unread_line(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Mark a line as unread again."""
    row = inbox.line(_me(request), sight(request.user), number)
    inbox.unmark(_me(request), row.pk)
    return answers.told(_line(inbox.line(_me(request), sight(request.user), number)))


@router.get("/notifications", auth=MYSELF, response=WantedShown)
def own_notifications(request: HttpRequest) -> HttpResponse:
    """How I want to hear."""
    return answers.kept(request, _wanted(store.of_person(_me(request))))


@router.put("/notifications", auth=MYSELF, response=WantedShown)
def set_own_notifications(request: HttpRequest, given: WantedGiven) -> HttpResponse:
    """Save how I want to hear, signed in: no token may. It was changed meanwhile: 409."""
    return answers.told(_wanted(wanting.set_own(_signed_in(request), given.wanted())))


@router.get("/team-channels", auth=NOTIFICATIONS, response=TeamList)
def team_channels(request: HttpRequest) -> HttpResponse:
    """The teams that have a channel of their own, and how they want to hear."""
    return answers.kept(request, TeamList(teams=[_team(row) for row in store.of_teams()]))


@router.put("/team-channels", auth=NOTIFICATIONS, response=TeamShown)
def set_team_channel(request: HttpRequest, asked: Query[TeamAsked], given: WantedGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Give a team a channel, or change how it wants to hear."""
    return answers.told(_team(wanting.set_team(Ref.parse(asked.team), given.wanted())))


@router.delete("/team-channels", auth=NOTIFICATIONS, response={204: None})
def drop_team_channel(request: HttpRequest, asked: Query[TeamAsked]) -> HttpResponse:  # noqa: ARG001 - as above
    """Take the channel of a team away."""
    wanting.drop_team(Ref.parse(asked.team))
    return HttpResponse(status=204)


def _me(request: HttpRequest) -> Person:
    """The person who asks, by themselves or by a token of theirs.

    Raises:
        Absent: it is a service account, which is told nothing.

    """
    asking: object = request.user
    asking = asking.person if isinstance(asking, Bearer) else asking
    if not isinstance(asking, Person):
        raise Absent("a service account has no inbox")
    return asking


def _signed_in(request: HttpRequest) -> Person:
    """The person who asks by themselves.

    Raises:
        PermissionDenied: it is a token, which no permission lets do this.

    """
    asking: object = request.user
    if isinstance(asking, Bearer):
        raise PermissionDenied("notifications")
    return _me(request)


def _line(row: Line) -> LineShown:
    said = row.notice
    return LineShown(
        id=row.pk,
        event=Happening(said.kind),
        title=said.title,
        why=said.why,
        todo=said.todo,
        path=said.path,
        entity=said.about or None,
        severity=Severity(said.severity),
        count=row.count,
        at=row.at,
        read_at=row.read_at,
    )


def _plain(row: Preference) -> dict[str, object]:
    told = wanting.told(row)
    return {"channel": told.pop("channel_id"), **told, "version": row.version}


def _wanted(row: Preference) -> WantedShown:
    return WantedShown.model_validate(_plain(row))


def _team(row: Preference) -> TeamShown:
    return TeamShown.model_validate({**_wanted(row).model_dump(), "team": row.team})
