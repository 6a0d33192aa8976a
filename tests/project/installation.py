"""A real installation in a folder, and commands run on it as people run them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.installation import prepared

ENTER = """
from greenboard.project import setup
setup.django()
from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity
from greenboard.core import clock
from greenboard.core.refs import Ref
from greenboard.facts import store as facts
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind
def say(name, exists=True):
    ref = Ref("library", "default", name)
    value = facts.vocabulary().normalise("license", {"exists": exists})
    record([Fact(ref, "license", value, Source(SourceKind.CONNECTION, "forge"), clock.now())], [], clock.now())
def enter(*names):
    refs = [Ref("library", "default", name) for name in names]
    catalog.save(Declared(tuple(Entity(ref, title="Größe \\u2028 of " + ref.name) for ref in refs)), clock.now(), cause="test")
"""


def surroundings(data: Path, url: str = "", **more: str) -> dict[str, str]:
    """The variables of an installation, and none of this process's own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    return {**kept, "GREENBOARD_DATA_DIR": str(data), "GREENBOARD_DATABASE_URL": url, **more}


def greenboard(*arguments: str | Path, env: dict[str, str], anew: bool = False) -> subprocess.CompletedProcess[str]:
    """Run the command. Where it migrates a new file, that is copied from one that was made before, unless `anew`."""
    if arguments == ("migrate",) and not anew and not env["GREENBOARD_DATABASE_URL"]:
        prepared(Path(env["GREENBOARD_DATA_DIR"]))
    command = [sys.executable, "-m", "greenboard.project.main", *map(str, arguments)]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=300)


def python(code: str, env: dict[str, str]) -> str:
    done = subprocess.run([sys.executable, "-c", ENTER + code], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
