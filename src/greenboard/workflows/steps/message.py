"""A message into a channel of notifications: Microsoft Teams, Slack, mail, or whatever else is set up there."""

from __future__ import annotations

from pydantic import Field

from greenboard.core.errors import UserError
from greenboard.notifications import composing, reaching, settings
from greenboard.notifications.models import Channel
from greenboard.notifications.types import Gathers, Notice
from greenboard.workflows.kinds import Given, Kind, Moment
from greenboard.workflows.types import Done, Failed, Result


class Message(Given):
    """The name of the channel, what is said, and to whom, where the channel has several addresses."""

    channel: str = Field(description="Its name under Channels.", min_length=1, max_length=100)
    title: str = Field(title="Sentence", min_length=1, max_length=500)
    text: str = Field(default="", max_length=4_000)
    address: str = Field(default="", description="A channel of Slack or a mail address; otherwise the usual one.")


def perform(given: Message, moment: Moment) -> Result:
    """Send it at once. What a channel does not take is tried again, under the same number."""
    row = Channel.objects.filter(name=given.channel).first()
    if row is None or not row.active:
        raise UserError(f"no channel {given.channel!r}, or it is switched off", hint="See Channels in the menu.")
    path = f"/workflow-runs/{moment.run}"
    told = composing.Told(
        number=moment.key,
        at=moment.now,
        gathers=Gathers.CASES,
        count=1,
        origin=settings.origin(),
        path=path,
        to="",
        foot=f"The workflow {moment.workflow} says so.",
        settings="/channels",
    )
    letter = composing.letter([Notice(moment.now, given.title, given.text, path=path)], told)
    came = reaching.kind(row.kind).send(settings.given(row), given.address, letter)
    if came.arrived:
        return Done({"channel": row.name, "answer": came.answer[:500]})
    after = came.after.total_seconds() if came.after else 0.0
    said = " ".join(one for one in (came.answer[:500], came.advice) if one)
    return Failed(f"{row.name} did not take it: {said}", again=not came.permanent, after=after)


KIND = Kind("message", "Post into a channel", Message, perform)
