"""A working tree of kubernetes/enhancements as past reviews: each file is read, or refused with its reason."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.reviews import corpus, freezing
from greenboard.reviews.corpus import Approval, Questionnaire

TEMPLATE = "kubernetes"
"""The template of ours that the questions are matched to."""
_FOLDER = re.compile(r"(\d{1,5})-([^/]+)")
_TITLE = re.compile(r"^#\s+(?:KEP-\S+?:?\s+)?(.+?)\s*#*\s*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LONGEST = 200


@dataclass(frozen=True)
class File:
    """A file that a past review rests on, with the digest of its bytes."""

    path: str
    digest: str


@dataclass
class Past:
    """What a tree says of one enhancement. `name` tells it apart within its source."""

    name: str
    title: str = ""
    approvals: list[tuple[Approval, File]] = field(default_factory=list)
    questionnaire: tuple[Questionnaire, File] | None = None

    @property
    def text(self) -> str:
        """All of it as canonical JSON, which its digest is of. What did not change gives the same text."""
        return freezing.canonical(self._told())

    def _told(self) -> dict[str, Any]:
        files = {file.path: file.digest for _, file in self.approvals}
        answers: list[dict[str, str]] = []
        if self.questionnaire is not None:
            found, file = self.questionnaire
            files[file.path] = file.digest
            answers = [{"title": one.title, "question": one.question, "text": one.text} for one in found.answers]
        return {
            "format": freezing.FORMAT,
            "name": self.name,
            "title": self.title,
            "approvals": [
                {"stage": one.stage, "approver": one.approver, "file": file.path} for one, file in self.approvals
            ],
            "template": TEMPLATE,
            "questionnaire": self.questionnaire[1].path if self.questionnaire else "",
            "answers": answers,
            "files": files,
        }


@dataclass(frozen=True)
class Refused:
    """A file that says nothing of a review, and why not."""

    path: str
    reason: str


@dataclass(frozen=True)
class Read:
    """All that a tree says: past reviews by name, what was refused, and how many files of each sort were looked at."""

    past: Mapping[str, Past]
    refused: Sequence[Refused]
    files: Mapping[str, int]

    @property
    def counts(self) -> dict[str, int]:
        """What was read and refused, counted."""
        approvals = [one for past in self.past.values() for one, _ in past.approvals]
        asked = [past.questionnaire[0] for past in self.past.values() if past.questionnaire is not None]
        summed = Counter({"questions": 0, "matched": 0, "answered": 0})
        for one in asked:
            summed.update(corpus.told(one.answers))
        wrong = sum(one.path.endswith("README.md") for one in self.refused)
        return {
            "approval_files": self.files["approvals"],
            "approvals": len(approvals),
            "approvals_refused": len(self.refused) - wrong,
            "approvers": len({one.approver for one in approvals}),
            "readmes": self.files["readmes"],
            "questionnaires": len(asked),
            "without": wrong,
            "reviews": len(self.past),
            **summed,
        }

    @property
    def stages(self) -> dict[str, int]:
        """How many approvals there are of each stage."""
        found = Counter(one.stage for past in self.past.values() for one, _ in past.approvals)
        return {name: found[name] for name in corpus.STAGES if found[name]}


def read(folder: Path) -> Read:
    """All that a working tree says.

    Raises:
        UserError: there is no such tree.

    """
    root = folder / "keps"
    if not (root / "prod-readiness").is_dir():
        raise UserError(
            f"{folder} is no working tree of kubernetes/enhancements", expected="a folder keps/prod-readiness"
        )
    files = [path for path in sorted((root / "prod-readiness").glob("*/*.yaml")) if path.parent.name != "template"]
    readmes = [path for path in sorted(root.rglob("README.md")) if "NNNN-kep-template" not in path.parts]
    found: defaultdict[str, Past] = defaultdict(lambda: Past(""))
    refused: list[Refused] = []
    for path, name, title, questionnaire, file in _questionnaires(folder, readmes, refused):
        key = name if name not in found or found[name].questionnaire is None else path
        found[key] = Past(key, title, [], (questionnaire, file))
    titles = {match[1]: match[2] for path in readmes if (match := _FOLDER.fullmatch(path.parent.name))}
    for approval, file in _approvals(folder, files, refused):
        name = f"KEP-{approval.number}"
        past = found[name]
        past.name = name
        past.title = past.title or titles.get(str(approval.number), name).replace("-", " ")[:_LONGEST]
        past.approvals.append((approval, file))
    return Read(dict(sorted(found.items())), refused, {"approvals": len(files), "readmes": len(readmes)})


def _questionnaires(
    folder: Path, paths: Sequence[Path], refused: list[Refused]
) -> Iterator[tuple[str, str, str, Questionnaire, File]]:
    """Of each README that has one: its path, what it is of, its title, the questionnaire, and the file."""
    for path in paths:
        where = path.relative_to(folder).as_posix()
        try:
            text, file = _text(path, where)
            found = corpus.questionnaire(text, where)
        except UserError as error:
            refused.append(_refused(where, error))
            continue
        title = _TITLE.search(_COMMENT.sub("", text))
        name = f"KEP-{found.number}" if found.number else where
        yield where, name, (title[1] if title else path.parent.name)[:_LONGEST], found, file


def _approvals(folder: Path, paths: Sequence[Path], refused: list[Refused]) -> Iterator[tuple[Approval, File]]:
    for path in paths:
        where = path.relative_to(folder).as_posix()
        try:
            text, file = _text(path, where)
            found = corpus.approvals(text, where)
        except UserError as error:
            refused.append(_refused(where, error))
            continue
        yield from ((one, file) for one in found)


def _text(path: Path, where: str) -> tuple[str, File]:
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"it cannot be read: {error}", place=Place(where)) from None
    if "\0" in text:
        raise UserError("it is no text", place=Place(where), got="a NUL character")
    return text, File(where, hashlib.sha256(raw).hexdigest())


def _refused(where: str, error: UserError) -> Refused:
    return Refused(where, str(error).replace("\n", " "))
