"""The `greenboard` command. Each subcommand is a module of its own, loaded when it is called."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

import click

from greenboard import __version__
from greenboard.core.errors import UserError

OWN_FAULT = 70
"""Exit code of an internal fault (EX_SOFTWARE of BSD's sysexits.h)."""

_PACKAGE = Path(__file__).resolve().parents[1]
_FOLDERS = {"greenboard.cli": _PACKAGE / "cli", "greenboard.project.commands": _PACKAGE / "project" / "commands"}


class _Commands(click.Group):
    """Finds subcommands by looking for modules in the two folders of commands.

    The first line of a module's docstring is its help, read without importing the module, so that
    `greenboard --help` stays quick however much a command imports.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_found())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        found = _found().get(cmd_name)
        if found is None:
            return None
        command = importlib.import_module(f"{found[0]}.{cmd_name}").command
        assert isinstance(command, click.Command), f"{found[1]} defines no click command"
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, _summary(path)) for name, (_, path) in sorted(_found().items())])


def _found() -> dict[str, tuple[str, Path]]:
    """Every command by name, with its package and file."""
    return {
        path.stem: (package, path)
        for package, folder in _FOLDERS.items()
        for path in folder.glob("*.py")
        if not path.stem.startswith("_")
    }


def _summary(path: Path) -> str:
    """The first line of a command's module docstring."""
    return path.read_text(encoding="utf-8").partition('"""')[2].partition("\n")[0].rstrip('"')


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="greenboard")
@click.option("--debug", is_flag=True, help="Show the traceback of an internal fault.")
def group(debug: bool) -> None:
    """Is this component ready for production, and is it still?"""


def main() -> None:
    """Run the command line: exit 2 for input that a person can mend, 70 for our own fault."""
    try:
        sys.exit(group.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except UserError as error:
        click.echo(f"greenboard: {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as fault:  # noqa: BLE001 - the boundary of the program: a fault of ours is told, not dumped
        _tell(fault)
        sys.exit(OWN_FAULT)


def _tell(fault: Exception) -> None:
    if "--debug" in sys.argv:
        traceback.print_exception(fault)
    where = traceback.extract_tb(fault.__traceback__)[-1]
    click.echo(
        f"greenboard: internal fault: {type(fault).__name__}: {fault} ({Path(where.filename).name}:{where.lineno}).\n"
        "This is a bug in Greenboard, not in your input. Run again with `greenboard --debug ...` and report it.",
        err=True,
    )


if __name__ == "__main__":
    main()
