"""Writing the sample's git repositories: real commits with dates of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from greenboard.project.sample.script import Commit, Component, Repository, Script

_QUIET = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_SETTINGS = (
    "-c",
    "gc.auto=0",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "core.autocrlf=false",
    "-c",
    "core.hooksPath=/dev/null",
)
DESCRIPTOR = "greenboard.yaml"
_COMMANDS = {
    "go": ("go test ./...", "golangci-lint run"),
    "python": ("pytest", "ruff check"),
    "typescript": ("npm test", "npm run lint"),
    "java": ("mvn test", "mvn checkstyle:check"),
    "terraform": ("terraform test", "tflint"),
}
"""How each language is tested and linted in a pipeline."""


@dataclass
class Working:
    """One working tree on its way through its history. `day` is how many days ago it stands at."""

    script: Script
    repository: Repository
    folder: Path
    now: datetime
    day: int = 999
    descriptors: dict[str, dict[str, Any]] = field(default_factory=dict)

    def advance(self, day: int) -> bool:
        """Make the commits up to so many days ago; say whether there were any."""
        due = [commit for commit in commits(self.repository) if day <= commit.ago < self.day]
        self.day = day
        for commit in due:
            self._commit(commit)
        return bool(due)

    def restart(self) -> None:
        """Begin again with an empty repository."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self._git("init", "-q", "-b", "main")
        self.descriptors = {part.name: _descriptor(self.repository, part) for part in self.repository.components}
        self.day = 999

    def _commit(self, commit: Commit) -> None:
        for name in commit.remove:
            (self.folder / name).unlink()
        for name, changed in commit.describe.items():
            self.descriptors[name] |= changed
        if self.repository.described and (commit.describe or "descriptor" in commit.add):
            self._write(DESCRIPTOR, yaml.safe_dump_all(self.descriptors.values(), sort_keys=False))
        for path, text in self._files(commit):
            self._write(path, text)
        when = f"{(self.now - timedelta(days=commit.ago, hours=2)).timestamp():.0f} +0000"
        author = commit.by or self.repository.authors[0]
        who = {"NAME": author, "EMAIL": f"{author.split()[0].lower()}@harbourline.example", "DATE": when}
        signed = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in who.items()}
        self._git("add", "-A")
        self._git("commit", "-q", "--allow-empty", "-m", commit.say, **signed)
        if commit.tag:
            self._git("tag", commit.tag)

    def _files(self, commit: Commit) -> Iterator[tuple[str, str]]:
        for component in self.repository.components:
            if commit.only and component.name != commit.only:
                continue
            words = words_of(self.repository, component, self.descriptors[component.name])
            words["rehearsed"] = f"{self.now - timedelta(days=commit.ago + 8):%Y-%m-%d}"
            prefix = f"{component.path}/" if component.path else ""
            for name in commit.add:
                for path, text in self.script.files.get(name, {}).items():
                    place = path[1:] if path.startswith("/") else prefix + path
                    yield fill(place, words), fill(text, words)
        for path, text in commit.write.items():
            yield path, text

    def _write(self, path: str, text: str) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def _git(self, *arguments: str, **environment: str) -> None:
        subprocess.run(
            ["git", *_SETTINGS, "-C", str(self.folder), *arguments],
            check=True,
            capture_output=True,
            env={**os.environ, **_QUIET, **environment},
        )


def commits(repository: Repository) -> list[Commit]:
    """All commits, oldest first: those of before the history, one for each set of files, then the told ones."""
    before = [
        Commit(
            ago=100 + 9 * (len(repository.start) - index),
            say=f"Add {name.replace('-', ' ')}",
            by=repository.authors[index % len(repository.authors)],
            add=(name,),
        )
        for index, name in enumerate(repository.start)
    ]
    return [*before, *sorted(repository.commits, key=lambda commit: -commit.ago)]


def fill(text: str, words: Mapping[str, str]) -> str:
    """Put words where a text says <<word>>."""
    for name, value in words.items():
        text = text.replace(f"<<{name}>>", value)
    return text


def words_of(repository: Repository, component: Component, descriptor: Mapping[str, Any]) -> dict[str, str]:
    """The words that file texts may use."""
    name = component.name
    test, lint = _COMMANDS[repository.language]
    return {
        "name": name,
        "module": name.replace("-", "_"),
        "title": str(descriptor.get("title", name)),
        "description": str(descriptor.get("description", "")),
        "team": repository.team,
        "repository": repository.name,
        "test": test,
        "lint": lint,
    }


def _descriptor(repository: Repository, component: Component) -> dict[str, Any]:
    base = {"kind": component.kind, "name": component.name, "owner": f"team:{repository.team}"}
    path = {"path": component.path} if component.path else {}
    return {**base, **path, **component.descriptor}
