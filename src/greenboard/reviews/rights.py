"""Who may do what in a review. `access` decides; this says which permission each act asks for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from greenboard.access.decide import Asker, Bearer, Permission, may, sight
from greenboard.access.errors import Above, Absent
from greenboard.access.models import Person
from greenboard.attestations.permitting import Acting, told
from greenboard.attestations.types import Who
from greenboard.catalog.sight import covered
from greenboard.catalog.teams import belonging
from greenboard.core.refs import Ref
from greenboard.reviews.events import subjects
from greenboard.reviews.models import Review, Section
from greenboard.reviews.template import Template


@dataclass(frozen=True)
class Actor:
    """Who acts: an account by its name, with what it is asked as."""

    name: str
    asker: Asker

    @property
    def person(self) -> Person | None:
        """The person behind it; None for a service account."""
        found: object = self.asker
        found = found.person if isinstance(found, Bearer) else found
        return found if isinstance(found, Person) else None

    @property
    def teams(self) -> frozenset[str]:
        """The teams that they are in."""
        person = self.person
        return frozenset(map(str, belonging(person).teams)) if person is not None else frozenset()


def actor(asker: Asker) -> Actor:
    """Whoever asks."""
    return Actor(str(asker.get_username()), asker)  # type: ignore[attr-defined]  # both kinds of askers have a name


def over(who: Actor, permission: Permission, refs: Collection[Ref]) -> bool:
    """Whether somebody holds a permission over all of some entities."""
    held = sight(who.asker, permission)
    return not held.nothing and covered(held, refs) == set(refs)


def expect(who: Actor, permission: Permission, refs: Collection[Ref]) -> None:
    """Go on only where somebody holds a permission over entities.

    Raises:
        Absent: they may not even see one of them.
        Above: they see them, and may not.

    """
    if not over(who, Permission.READ, refs):
        raise Absent("no such entity, or none that you may see")
    if not over(who, permission, refs):
        raise Above("you may not do this here", expected=permission.value, hint="Ask for a role over these entities.")


def expect_manager(who: Actor) -> None:
    """Go on only for who may triage and assign.

    Raises:
        Above: they may not.

    """
    if not may(who.asker, Permission.REVIEWS_MANAGE):
        raise Above("you may not triage or assign reviews", expected=Permission.REVIEWS_MANAGE.value)


def expect_reviewer(who: Actor, review: Review, section: Section, template: Template) -> None:
    """Go on only for who may look at a section: its team, or who may sign; never who asked for the review.

    Raises:
        Above: they may not.

    """
    expect(who, Permission.REVIEWS_ANSWER, subjects(review))
    expect_another(who, review, template)
    if not may_review(who, review, section):
        team = section.team or "whoever may sign"
        raise Above(f"the section {section.name} is looked at by {team}", hint="Ask one of them, or an administrator.")


def may_review(who: Actor, review: Review, section: Section) -> bool:
    """Whether somebody is of the team of a section, its reviewer, or may sign."""
    if section.reviewer == who.name or (section.team and section.team in who.teams):
        return True
    return over(who, Permission.REVIEWS_SIGN, subjects(review))


def expect_signatory(who: Actor, review: Review, template: Template) -> None:
    """Go on only for whom the template lets sign.

    Raises:
        Above: others sign, or it asks for a second person and they decided it themselves.

    """
    if template.sign.another and who.name == review.decided_by:
        raise Above("you decided it yourself", hint="A second person signs it.")
    named = template.sign.who
    if named is not None and not _meant(who, named, subjects(review)):
        raise Above("this is not yours to sign", expected=told(named))


def signs(who: Actor, review: Review, template: Template) -> bool:
    """As `expect_signatory`, as a word."""
    try:
        expect_signatory(who, review, template)
    except Above:
        return False
    return True


def signed_by(template: Template) -> str:
    """Who signs by a template, as a sentence; "" where it is whoever may."""
    named, another = template.sign.who, template.sign.another
    if named is None and not another:
        return ""
    second = ", another person than decided it" if another else ""
    return f"It is signed by {told(named) if named else 'whoever may'}{second}."


def _meant(who: Actor, named: Who, refs: Collection[Ref]) -> bool:
    """Whether somebody is among people that are named, for all of some entities."""
    if who.person is None:
        return False
    acting = Acting(who.asker, who.person)
    if acting.administers or not acting.mine.owners.isdisjoint(named.teams):
        return True
    return any(all(acting.holds(role, ref) for ref in refs) for role in named.roles)


def expect_another(who: Actor, review: Review, template: Template) -> None:
    """Go on only for another person than who asked for it, unless the template allows that.

    Raises:
        Above: it is their own.

    """
    if who.name == review.requested_by and not template.alone:
        raise Above("this is a review that you asked for yourself", hint="A second person has to look at it.")
