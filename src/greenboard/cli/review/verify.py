"""Verify the evidence of a signed review."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("verify", short_help=__doc__)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.argument("digest", metavar="DIGEST")
def command(*, file: Path, digest: str) -> int:
    """Count the digest of evidence (the file that the page of a signature gives) and compare it with what was signed.

    Needs no server. Exit codes: 0 it is what was signed, 1 it is not, 2 it cannot be read.
    """
    from greenboard.core.errors import UserError
    from greenboard.reviews import freezing

    try:
        text = file.read_bytes().decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file} cannot be read: {error}") from None
    wrong = freezing.wrong(text, digest.strip().lower().removeprefix("sha-256=").removeprefix("sha256:"))
    click.echo(f"{file}: {wrong or 'it is what was signed'}")
    return 1 if wrong else 0
