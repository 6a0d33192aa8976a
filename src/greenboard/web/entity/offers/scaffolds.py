"""Fix it for me: the scaffold or workflow that meets a rule, or the pull request that is under way for it."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.catalog.sight import covered
from greenboard.core.once import notes
from greenboard.rules.types import Outcome
from greenboard.scaffolds import fixing, reserving, service, shelf
from greenboard.scaffolds.fixing import Target
from greenboard.scaffolds.forge import Forge
from greenboard.scaffolds.models import Making
from greenboard.scaffolds.shelf import Offered as Scaffold
from greenboard.scaffolds.types import Landing, Purpose
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered
from greenboard.web.scaffolds import form
from greenboard.web.scaffolds.made import made

_KEPT = "scaffolds.offered"


def offers(about: About, rule: Rule, result: Offered) -> Iterable[Offer]:
    """Nothing where it is met or exempt, or where scaffolds are not for whoever looks."""
    if result.outcome in (Outcome.PASS, Outcome.NOT_APPLICABLE) or result.exempt or not _may(about):
        return
    ref, name = about.stored.ref, f"{about.scorecard.name}/{rule.id}"
    if (open_ := _open(about).get(name)) is not None:
        title = f"Pull request {open_.number} is open" if open_.number else "It is being fixed"
        yield Offer(title, reverse("making", args=[open_.pk]))
        return
    for one in fixing.fixes(rule, _scaffolds()):
        asked, at = urlencode({"entity": ref, "rule": name}), reverse("scaffold", args=[one.full])
        fields = _fields(one, about)
        if fields is None:
            yield Offer(f"Fix it: {one.scaffold.title}", f"{at}?{asked}")
        else:
            fields |= {"entity": str(ref), "rule": name}
            yield Offer(f"Fix it by a pull request: {one.scaffold.title}", at, fields=fields, look=f"{at}?{asked}")


def _fields(one: Scaffold, about: About) -> dict[str, str] | None:
    """What its form would send, where all that it needs is known of the entity; otherwise None."""
    forges = _forges(about)
    answers = form.enough(one.scaffold.questions, about.stored) if forges else None
    if answers is None:
        return None
    kept = notes(_KEPT)
    key = ("target", about.stored.id)
    if key not in kept:
        kept[key] = fixing.target(about.stored, forges)
    target: Target = kept[key]
    if not (target.connection and target.repository):
        return None
    way = Landing.PULL_REQUEST.value
    return {**answers, "way": way, "connection": target.connection, "repository": target.repository}


def _forges(about: About) -> list[Forge]:
    """The forges that whoever looks may have pull requests opened at, asked for once for a page."""
    kept = notes(_KEPT)
    if "forges" not in kept:
        kept["forges"] = reserving.forges(about.request.user)
    found: list[Forge] = kept["forges"]
    return found


def _scaffolds() -> list[Scaffold]:
    """All scaffolds, read once for a page."""
    kept = notes(_KEPT)
    if "all" not in kept:
        kept["all"] = shelf.offered()
    found: list[Scaffold] = kept["all"]
    return found


def _open(about: About) -> dict[str, Making]:
    """What is under way for the entity, by rule."""
    return {row.rule: row for row in made(about.stored.id) if row.purpose == Purpose.FIX and service.under_way(row)}


def _may(about: About) -> bool:
    """Whether scaffolds may be used for the entity; asked once for a page."""
    kept = notes(_KEPT)
    key = ("may", about.stored.id)
    if key not in kept:
        seen = sight(about.request.user, Permission.SCAFFOLDS_USE)
        kept[key] = about.stored.ref in covered(seen, [about.stored.ref])
    return bool(kept[key])
