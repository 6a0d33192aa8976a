"""The `greenboard` command. Each subcommand is a module of its own, loaded when it is called."""

from __future__ import annotations

import os
import sys
import traceback
from pathlib import Path

import click

from greenboard import __version__
from greenboard.core.errors import UserError
from greenboard.project.discovery import Discovered

CONFIG = "GREENBOARD_CONFIG"
OWN_FAULT = 70
"""Exit code of an internal fault (EX_SOFTWARE of BSD's sysexits.h)."""


@click.group(
    cls=Discovered,
    packages=("greenboard.cli", "greenboard.project.commands"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="greenboard")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an internal fault.")
def group() -> None:
    """Is this component ready for production, and is it still?"""
    # Only a file that is named: what `check` looks at may be another's, with a file of that name in it.
    if os.environ.get(CONFIG):
        from greenboard.project.configuration import given

        given.adopt()


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
