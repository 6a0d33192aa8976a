"""How long one look at a repository of 50,000 files takes, and how much memory; prints JSON as its last line.

The repository is generated in a temporary folder: source in several languages, manifests, container
files, Kubernetes manifests, documentation, one commit. The figures are of reading alone, in a
process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

GIT = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")
SERVICES = 25


def generate(folder: Path, files: int) -> None:
    """Write a monorepo of `SERVICES` services with about this many files."""
    each = files // SERVICES
    (folder / "CODEOWNERS").write_text("* @shop/all\n" + "".join(f"/svc{n}/ @shop/team{n}\n" for n in range(SERVICES)))
    (folder / "README.md").write_text("# Shop\n\nSee [one](svc0/README.md).\n")
    for number in range(SERVICES):
        root = folder / f"svc{number}"
        root.mkdir()
        (root / "package.json").write_text('{"name": "x", "dependencies": {"a": "^1.0.0"}}')
        (root / "Dockerfile").write_text("FROM node:24.1.0\nUSER 1000\n")
        (root / "README.md").write_text(f"# Service {number}\n\n" + "Words of prose. " * 50)
        for index in range(each - 3):
            _file(root, number, index)


def _file(root: Path, number: int, index: int) -> None:
    suffix, text = {
        0: ("yaml", f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c{index}\ndata:\n  a: b\n"),
        1: ("json", '{"a": [1, 2, 3]}'),
        2: ("md", f"# Page {index}\n\nText with a [link](../README.md).\n"),
        3: ("py", "x = 1\n"),
    }.get(index % 20, ("ts", f"export const x{index} = {number};\n"))
    if index % 200 == 0:
        text = f"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: d{index}\nspec:\n  replicas: 2\n"
    folder = root / ("docs" if suffix == "md" else "src") / f"m{index // 50}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"f{index}.{suffix}").write_text(text)


def look(folder: Path) -> None:
    """Read the repository and print the figures of this process."""
    from greenboard.facts import vocabulary
    from greenboard.repository import collect

    started = time.perf_counter()
    seen = collect.look(folder, now=datetime.now(UTC), vocabulary=vocabulary.load())
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {"files": len(seen.tree.files), "facts": len(seen.facts), "gaps": len(seen.gaps)}
    print(json.dumps(figures | {"seconds": round(seconds, 2), "peak_mib": round(peak)}))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--files", type=int, default=50_000)
    arguments.add_argument("--look", type=Path, help="only look at this repository")
    chosen = arguments.parse_args()
    if chosen.look:
        look(chosen.look)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "shop"
        folder.mkdir()
        generate(folder, chosen.files)
        subprocess.run([*GIT, "init", "-q", str(folder)], check=True)
        subprocess.run([*GIT, "-C", str(folder), "add", "-A"], check=True)
        subprocess.run([*GIT, "-C", str(folder), "commit", "-q", "-m", "all"], check=True)
        subprocess.run([sys.executable, __file__, "--look", str(folder)], check=True)


if __name__ == "__main__":
    main()
