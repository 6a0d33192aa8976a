"""Subcommands that are found by looking: a module for each, loaded when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

_ROOT = Path(__file__).resolve().parents[1]


class Discovered(click.Group):
    """Finds its subcommands in packages: each module that does not start with `_` defines a `command`.

    It is called as its module is, with `-` for `_`; a word of Python has one at its end.

    The first line of a module's docstring is its help, read without importing the module, so that
    help stays quick however much a command imports.
    """

    def __init__(self, *arguments: Any, packages: tuple[str, ...], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.packages = packages

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(self._found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        found = self._found().get(cmd_name)
        if found is None:
            return None
        command = importlib.import_module(f"{found[0]}.{found[1].stem}").command
        assert isinstance(command, click.Command), f"{found[1]} defines no click command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(path)) for name, (_, path) in sorted(self._found().items())])

    def _found(self) -> dict[str, tuple[str, Path]]:
        """Every command by name, with its package and file."""
        return {
            path.stem.rstrip("_").replace("_", "-"): (package, path)
            for package in self.packages
            for path in _modules(package)
        }


def _modules(package: str) -> Iterator[Path]:
    folder = _ROOT.joinpath(*package.split(".")[1:])
    return (path for path in folder.glob("*.py") if not path.stem.startswith("_"))


def _summary(path: Path) -> str:
    """The first line of a command's module docstring."""
    return path.read_text(encoding="utf-8").partition('"""')[2].partition("\n")[0].rstrip('"')
