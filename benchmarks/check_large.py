"""How long a repository of 50,000 files takes to look at and to check; prints JSON as its last line.

The repository is generated in a temporary folder: source in several languages, manifests, container
files, Kubernetes manifests, documentation, one commit. `look_seconds` is of reading alone, without
the start of Python; `check_seconds` of the whole command `greenboard check`, from start to end;
`peak_mib` the most memory that either took. Each runs in a process of its own, after one run that
is not counted and leaves the files in the system's cache.
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

    words = vocabulary.load()
    started = time.perf_counter()
    seen = collect.look(folder, now=datetime.now(UTC), vocabulary=words)
    seconds = time.perf_counter() - started
    print(json.dumps({"files": len(seen.tree.files), "look_seconds": round(seconds, 2), "look_mib": _peak()}))


def check(folder: Path) -> float:
    """Run the command as a user would, and return its seconds."""
    command = [
        sys.executable,
        "-c",
        "from greenboard.project.main import main; main()",
        "check",
        str(folder),
        "--format",
        "json",
    ]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _peak(who: int = resource.RUSAGE_SELF) -> int:
    """The most memory of this process, or of the largest that it started, in MiB."""
    return round(resource.getrusage(who).ru_maxrss / 1024)


def measure(folder: Path) -> dict[str, float]:
    """All figures of one repository."""
    check(folder)
    told = subprocess.run(
        [sys.executable, __file__, "--look", str(folder)], check=True, capture_output=True, text=True
    ).stdout
    looked = json.loads(told.splitlines()[-1])
    seconds = check(folder)
    return {
        "files": looked["files"],
        "look_seconds": looked["look_seconds"],
        "check_seconds": round(seconds, 2),
        "peak_mib": max(looked["look_mib"], _peak(resource.RUSAGE_CHILDREN)),
    }


def main() -> None:
    """Generate a repository and measure, or look at the one that is named."""
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
        print(json.dumps(measure(folder)))


if __name__ == "__main__":
    main()
