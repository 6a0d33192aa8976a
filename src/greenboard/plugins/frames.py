"""Tokens of frames: for one plugin, entity and person, for a quarter of an hour. They are signed, and kept nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from greenboard.access.models import Person
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.plugins import registry
from greenboard.plugins.framed import Frame

LASTS = timedelta(minutes=15)
_SALT = "greenboard.plugins.frames"


class NoToken(UserError):
    """It is none of ours, or it ended."""

    status = 401


@dataclass(frozen=True)
class Bearer:
    """What a token of a frame lets one read: an entity, as a person sees it, through a plugin."""

    plugin: str
    entity: Ref
    person: Person


def frames() -> Iterator[tuple[str, Frame]]:
    """Every frame of the plugins that are ready, with the name of its plugin."""
    return registry.brought("greenboard_frames", Frame)


def token(plugin: str, entity: Ref, person: Person) -> str:
    """A token for a frame. Whether the person sees the entity is asked at each use."""
    return signing.dumps([plugin, str(entity), person.pk], salt=_SALT)


def bearer(plugin: str, text: str) -> Bearer:
    """What a token that was shown to a plugin's addresses lets one read.

    Raises:
        NoToken: it is none, is another plugin's, ended, or its person's account was closed.

    """
    try:
        told = signing.loads(text, salt=_SALT, max_age=LASTS)
    except signing.BadSignature:
        raise NoToken("no token of a frame, or one that ended", hint="Load the page again.") from None
    name, entity, number = told
    person = Person.objects.filter(pk=number, is_active=True).first()
    if name != plugin or not registry.ready(plugin) or person is None:
        raise NoToken("the token is not for this", hint="Load the page again.")
    return Bearer(name, Ref.parse(entity), person)
