"""Installations whose database is there already: made once in a process and copied, as making it takes as long as a test."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

FILE = "greenboard.sqlite3"
_MAKE = "from greenboard.project import setup; setup.django(); setup.migrate()"


@cache
def _made() -> Path:
    """The file of a database in which nothing was entered, not even an administrator."""
    folder = Path(tempfile.mkdtemp(prefix="greenboard-made-"))
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GREENBOARD_", "DJANGO_"))}
    own = {**kept, "GREENBOARD_DATA_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", _MAKE], env=own, check=True)
    return folder / FILE


def prepared(folder: Path) -> Path:
    """The same data folder, with a migrated database unless it has one."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / FILE).exists():
        shutil.copyfile(_made(), folder / FILE)
    return folder
