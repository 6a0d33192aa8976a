"""What an attestation rests on, as it was when it was given, and which changes of that end it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from greenboard.attestations.types import Cause, Ended, Ends

_MAJOR = re.compile(r"(?:.*[/@_-])?v?(\d{1,9})(?:[._].*|[-+].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Basis:
    """The state of things around an entity.

    Of owner, tier and classification None is known: nobody said. Of the others None is unknown. `deployed`
    has by environment what tells one deployment from the next, `deploys` how many there were in 30 days where a tool
    counts them; `files` digests by path. `numbers` are the surrogate ids of dependencies that have one, by name: these
    stay when one gets another name.
    """

    owner: str | None = None
    tier: int | None = None
    classification: str | None = None
    dependencies: tuple[str, ...] | None = None
    major: int | None = None
    deployed: Mapping[str, str] = field(default_factory=dict)
    deploys: Mapping[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        told = asdict(self)
        return {**told, "dependencies": None if self.dependencies is None else list(self.dependencies)}

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Basis:
        """From JSON."""
        told = dict(plain)
        dependencies = told.pop("dependencies", None)
        return cls(dependencies=None if dependencies is None else tuple(dependencies), **told)


def major(version: str) -> int | None:
    """The major number of a version such as `v2.3.1` or `cart/2.3.1`; None where it is none (a commit, a date)."""
    found = _MAJOR.fullmatch(version.strip())
    # Of a date the year would be taken for one, and of a commit that begins with digits those.
    return int(found[1]) if found and len(found[1]) < 4 and not re.fullmatch(r"\d+", version.strip()) else None


def deployments(before: Basis, after: Basis) -> int:
    """How many deployments lie between: for each environment of which it is said otherwise one at least.

    Where the tool counts those of 30 days, as many as it counts more of now.
    """
    return sum(
        max(1, after.deploys.get(name, 0) - before.deploys.get(name, after.deploys.get(name, 0)))
        for name, mark in after.deployed.items()
        if before.deployed.get(name, mark) != mark
    )


def kept(before: Basis, after: Basis) -> Basis:
    """What an attestation rests on from now on: as things are, and as they were where that is no longer known."""
    return replace(
        after,
        dependencies=before.dependencies if after.dependencies is None else after.dependencies,
        numbers=before.numbers if after.dependencies is None else after.numbers,
        major=before.major if after.major is None else after.major,
        deployed={**before.deployed, **after.deployed},
        deploys={**before.deploys, **after.deploys},
        files={**before.files, **after.files},
    )


def ended(ends: Ends, before: Basis, after: Basis, deployed: int) -> Ended | None:
    """What of a change ends an attestation, the first of it. `deployed` counts deployments since it was given."""
    if Cause.OWNER in ends.causes and before.owner != after.owner:
        return _ended(Cause.OWNER, "owner", before.owner or "nobody", after.owner or "nobody")
    if Cause.TIER in ends.causes and before.tier != after.tier:
        return _ended(Cause.TIER, "tier", _said(before.tier), _said(after.tier))
    if Cause.CLASSIFICATION in ends.causes and before.classification != after.classification:
        said = _said(before.classification), _said(after.classification)
        return _ended(Cause.CLASSIFICATION, "data classification", *said)
    if Cause.DEPENDENCY in ends.causes and before.dependencies is not None:
        known = {*before.numbers.values()}
        fresh = (one for one in after.dependencies or () if one not in before.dependencies)
        new = [one for one in fresh if after.numbers.get(one) not in known]
        if new:
            more = f" and {len(new) - 3} more" if len(new) > 3 else ""
            return Ended(Cause.DEPENDENCY, f"It depends on something new: {', '.join(new[:3])}{more}.")
    return _delivered(ends, before, after, deployed)


def _delivered(ends: Ends, before: Basis, after: Basis, deployed: int) -> Ended | None:
    if Cause.MAJOR in ends.causes and None not in (before.major, after.major) and before.major != after.major:
        return _ended(Cause.MAJOR, "major version", str(before.major), str(after.major))
    if ends.deployments is not None and deployed >= ends.deployments:
        return Ended(Cause.DEPLOYMENTS, f"It was deployed {deployed} times since, and holds for {ends.deployments}.")
    if Cause.FILE in ends.causes:
        changed = [path for path, digest in after.files.items() if before.files.get(path, digest) != digest]
        if changed:
            return Ended(Cause.FILE, f"{', '.join(changed[:3])} changed, which it attests.")
    return None


def _said(value: object) -> str:
    return "not stated" if value is None else str(value)


def _ended(cause: Cause, what: str, before: str, after: str) -> Ended:
    return Ended(cause, f"Its {what} changed from {before} to {after}.")
