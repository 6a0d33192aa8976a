"""Write the bill of materials of what runs: `python tools/sbom.py [FILE]`, CycloneDX 1.6 as JSON.

It lists the locked Python packages with their hashes, and the npm packages that the browser's files
are built from. Nothing is asked of the network; the same locks give the same file.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
_LOCKED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def python() -> Iterator[dict[str, Any]]:
    """The packages of requirements/run.txt."""
    text = (ROOT / "requirements" / "run.txt").read_text(encoding="utf-8")
    found = list(_LOCKED.finditer(text))
    for one, following in zip(found, [*found[1:], None], strict=True):
        block = text[one.start() : following.start() if following else len(text)]
        hashes = [{"alg": "SHA-256", "content": content} for content in _HASH.findall(block)]
        # A package has a file for each platform: which of them is installed is known only there.
        yield component("pypi", one["name"].lower(), one["version"]) | ({"hashes": hashes} if len(hashes) == 1 else {})


def npm() -> Iterator[dict[str, Any]]:
    """The packages of frontend/package-lock.json that go into the browser's files."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    for path, package in sorted(lock["packages"].items()):
        if path and not package.get("dev") and not package.get("link"):
            yield component("npm", path.rpartition("node_modules/")[2], package["version"])


def component(kind: str, name: str, version: str) -> dict[str, Any]:
    """One package, with its package URL."""
    address = f"pkg:{kind}/{name.replace('@', '%40')}@{version}"
    return {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}


def bill() -> dict[str, Any]:
    """The whole bill."""
    version = re.search(r'__version__ = "([^"]+)"', (ROOT / "src/greenboard/__init__.py").read_text(encoding="utf-8"))
    about = {"type": "application", "name": "greenboard", "version": version[1] if version else "0"}
    parts = [*python(), *npm()]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": about},
        "components": parts,
    }


def main() -> None:
    """Write the file."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist" / "greenboard.cdx.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    told = bill()
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"{len(told['components'])} packages in {path}")


if __name__ == "__main__":
    main()
