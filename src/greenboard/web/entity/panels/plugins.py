"""The panels that plugins bring: drawn by themselves, or by another origin in a sandboxed frame."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.models import Person
from greenboard.core.errors import UserError
from greenboard.plugins import frames, registry
from greenboard.plugins.contract import EntityPanel, Looked, Shown
from greenboard.plugins.framed import Frame
from greenboard.web.panels import About, Panel


def panel(about: About) -> list[Panel]:
    """As of now; plugins know nothing of the past."""
    if about.asked.as_of is not None:
        return []
    return [*_drawn(about), *_framed(about)]


def _drawn(about: About) -> Iterator[Panel]:
    several = list(registry.brought("greenboard_panels", EntityPanel))
    if not several:
        return
    looked = _looked(about)
    for plugin, one in several:
        name = f"{plugin}-{one.name}"
        try:
            shown = registry.call(plugin, f"the panel {one.name}", partial(one.draw, looked), _GIVES)
        except UserError as error:
            context = {"broken": str(error)}
            yield Panel(name, f"{plugin}: {one.name}", "parts/plugin_panel.html", context, order=one.order)
            continue
        if shown is not None:
            context = {"body": shown.body}
            yield Panel(name, shown.title, "parts/plugin_panel.html", context, f"by {plugin}", order=one.order)


_GIVES: tuple[type[Shown | None], ...] = (Shown, type(None))


def _looked(about: About) -> Looked:
    entity, ref = about.stored.entity, about.stored.ref
    owner = str(about.stored.owner) if about.stored.owner else ""
    viewer = about.request.user.get_username()
    return Looked(str(ref), ref.kind, ref.namespace, ref.name, entity.title, owner, tuple(entity.tags), viewer)


def _framed(about: About) -> Iterator[Panel]:
    person, ref = about.request.user, about.stored.ref
    for plugin, frame in frames.frames():
        if isinstance(person, Person) and (not frame.kinds or ref.kind in frame.kinds):
            context = {"url": _address(about, plugin, frame, person), "title": frame.title, "height": frame.height}
            asked = urlencode({"entity": str(ref)})
            context["renewed"] = f"{reverse('plugin-token', args=(plugin,))}?{asked}"
            name = f"{plugin}-{frame.name}"
            yield Panel(name, frame.title, "parts/plugin_frame.html", context, f"by {plugin}", order=frame.order)


def _address(about: About, plugin: str, frame: Frame, person: Person) -> str:
    """What the frame is told stands in the fragment, which browsers send to nobody."""
    whole = about.request.build_absolute_uri
    told = {
        "token": frames.token(plugin, about.stored.ref, person),
        "entity": str(about.stored.ref),
        "api": whole(reverse("plugin-entity", args=(plugin,))),
        "proxy": whole(f"/plugins/{plugin}/proxy/"),
    }
    return f"{frame.url}#{urlencode(told)}"
