"""Answering by the link of a letter: a page that asks to confirm. To look at it does nothing.

Nobody is signed in here. The link speaks for the person whom the letter went to, as long as the step waits for them.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from greenboard.access.errors import Absent
from greenboard.access.models import Person
from greenboard.core.errors import UserError
from greenboard.exemptions import remote as exempting
from greenboard.notifications import answering
from greenboard.web.acting import text
from greenboard.web.exemptions import remote as exemption
from greenboard.workflows import remote, store
from greenboard.workflows.remote import Waits
from greenboard.workflows.service import Answer
from greenboard.workflows.types import HIDDEN

WAY = "a link in a letter"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, token: str) -> HttpResponse:
    """What is asked, and yes or no to it."""
    try:
        key, person = _read(token)
        if exempting.mine(key):
            return _drawn(request, exemption.answered(request, key, person, WAY))
        found = remote.find(key, person)
        if request.method != "POST" or text(request, "answer") not in ("yes", "no"):
            return _drawn(request, {"asked": _asked(found)})
        yes = text(request, "answer") == "yes"
        remote.answer(key, person, Answer(yes, text(request, "reason")), WAY)
    except UserError as error:
        said = str(error)
        return _drawn(request, {"error": said[:1].upper() + said[1:]}, error.status)
    said = f"You {'approved' if yes else 'denied'} “{_asked(found)['heading']}” of run {found.run.pk}."
    return _drawn(request, {"done": said})


def _read(token: str) -> tuple[str, Person]:
    link = answering.link(token)
    person = Person.objects.filter(pk=link.person, is_active=True).first() if link else None
    if link is None or person is None:
        raise Absent("this link is not, or no longer, good", hint="Sign in and look at what waits for you.")
    return link.key, person


def _asked(found: Waits) -> dict[str, object]:
    made, about = store.definition(found.run), store.ref(found.run)
    inputs = [(made.inputs[name].shown(name) if name in made.inputs else name, _plain(value))
              for name, value in found.run.inputs.items() if value not in (None, HIDDEN)]  # fmt: skip
    return {
        "title": made.title,
        "number": found.run.pk,
        "by": found.run.by,
        "about": about.short if about else "",
        "heading": made.step(found.step.path.partition("[")[0]).name,
        "text": found.asked.text,
        "person": found.person.get_username(),
        "inputs": inputs,
    }


def _plain(value: object) -> str:
    """What was entered, in words: of a file its name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    return str(value.get("name", "")) if isinstance(value, dict) else str(value)


def _drawn(request: HttpRequest, context: dict[str, object], status: int = 200) -> HttpResponse:
    answer = render(request, "answer.html", context, status=status)
    # Not "no-referrer": then a browser sends the form with the origin "null", which is refused as a stranger's.
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer
