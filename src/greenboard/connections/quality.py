"""The quality scale: what an integration says of itself in quality.yaml, and what of it can be proved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from greenboard.connections import recordings
from greenboard.connections.integration import Integration
from greenboard.connections.strict import Strict
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError

FILE, README = "quality.yaml", "README.md"
Grade = Literal["none", "bronze", "silver", "gold"]
GRADES: tuple[Grade, ...] = ("none", "bronze", "silver", "gold")
RULES: Mapping[Grade, tuple[str, ...]] = {
    "bronze": ("manifest", "readme", "recording", "documents", "permissions"),
    "silver": ("webhook", "incremental", "limits", "discovery", "account"),
    "gold": ("contract", "real", "complete", "screenshots"),
}
MEANINGS: Mapping[str, str] = {
    "manifest": "What is read, and which facts come of it",
    "readme": "What is read and which permissions that needs, for those who connect the tool",
    "recording": "Answers with the facts that have to come of them",
    "documents": "The documents of the vendor that it follows",
    "permissions": "Which permission each list needs",
    "webhook": "Messages of the tool have what changed looked at again; this or incremental",
    "incremental": "Only what changed is asked for; this or webhook",
    "limits": "How often the tool may be asked",
    "discovery": "Things of the tool have a title, a link, and a way to be matched",
    "account": "Whom the tool takes us for",
    "contract": "Held against the vendor's own description",
    "real": "Tried with a real server, or a recording of each list",
    "complete": "Every field that the tool can supply; of the others it says why not",
    "screenshots": "Pictures in the README",
}
_EITHER = ("webhook", "incremental")
_WORDS = 40
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
_LARGEST = 60


class Open(Strict):
    """A rule that is not met yet, or need not be, and why."""

    todo: str = ""
    exempt: str = ""


class Without(Strict):
    """Fields of its fact types, each as TYPE.FIELD, that the tool cannot supply as they are meant, and why."""

    fields: tuple[str, ...]
    why: str


class Told(Strict):
    """What quality.yaml says."""

    grade: Grade
    rules: dict[str, Literal["done"] | Open]
    without: tuple[Without, ...] = ()


@dataclass(frozen=True)
class Quality:
    """The quality of an integration: what is said, with its places."""

    told: Told
    document: yaml.Document

    def is_met(self, rule: str) -> bool:
        """Whether a rule is met, or need not be."""
        said = self.told.rules.get(rule)
        return said == "done" or (isinstance(said, Open) and bool(said.exempt))

    @property
    def _is_fresh(self) -> bool:
        """One of the two ways is gone, or both are exempt; that the tool lacks one is no reason not to go the other."""
        return "done" in {self.told.rules.get(rule) for rule in _EITHER} or all(map(self.is_met, _EITHER))

    @property
    def earned(self) -> Grade:
        """The grade that the rules come to: each needs its own and those below."""
        reached: Grade = "none"
        for grade, rules in RULES.items():
            needed = [rule for rule in rules if rule not in _EITHER]
            either = self._is_fresh or not set(_EITHER) & set(rules)
            if not either or not all(self.is_met(rule) for rule in needed):
                break
            reached = grade
        return reached


def load(folder: Path) -> Quality:
    """Read quality.yaml of an integration. Raises UserError where it is missing or wrong."""
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except OSError:
        raise UserError("there is none", place=Place(f"{folder.name}/{FILE}")) from None
    document = yaml.read(text, f"{folder.name}/{FILE}")[0]
    return Quality(yaml.parse(document, Told), document)


@dataclass(frozen=True)
class Shown:
    """What people who choose a tool want to know: the grade, and what is still to be done for a better one."""

    grade: Grade
    open: tuple[str, ...]
    rules: Mapping[str, Literal["done"] | Open] = field(default_factory=dict)
    without: tuple[Without, ...] = ()

    @property
    def score(self) -> float | None:
        """The share of rules that are met, of those that are said and have to be, in percent."""
        needed = [rule for rule in self.rules.values() if rule == "done" or not rule.exempt]
        return 100 * sum(rule == "done" for rule in needed) / len(needed) if needed else None


def shown(folder: Path) -> Shown:
    """The quality of an integration as it says itself; no grade where it says nothing that can be read."""
    try:
        changed = (folder / FILE).stat().st_mtime_ns
    except OSError:
        return Shown("none", ())
    return _shown(folder, changed)


@lru_cache(maxsize=512)
def _shown(folder: Path, _changed: int) -> Shown:
    try:
        told = load(folder)
    except UserError:
        return Shown("none", ())
    left = (rule.todo for rule in told.told.rules.values() if isinstance(rule, Open) and rule.todo)
    return Shown(told.earned, tuple(left), told.told.rules, told.told.without)


def findings(integration: Integration, *, contract: bool | None = None) -> Iterator[UserError]:
    """What is said and not so. `contract` says how the check against the vendor's description ended, if it was made."""
    try:
        quality = load(integration.folder)
    except UserError as error:
        yield error
        return
    known = [rule for rules in RULES.values() for rule in rules]
    told, document = quality.told, quality.document
    for rule in told.rules.keys() - set(known):
        yield UserError(f"unknown rule {rule!r}", place=document.place("rules", rule), expected=", ".join(known))
    for rule in known:
        said = told.rules.get(rule)
        if said is None or (isinstance(said, Open) and bool(said.todo) is bool(said.exempt)):
            hint = "Write done, {todo: why} or {exempt: why}."
            yield UserError(f"{rule}: not said", place=document.place("rules", rule), hint=hint)
        elif said == "done" and (why := _disproved(rule, integration, told, contract)):
            yield UserError(f"{rule}: said to be done, and {why}", place=document.place("rules", rule))
    yield from _without(quality, integration)
    if GRADES.index(told.grade) > GRADES.index(quality.earned):
        what = f"the rules come to {quality.earned}, not {told.grade}"
        yield UserError(what, place=document.place("grade"))


def _without(quality: Quality, integration: Integration) -> Iterator[UserError]:
    """What is said to be out of reach, and is no field, or is filled."""
    filled, fields = _fields(integration)
    for at, one in enumerate(quality.told.without):
        for name in one.fields:
            if name not in fields or name in filled:
                why = "it is filled" if name in filled else "no field of a fact type of this integration"
                yield UserError(f"{name}: {why}", place=quality.document.place("without", at, "fields"))


def _fields(integration: Integration) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that facts of the integration fill, and all fields that their types have; each as TYPE.FIELD."""
    filled = {f"{fact.type.name}.{name}" for fact in integration.plan.facts for name in fact.map}
    return frozenset(filled), frozenset(
        f"{fact.type.name}.{name}" for fact in integration.plan.facts for name in fact.type.fields
    )


def _lacking(integration: Integration, told: Told) -> list[str]:
    """The fields that nothing fills, and of which nothing is said."""
    filled, fields = _fields(integration)
    return sorted(fields - filled - {name for one in told.without for name in one.fields})


def _disproved(rule: str, integration: Integration, said: Told, contract: bool | None) -> str:
    """Why a rule is not met, as far as that can be seen; "" where nothing speaks against it."""
    manifest, folder = integration.manifest, integration.folder
    readme = _text(folder / README)
    told = {name for permission in manifest.permissions for name in permission.streams}
    streams, subjects = manifest.streams.values(), manifest.subjects.values()
    held = bool(manifest.contract.spec) and contract is not False
    lacking = _lacking(integration, said)
    checks = {
        "readme": (len(readme.split()) >= _WORDS, f"{README} has fewer than {_WORDS} words"),
        "recording": (bool(recordings.paths(folder)), "there is no recording"),
        "documents": (bool(manifest.docs), "docs names no document"),
        "permissions": (told >= manifest.streams.keys(), "a stream stands under no permission"),
        "webhook": (manifest.webhook is not None and bool(manifest.webhook.refresh), "webhook refreshes nothing"),
        # What code of its own keeps from one run to the next, only its tests can tell.
        "incremental": (
            bool(integration.own) or any(one.since or one.etag for one in streams),
            "no stream has since or etag",
        ),
        "limits": (bool(manifest.limits), "there are no limits"),
        "discovery": (all(one.link and one.match for one in subjects), "a subject lacks link or match"),
        "account": (manifest.api.account is not None, "api.account is missing"),
        "contract": (held, "the contract check has findings, or no spec"),
        "complete": (not lacking, f"nothing fills {', '.join(lacking)}, and `without` does not say why"),
        "screenshots": (_are_there(folder, readme), f"{README} has no picture that is there and below {_LARGEST} kB"),
    }
    met, why = checks.get(rule, (True, ""))
    if rule == "readme" and met:
        missing = [one.name for one in manifest.permissions if one.name not in readme]
        return f"{README} does not name the permission {missing[0]}" if missing else ""
    return "" if met else why


def _are_there(folder: Path, readme: str) -> bool:
    """Whether a README shows pictures, and each is a file beside it that is not too large."""
    files = [folder / name for name in _PICTURE.findall(readme)]
    return bool(files) and all(one.is_file() and one.stat().st_size <= _LARGEST * 1024 for one in files)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
