"""Webhooks: who is told of what, how each telling went, and messages that others send."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from greenboard.access.permissions import Permission
from greenboard.api import answers, bulk
from greenboard.api.bulk import Bulk
from greenboard.api.guard import ACCESS, HOOKS, MESSAGE, Signed
from greenboard.api.query import Asked, Limit, Number, One, Word, cursor, key
from greenboard.api.schemas import Listed
from greenboard.api.shapes import Strict
from greenboard.api.writing import reach, taken_shown
from greenboard.api.written import Taken
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.events import announce
from greenboard.core.happened import Happening, Message
from greenboard.facts import pushing
from greenboard.hooks import inlets, service, store
from greenboard.hooks.models import Delivery, Hook, Inlet
from greenboard.hooks.service import Wish
from greenboard.hooks.types import State

router = Router(tags=["Webhooks"])
_HOOK = "/hooks/{int:number}"
_MESSAGE = {
    "name": MESSAGE,
    "in": "header",
    "required": True,
    "description": "A number of your own for each message, which is signed along and taken in once.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
}


class Seen(UserError):
    """A message that was taken in before."""

    status = 409


class HookGiven(Strict):
    """A hook as it is to be. No `events` means all."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["chat"])
    url: str = Field(max_length=2000, examples=["https://chat.example.com/hooks/greenboard"])
    events: list[Happening] = Field(default=[], max_length=len(Happening))
    active: bool = Field(default=True, strict=True)

    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(self.name, self.url, self.events, self.active)


class HookShown(BaseModel):
    """A hook. Its secret is shown once, when it is made."""

    id: int
    name: str
    url: str
    events: list[Happening]
    active: bool
    created_at: datetime


class HookMade(HookShown):
    secret: str = Field(description="Signs every message. It is not shown again.")


class HookList(BaseModel):
    hooks: list[HookShown]


class DeliveryShown(BaseModel):
    """How telling a hook of an event went. `answer` is the beginning of what it said, or why there was none."""

    id: int
    event: Happening
    body: str
    state: State
    attempts: int
    created_at: datetime
    tried_at: datetime | None
    next_at: datetime | None
    status: int | None
    answer: str
    milliseconds: float | None


class DeliveryPage(Listed):
    deliveries: list[DeliveryShown]


class DeliveriesAsked(Asked):
    limit: Limit = Field(default=50, description="How many at most.")
    cursor: One = Field(default=None, description="Where to go on: `next` of the page before.")
    state: State | None = Field(default=None, description="How far they are.")


class InletGiven(Strict):
    """A name for messages, and the service account as which they act."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", examples=["ci"])
    service: str = Field(min_length=1, max_length=64)


class InletShown(BaseModel):
    name: str
    service: str
    active: bool
    created_at: datetime
    url: str


class InletMade(InletShown):
    secret: str = Field(description="Signs every message. It is not shown again.")


class InletList(BaseModel):
    inlets: list[InletShown]


class MessageGiven(Bulk):
    """What a message states, and `event`: what it says to workflows that start by it, as they want it."""

    event: dict[str, Any] | None = Field(default=None, max_length=200, examples=[{"version": "1.4.0"}])


@router.get("/hooks", auth=HOOKS, response=HookList)
def hooks(request: HttpRequest) -> HttpResponse:
    """Every hook."""
    return answers.kept(request, HookList(hooks=[_shown(row) for row in store.hooks()]))


@router.post("/hooks", auth=HOOKS, response={201: HookMade})
def make_hook(request: HttpRequest, given: HookGiven) -> HttpResponse:  # noqa: ARG001 - the framework passes it
    """Make a hook, and its secret."""
    row, secret = service.make(given.wish())
    return answers.told_once(HookMade(**_shown(row).model_dump(), secret=secret), 201)


@router.get(_HOOK, auth=HOOKS, response=HookShown)
def hook(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """One hook."""
    return answers.kept(request, _shown(store.hook(number)))


@router.put(_HOOK, auth=HOOKS, response=HookShown)
def change_hook(request: HttpRequest, number: Path[Number], given: HookGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Change a hook; its secret stays."""
    return answers.told(_shown(service.change(number, given.wish())))


@router.delete(_HOOK, auth=HOOKS, response={204: None})
def remove_hook(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Remove a hook with the log of its deliveries."""
    service.remove(number)
    return HttpResponse(status=204)


@router.post(f"{_HOOK}/secret", auth=HOOKS, response=HookMade)
def change_hook_secret(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Give a hook another secret, which signs from now on."""
    row, secret = service.renew(number)
    return answers.told_once(HookMade(**_shown(row).model_dump(), secret=secret))


@router.post(f"{_HOOK}/test", auth=HOOKS, response={202: DeliveryShown})
def test_hook(request: HttpRequest, number: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Tell a hook something that means nothing, to see whether it arrives."""
    return answers.told(_delivery(service.test(number)), 202)


@router.get(f"{_HOOK}/deliveries", auth=HOOKS, response=DeliveryPage)
def deliveries(request: HttpRequest, number: Path[Number], asked: Query[DeliveriesAsked]) -> HttpResponse:
    """What a hook was told, or is still to be told, newest first."""
    before = key(asked.cursor)
    rows = store.deliveries(store.hook(number), state=asked.state, below=before[0] if before else None)
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    next_ = (shown[-1].pk,) if len(found) > asked.limit else None
    page = DeliveryPage(deliveries=[_delivery(row) for row in shown], next=cursor(next_))
    return answers.paged(answers.kept(request, page), request, next_)


@router.post(f"{_HOOK}/deliveries/{{int:delivery}}/again", auth=HOOKS, response={202: DeliveryShown})
def deliver_again(request: HttpRequest, number: Path[Number], delivery: Path[Number]) -> HttpResponse:  # noqa: ARG001 - as above
    """Tell a hook the same event once more."""
    return answers.told(_delivery(service.again(number, delivery)), 202)


@router.get("/inlets", auth=HOOKS, response=InletList)
def inlets_(request: HttpRequest) -> HttpResponse:
    """Every name under which others send messages."""
    return answers.kept(request, InletList(inlets=[_inlet(row) for row in store.inlets()]))


@router.post("/inlets", auth=ACCESS, response={201: InletMade})
def make_inlet(request: HttpRequest, given: InletGiven) -> HttpResponse:  # noqa: ARG001 - as above
    """Let another system send messages, as a service account, and make the secret that signs them."""
    row, secret = service.make_inlet(given.name, given.service)
    return answers.told_once(InletMade(**_inlet(row).model_dump(), secret=secret), 201)


@router.post("/inlets/{name}/close", auth=ACCESS, response={204: None})
def close_inlet(request: HttpRequest, name: Path[Word]) -> HttpResponse:  # noqa: ARG001 - as above
    """Take no message under a name for the time being."""
    service.switch_inlet(name, active=False)
    return HttpResponse(status=204)


@router.post("/inlets/{name}/open", auth=ACCESS, response={204: None})
def open_inlet(request: HttpRequest, name: Path[Word]) -> HttpResponse:  # noqa: ARG001 - as above
    """Take messages under a name again."""
    service.switch_inlet(name, active=True)
    return HttpResponse(status=204)


@router.delete("/inlets/{name}", auth=ACCESS, response={204: None})
def remove_inlet(request: HttpRequest, name: Path[Word]) -> HttpResponse:  # noqa: ARG001 - as above
    """Take no more messages under a name."""
    service.remove_inlet(name)
    return HttpResponse(status=204)


@router.post("/hooks/in/{name}", auth=Signed(), response=Taken, openapi_extra={"parameters": [_MESSAGE]})
def receive(request: HttpRequest, name: Path[Word], said: MessageGiven) -> HttpResponse:
    """Take in a signed message: the body of `bulk`, all or nothing, each message once. Workflows may start by it."""
    inlet = Inlet.objects.get(name=name)
    message = request.headers[MESSAGE]
    allowed = reach(request)
    if (said.entities or said.relations) and allowed.catalog.nothing:
        raise PermissionDenied(Permission.CATALOG_WRITE.value)
    with transaction.atomic():
        if not inlets.first(inlet, message, clock.now()):
            raise Seen(f"message {message} was taken in before")
        taken = pushing.take(bulk.read(said), allowed, cause=f"inlet {inlet.name}")
        if said.event is not None:
            announce(Message(inlet.name, clock.now(), said.event))
    return answers.told(taken_shown(taken))


def _shown(row: Hook) -> HookShown:
    return HookShown(
        id=row.pk, name=row.name, url=row.url, events=row.events, active=row.active, created_at=row.created_at
    )


def _delivery(row: Delivery) -> DeliveryShown:
    waiting = row.state == State.WAITING
    return DeliveryShown(
        id=row.pk,
        event=Happening(row.event.kind),
        body=row.event.body,
        state=State(row.state),
        attempts=row.attempts,
        created_at=row.event.at,
        tried_at=row.tried_at,
        next_at=row.next_at if waiting else None,
        status=row.status,
        answer=row.answer,
        milliseconds=row.milliseconds,
    )


def _inlet(row: Inlet) -> InletShown:
    return InletShown(
        name=row.name,
        service=row.service.name,
        active=row.active,
        created_at=row.created_at,
        url=f"/api/v1/hooks/in/{row.name}",
    )
