"""Reviews that others held, as files: the readiness approvals and questionnaires of Kubernetes enhancements. Pure.

An approval is a small YAML file for each enhancement; a questionnaire is a section of its README. Each file is
read, or refused with a reason. Questions are matched to those of our `kubernetes` template, which was written after
theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError

QUESTIONNAIRE = "production readiness review questionnaire"
STAGES = ("alpha", "beta", "stable", "deprecated", "disabled", "removed")
_ASKED: Mapping[str, tuple[str, ...]] = {
    "ena-switch": ("enabled / disabled in a live", "enabled/disabled in a live"),
    "ena-defaults": ("change any default behavio",),
    "ena-off": ("be disabled once",),
    "ena-again": ("reenable the feature", "re-enable the feature"),
    "ena-tests": ("tests for feature enablement", "tests for feature gate"),
    "rol-failure": ("rollout or rollback fail", "rollout fail"),
    "rol-signals": ("metrics should inform a rollback",),
    "rol-tried": ("upgrade and rollback tested",),
    "rol-deprecated": ("accompanied by any deprecations",),
    "mon-used": ("determine if the feature is in use",),
    "mon-works": ("know that it is working",),
    "mon-objectives": ("reasonable slos", "what are the slis"),
    "mon-missing": ("missing metrics",),
    "dep-services": ("depend on any specific services",),
    "sca-calls": ("any new api calls",),
    "sca-types": ("new api types",),
    "sca-outside": ("calls to the cloud", "calls to cloud"),
    "sca-size": ("size or count",),
    "sca-slower": ("increasing time taken",),
    "sca-resources": ("non-negligible increase",),
    "sca-exhaust": ("resource exhaustion",),
    "tro-away": ("api server and/or etcd",),
    "tro-modes": ("known failure modes",),
    "tro-steps": ("steps should be taken if slos",),
}
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_BULLET = re.compile(r"\s*[-*]\s+\*\*(.+?)\*\*\s*(.*)")
_FENCE = re.compile(r"\s*(?:(?:[-*+]|\d+[.)])\s+)*(```|~~~)")
_NUMBER = re.compile(r"(?:^|/)(\d{1,5})-[^/]+/README\.md$")


@dataclass(frozen=True)
class Approval:
    """Who approved the readiness of an enhancement for a stage."""

    number: int
    stage: str
    approver: str


@dataclass(frozen=True)
class Answered:
    """A question of a questionnaire with its answer; `question` is that of our template, "" where it has none."""

    title: str
    text: str
    question: str


@dataclass(frozen=True)
class Questionnaire:
    """What an enhancement answers. `number` is 0 where its folder names none."""

    path: str
    number: int
    answers: tuple[Answered, ...]


class _Stage(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    approver: Annotated[str, Field(pattern=r"^@?\w\S*$")]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    number: Annotated[int, Field(alias="kep-number", gt=0)]
    alpha: _Stage | None = None
    beta: _Stage | None = None
    stable: _Stage | None = None
    deprecated: _Stage | None = None
    disabled: _Stage | None = None
    removed: _Stage | None = None


def approvals(text: str, path: str) -> list[Approval]:
    """The approvals of a file.

    Raises:
        UserError: it is not of the form, names nobody, or another enhancement than its name says.

    """
    documents = yaml.read(text, path)
    if len(documents) != 1:
        raise UserError("one document is expected", place=Place(path), got=str(len(documents)))
    found = yaml.parse(documents[0], _File)
    named = re.search(r"(\d+)\.ya?ml$", path)
    if named is not None and int(named[1]) != found.number:
        place = documents[0].place("kep-number")
        raise UserError("it speaks of another enhancement than its name", place=place, got=str(found.number))
    stages = [(stage, getattr(found, stage)) for stage in STAGES]
    several = [
        Approval(found.number, stage, one.approver.removeprefix("@")) for stage, one in stages if one is not None
    ]
    if not several:
        raise UserError("nobody approved anything", place=Place(path))
    return several


def questionnaire(text: str, path: str) -> Questionnaire:
    """The questionnaire of a README.

    Raises:
        UserError: it has none, or none with a question.

    """
    asked = _section(text)
    if asked is None:
        raise UserError("no questionnaire", place=Place(path), hint="It is older than the questionnaire, or a note.")
    number = _NUMBER.search(path)
    answers = tuple(_answers(asked))
    if not answers:
        raise UserError("a questionnaire without questions", place=Place(path))
    return Questionnaire(path, int(number[1]) if number else 0, answers)


def _section(text: str) -> list[str] | None:
    """The lines of the section, without comments; None where there is no such section."""
    lines: list[str] | None = None
    for line, heading in _lines(text):
        found = _HEADING.fullmatch(line) if heading else None
        if found is not None and len(found[1]) <= 2:
            if lines is not None:
                return lines
            lines = [] if found[2].lower().startswith(QUESTIONNAIRE) else None
        elif lines is not None:
            lines.append(line)
    return lines


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines outside of comments, with whether they can be headings: within a block of code they cannot."""
    fenced = commented = False
    for line in text.splitlines():
        if not fenced:
            line, commented = _uncommented(line, commented)
        if _FENCE.match(line):
            fenced = not fenced
        yield line, not fenced


def _uncommented(line: str, commented: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        mark = "-->" if commented else "<!--"
        before, found, line = line.partition(mark)
        kept += "" if commented else before
        if found:
            commented = not commented
    return kept, commented


def _answers(lines: list[str]) -> Iterator[Answered]:
    title, said = "", list[str]()
    for line, heading in _lines("\n".join(lines)):
        asked = _question(line) if heading else None
        if asked is None:
            said.append(line)
            continue
        if title:
            yield _answered(title, said)
        title, rest = asked
        said = [rest]
    if title:
        yield _answered(title, said)


def _question(line: str) -> tuple[str, str] | None:
    """What a line asks, and what it answers already; a heading of a group asks nothing and ends what came before."""
    heading, bullet = _HEADING.fullmatch(line), _BULLET.fullmatch(line)
    if heading is not None:
        return (heading[2], "") if len(heading[1]) >= 4 else ("", "")
    if bullet is not None and bullet[1].rstrip().endswith("?"):
        return bullet[1].strip(), bullet[2]
    return None


def _answered(title: str, said: list[str]) -> Answered:
    return Answered(title, "\n".join(said).strip(), _matched(title))


def _matched(title: str) -> str:
    lowered = title.lower()
    return next((name for name, parts in _ASKED.items() if any(part in lowered for part in parts)), "")


def told(answers: tuple[Answered, ...]) -> dict[str, Any]:
    """How many questions a questionnaire has, how many of those ours has, too, and how many are answered."""
    return {
        "questions": len(answers),
        "matched": sum(bool(one.question) for one in answers),
        "answered": sum(bool(one.text) for one in answers),
    }
