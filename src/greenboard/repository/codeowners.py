"""CODEOWNERS: who owns which path, in the dialects of GitHub, GitLab and Bitbucket.

Sources: GitHub "About code owners", GitLab "Code Owners" with its syntax reference, Bitbucket Cloud
"Set up and use code owners". Each forge reads the first file that exists of its own places. The
last rule that matches a path decides; in GitLab the last one of each section.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import re2

from greenboard.core.errors import Place, UserError
from greenboard.repository.patterns import LONGEST, gitignore, plain
from greenboard.repository.tree import Tree

PLACES = {
    "github": (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
    "gitlab": ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
    "bitbucket": (".bitbucket/CODEOWNERS",),
}
MAX_GITHUB = 3 * 2**20
"""GitHub does not load a larger file."""

_CATCH_ALL = frozenset({"*", "**", "/**", "/**/*", "**/*"})
_SECTION = re.compile(r"(\^?)\[([^\]]+)\](?:\[\d+\])?((?:\s+\S+)*)\s*")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_HANDLES = {
    "github": re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)?"),
    "gitlab": re.compile(r"@@?[A-Za-z0-9_][A-Za-z0-9_.-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)*"),
    "bitbucket": re.compile(r"@[A-Za-z0-9{][\w{}:.-]*(?:/[\w.-]+)?|(?:all|random|least_busy)(?:\(\d+\))?"),
}


@dataclass(frozen=True)
class OwnerRule:
    """One line: which paths, and who owns them. No owners means that nobody does, on purpose."""

    pattern: str
    owners: tuple[str, ...]
    line: int
    section: str
    matches: Callable[[str], bool] = field(compare=False)

    def covers(self, path: str) -> bool:
        """Whether the rule is about a file."""
        return self.matches(path)

    @property
    def covers_all(self) -> bool:
        return self.pattern in _CATCH_ALL


@dataclass(frozen=True)
class Codeowners:
    """A CODEOWNERS file as the forge reads it. `errors` are lines that it would not accept."""

    path: str
    dialect: str
    rules: tuple[OwnerRule, ...]
    errors: tuple[UserError, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        """Everybody who is named, once, in order."""
        return tuple(dict.fromkeys(owner for rule in self.rules for owner in rule.owners))

    def deciding(self, path: str) -> tuple[OwnerRule, ...]:
        """The rules that decide about a file: the last that covers it, of each section."""
        decided: dict[str, OwnerRule] = {}
        for rule in reversed(self.rules):
            if rule.section not in decided and rule.covers(path):
                decided[rule.section] = rule
                if self.dialect != "gitlab":
                    break
        return tuple(decided.values())

    def is_team(self, owner: str) -> bool | None:
        """Whether an owner is a team; None where the way it is written does not tell."""
        if owner.startswith("@") and "/" in owner:
            return True
        return False if self.dialect == "github" else None

    def told(self) -> dict[str, Any]:
        """The fact of it. Who is a team and who a person is left out where some owner does not tell."""
        value: dict[str, Any] = {
            "exists": True,
            "path": self.path,
            "dialect": self.dialect,
            "catch_all": any(rule.covers_all and rule.owners for rule in self.rules),
            "owners": list(self.owners),
            "rules": len(self.rules),
            "errors": len(self.errors),
        }
        kinds = {owner: self.is_team(owner) for owner in self.owners}
        if None not in kinds.values():
            value["teams"] = [owner for owner, team in kinds.items() if team]
            value["people"] = [owner for owner, team in kinds.items() if not team]
        return value


def forge(tree: Tree) -> str | None:
    """The forge of a repository, by its origin or else its CI settings; None where nothing tells."""
    origin = tree.git("config", "--get", "remote.origin.url", check=False).lower()
    for name in PLACES:
        if name in origin:
            return name
    if tree.has(".gitlab-ci.yml"):
        return "gitlab"
    if tree.has("bitbucket-pipelines.yml"):
        return "bitbucket"
    return "github" if tree.has_folder(".github") else None


def locate(tree: Tree) -> tuple[str, str] | None:
    """The CODEOWNERS file that the forge reads, and its dialect."""
    known = forge(tree)
    for dialect in (known,) if known else PLACES:
        for path in PLACES[dialect]:
            if tree.has(path):
                return path, dialect
    return None


def load(tree: Tree) -> Codeowners | None:
    """Read the CODEOWNERS file of a tree, or None where there is none.

    Raises:
        UserError: the file cannot be read, or is larger than the forge accepts.

    """
    found = locate(tree)
    if found is None:
        return None
    path, dialect = found
    return parse(tree.text(path, MAX_GITHUB), path, dialect)


def parse(text: str, path: str, dialect: str) -> Codeowners:
    """Read the text of a CODEOWNERS file as one of the forges does. Pure."""
    rules: list[OwnerRule] = []
    errors: list[UserError] = []
    for said in _gitlab(text, path) if dialect == "gitlab" else _plain(text, path, dialect):
        (errors if isinstance(said, UserError) else rules).append(said)  # type: ignore[arg-type]
    return Codeowners(path, dialect, tuple(rules), tuple(errors))


def _plain(text: str, path: str, dialect: str) -> Iterator[OwnerRule | UserError]:
    """GitHub and Bitbucket: one rule a line; a line with anything wrong is skipped as a whole."""
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        if not words:
            continue
        pattern, *owners = words
        wrong = _wrong(owners, dialect)
        if len(pattern) > LONGEST or (dialect == "github" and pattern.startswith(("!", "\\#"))):
            wrong = pattern[:80]
        if wrong is not None:
            yield UserError("the forge skips this line", place=Place(path, number), got=repr(wrong))
            continue
        named = tuple(owner for owner in owners if "@" in owner)
        yield OwnerRule(pattern, named, number, "", _gitignore(pattern))


def _gitlab(text: str, path: str) -> Iterator[OwnerRule | UserError]:
    """GitLab: sections with owners of their own for lines without; a wrong owner is left out."""
    section, usual = "", ()
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        if not words:
            continue
        heading = _SECTION.fullmatch(" ".join(words))
        if heading:
            section, usual = heading[2].strip().lower(), tuple(heading[3].split())
            continue
        if words[0].startswith(("[", "^[")):
            yield UserError("a section heading that is not closed", place=Place(path, number), got=repr(words[0]))
            continue
        pattern, owners = words[0], tuple(words[1:]) or usual
        wrong = _wrong(owners, "gitlab")
        if wrong is not None:
            yield UserError("not an owner", place=Place(path, number), got=repr(wrong))
        named = tuple(owner for owner in owners if _wrong((owner,), "gitlab") is None)
        if len(pattern) > LONGEST:
            yield UserError("a pattern that is longer than any path", place=Place(path, number))
            continue
        excluded = pattern.startswith("!")
        bare = pattern.removeprefix("!")
        yield OwnerRule(pattern, () if excluded else named, number, section, _fnmatch(bare))


def _words(line: str) -> list[str]:
    """The words of a line up to a comment; a backslash keeps a space or a hash in a word."""
    words: list[str] = []
    for word in _WORD.findall(line):
        if word.startswith("#"):
            break
        words.append(word)
    return words


def _wrong(owners: tuple[str, ...] | list[str], dialect: str) -> str | None:
    handle = _HANDLES[dialect]
    return next((owner for owner in owners if not handle.fullmatch(owner) and not _MAIL.fullmatch(owner)), None)


def _gitignore(pattern: str) -> Callable[[str], bool]:
    """GitHub's patterns are those of gitignore, but `docs/*` does not reach into the folders of docs."""
    if pattern.endswith("/*") and "**" not in pattern:
        return _fnmatch("/" + pattern.lstrip("/"))
    return gitignore([pattern]).covers


def _fnmatch(pattern: str) -> Callable[[str], bool]:
    """GitLab's patterns: relative ones match at any depth, a folder needs its closing slash."""
    if pattern == "*":
        pattern = "/**/*"
    bare = pattern.removeprefix("/") if pattern.startswith("/") else f"**/{pattern}"
    bare += "**/*" if bare.endswith("/") else ""
    steps = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.findall(r"\*\*/|\*\*|\*|\?|\\.|[^*?\\]+|\\", bare)
    expression = "(?s)" + "".join(steps.get(part) or re.escape(part.removeprefix("\\")) for part in parts)
    compiled = re2.compile(expression)  # linear in time, whatever the pattern
    return lambda path: compiled.fullmatch(plain(path)) is not None
