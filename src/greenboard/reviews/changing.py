"""What has changed since a signature that it does not stand any more. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from greenboard.reviews.types import Change, Profile, Verdict
from greenboard.rules.types import Outcome


@dataclass(frozen=True)
class Reason:
    """A reason to open a review again, or one of its sections. `key` is the same for the same reason."""

    change: Change
    key: str
    text: str
    section: str = ""


def turned(
    green: Mapping[tuple[str, str], tuple[str, str]], now: Mapping[str, tuple[Verdict, ...]]
) -> Iterator[Reason]:
    """What was green at the signature and fails now. What is only not known any more is no reason."""
    for question, verdicts in now.items():
        for one in verdicts:
            known = green.get((question, one.entity))
            if known and one.outcome is Outcome.FAIL and not one.exempt:
                section, title = known
                text = (
                    f"{title}: it was green when this was signed, and fails for {one.entity} now. {one.message}".strip()
                )
                yield Reason(Change.TURNED_RED, f"red {question} {one.entity}", text, section)


def material(then: Mapping[str, Profile], now: Mapping[str, Profile]) -> Iterator[Reason]:
    """What is another entity than was signed for: owner, tier, classification, new dependencies, a major version.

    One that is gone from the catalog is no reason: nothing of it runs that could be unready.
    """
    for ref, before in then.items():
        after = now.get(ref)
        if after is None:
            continue
        for change, name in _PARTS.items():
            was, is_ = getattr(before, name), getattr(after, name)
            if was != is_:
                then_, now_ = was or "not stated", is_ or "not stated"
                text = f"The {_WORDS[change]} of {ref} was {then_} when this was signed, and is {now_} now."
                yield Reason(change, f"{change.value} {ref} {is_}", text)
        for needed in sorted(set(after.dependencies) - set(before.dependencies)):
            text = f"{ref} depends on {needed} now, which it did not when this was signed."
            yield Reason(Change.DEPENDENCY, f"dependency {ref} {needed}", text)
        yield from _versions(ref, before, after)


_PARTS = {Change.OWNER: "owner", Change.TIER: "tier", Change.CLASSIFICATION: "classification"}
_WORDS = {Change.OWNER: "owner", Change.TIER: "tier", Change.CLASSIFICATION: "data classification"}


def _versions(ref: str, before: Profile, after: Profile) -> Iterator[Reason]:
    was = dict(_split(one) for one in before.versions)
    for environment, major in map(_split, after.versions):
        if environment in was and int(major) > int(was[environment]):
            where = environment or "production"
            text = f"Version {major} of {ref} runs in {where}; {was[environment]} did when this was signed."
            yield Reason(Change.MAJOR_VERSION, f"major {ref} {environment} {major}", text)


def _split(version: str) -> tuple[str, str]:
    environment, _, major = version.rpartition(" ")
    return environment, major
