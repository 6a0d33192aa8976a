"""Answers by the buttons of a chat: messages of Slack, which it signs (docs.slack.dev, handling user interaction)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router

from greenboard.access.errors import Absent
from greenboard.api.guard import CalledBack
from greenboard.api.query import Number
from greenboard.connections.signatures import Message
from greenboard.connections.types import Refused
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.exemptions import remote as exempting
from greenboard.notifications import pressing
from greenboard.workflows import remote
from greenboard.workflows.service import Answer

router = Router(tags=["Notifications"])
WAY = "a button in Slack"


class Unsigned(UserError):
    """Nobody knows who sent it."""

    status = 401


@router.post("/channels/{int:number}/slack", auth=CalledBack(), response={200: None})
def pressed(request: HttpRequest, number: Path[Number]) -> HttpResponse:
    """Take what Slack sends when somebody presses a button of a message; what came of it is told in the chat."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        found = pressing.read(number, Message(headers, request.body, clock.now()))
    except Refused as error:
        raise Unsigned(str(error)) from None
    if found is None:
        raise Unsigned("no channel of Slack with a signing secret has this number, so nobody signed it")
    for one in found:
        pressing.reply(one, *_answered(one))
    return HttpResponse(status=200)


def _answered(one: pressing.Pressed) -> tuple[str, bool]:
    """What came of it, as a sentence, and whether nobody is asked any more."""
    try:
        if one.key is None:
            raise Absent("this button is too old", hint="Open it in the portal.")
        if one.person is None:
            raise Absent(
                "nobody here has your Slack account", hint="Whoever manages people can confirm it on your page there."
            )
        if exempting.mine(one.key):
            row = exempting.decide(one.key, one.person, "", WAY, yes=one.yes)
            said = "approved" if one.yes else "denied"
            return f"{one.person.get_username()} {said} it: exemption {row.pk}.", True
        asked = remote.find(one.key, one.person).asked
        run = remote.answer(one.key, one.person, Answer(yes=one.yes), WAY)
    except UserError as error:
        return str(error), False
    word = "approved" if one.yes else "denied"
    said = f"{one.person.get_username()} {word} it: run {run.pk} of {run.workflow.title}."
    return said, not one.yes or asked.need == 1
