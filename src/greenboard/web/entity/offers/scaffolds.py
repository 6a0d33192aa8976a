"""Fix it for me: the scaffold or workflow that meets a rule, or the pull request that is under way for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlencode

from django.urls import reverse

from greenboard.access.decide import Permission, sight
from greenboard.catalog.sight import covered
from greenboard.rules.types import Outcome
from greenboard.scaffolds import fixing, reserving, service, shelf
from greenboard.scaffolds.fixing import Target
from greenboard.scaffolds.forge import Forge
from greenboard.scaffolds.models import Making, Packed
from greenboard.scaffolds.shelf import Offered as Scaffold
from greenboard.scaffolds.types import Landing, Purpose
from greenboard.scorecards.types import Rule
from greenboard.web.panels import About, Offer, Offered, Offering
from greenboard.web.scaffolds import form
from greenboard.web.scaffolds.made import made

READS, LOOKS = (Making,), (Packed,)


def offering(about: About) -> Offering | None:
    """Nothing where a rule is met or exempt, or where scaffolds are not for whoever looks."""
    ref = about.stored.ref
    if ref not in covered(sight(about.request.user, Permission.SCAFFOLDS_USE), [ref]):
        return None
    shop = _Shop(about)

    def offers(rule: Rule, result: Offered) -> Iterator[Offer]:
        if result.outcome not in (Outcome.PASS, Outcome.NOT_APPLICABLE) and not result.exempt:
            yield from shop.offers(rule)

    return offers


@dataclass(frozen=True)
class _Shop:
    """What is offered for one entity: each thing is looked up when it is first wanted, and once."""

    about: About

    def offers(self, rule: Rule) -> Iterator[Offer]:
        """The pull request that is open for a rule, or what would open one."""
        ref, name = self.about.stored.ref, f"{self.about.scorecard.name}/{rule.id}"
        under_way = self.open.get(name)
        if under_way is not None:
            title = f"Pull request {under_way.number} is open" if under_way.number else "It is being fixed"
            yield Offer(title, reverse("making", args=[under_way.pk]))
            return
        for one in fixing.fixes(rule, self.scaffolds):
            asked, at = urlencode({"entity": ref, "rule": name}), reverse("scaffold", args=[one.full])
            fields = self.fields(one)
            if fields is None:
                yield Offer(f"Fix it: {one.scaffold.title}", f"{at}?{asked}")
            else:
                fields |= {"entity": str(ref), "rule": name}
                yield Offer(f"Fix it by a pull request: {one.scaffold.title}", at, fields=fields, look=f"{at}?{asked}")

    def fields(self, one: Scaffold) -> dict[str, str] | None:
        """What its form would send, where all that it needs is known of the entity; otherwise None."""
        answers = form.enough(one.scaffold.questions, self.about.stored) if self.forges else None
        if answers is None or not (self.target.connection and self.target.repository):
            return None
        way = Landing.PULL_REQUEST.value
        return {**answers, "way": way, "connection": self.target.connection, "repository": self.target.repository}

    @cached_property
    def target(self) -> Target:
        """Where a pull request would go."""
        return fixing.target(self.about.stored, self.forges)

    @cached_property
    def forges(self) -> list[Forge]:
        """The forges that whoever looks may have pull requests opened at."""
        return reserving.forges(self.about.request.user)

    @cached_property
    def scaffolds(self) -> list[Scaffold]:
        """All scaffolds."""
        return shelf.offered(packed=self.about.has(Packed))

    @cached_property
    def open(self) -> dict[str, Making]:
        """What is under way, by rule."""
        rows = made(self.about.stored.id) if self.about.has(Making) else []
        return {row.rule: row for row in rows if row.purpose == Purpose.FIX and service.under_way(row)}
