"""Refuse locks with a known weakness, without a network: `python tools/advisories.py`.

`tools/advisories.txt` says which versions have one. Where there is a network, `make audit` asks for all
that is known.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.MULTILINE)
_NPM = "npm:"


@dataclass(frozen=True)
class Advisory:
    """Versions of something that have a weakness. The name of an npm package begins with `npm:`."""

    name: str
    versions: Requirement
    identifier: str
    what: str

    def concerns(self, name: str, version: str) -> bool:
        """Whether this version has it. One that cannot be read is none of those."""
        try:
            return name == self.name and self.versions.specifier.contains(Version(version), prereleases=True)
        except InvalidVersion:
            return False


def read(text: str) -> list[Advisory]:
    """The advisories of a file; an empty line or one that begins with `#` is none."""
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            said, identifier, what = line.split(None, 2)
            versions = Requirement(said.removeprefix(_NPM))
            prefix = _NPM if said.startswith(_NPM) else ""
            found.append(Advisory(prefix + _plain(versions.name), versions, identifier, what))
    return found


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(root: Path) -> Iterator[tuple[str, str, str]]:
    """Everything that is locked: name, version, and the file that says so."""
    for path in sorted((root / "requirements").glob("*.txt")):
        for name, version in _PINNED.findall(path.read_text(encoding="utf-8")):
            yield _plain(name), version, path.name
    lock = root / "frontend" / "package-lock.json"
    for where, package in json.loads(lock.read_text(encoding="utf-8"))["packages"].items():
        if where and "version" in package:
            yield _NPM + where.rpartition("node_modules/")[2], package["version"], lock.name


def weak(root: Path) -> list[str]:
    """What is locked and has a known weakness, a line each."""
    advisories = read((ROOT / "tools" / "advisories.txt").read_text(encoding="utf-8"))
    return [
        f"{file}: {name} {version}: {one.identifier}, {one.what}; take one outside of {one.versions.specifier}"
        for name, version, file in locked(root)
        for one in advisories
        if one.concerns(name, version)
    ]


if __name__ == "__main__":
    found = weak(ROOT)
    print(f"advisories: {len(found)} of what is locked has a known weakness")
    sys.exit("\n".join(found) if found else 0)
