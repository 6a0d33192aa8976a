"""Generate a typed Python client of the API from its committed description: `python tools/client.py FOLDER`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DESCRIPTION = ROOT / "docs" / "openapi.json"
SETTINGS = 'package_name_override: "greenboard_client"\nproject_name_override: "greenboard-client"\npost_hooks: []\n'


def generate(folder: Path, description: Path = DESCRIPTION) -> Path:
    """Write the client into a folder, in the place of what is there; the package `greenboard_client` is in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        settings = Path(place) / "client.yaml"
        settings.write_text(SETTINGS, encoding="utf-8")
        command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(description)]
        command += ["--output-path", str(folder), "--config", str(settings), "--fail-on-warning"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"the client could not be generated:\n{done.stdout}{done.stderr}")
    return folder


if __name__ == "__main__":
    print(generate(Path(sys.argv[1]).resolve()))
