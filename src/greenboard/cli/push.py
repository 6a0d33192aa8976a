"""Send facts or reports from a pipeline to a server: taken whole, or refused with the place of each mistake."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from greenboard.cli.remote import pipeline
from greenboard.cli.remote.sending import headers, send, server
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

_WHOLE = ("entities", "relations", "facts", "gaps")


@click.command()
@click.argument(
    "files",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE...|-",
    nargs=-1,
    required=True,
)
@click.option("--entity", help="Whose reports they are, for instance component:default/checkout.", metavar="REF")
@click.option("--format", "form", help="Format of all reports. Default: told by their content.")
@click.option("--source", help="What the source of the facts is called. Default: the tool that made the report.")
@click.option("--commit", help="What was built. Default: as the pipeline says.")
@click.option("--link", help="Where the run can be seen. Default: as the pipeline says.")
@click.option("--url", help="Address of the server. Default: GREENBOARD_URL.")
@click.option("--key", help="Idempotency key: the same one again changes nothing. Default: a new one.")
def command(files: tuple[Path, ...], url: str | None, key: str | None, **asked: str | None) -> None:
    """Send reports of one entity as they are, or facts as JSON.

    With --entity the files are reports: JUnit, coverage, SARIF, bills of materials, scanners, load tests, plans,
    Kubernetes objects and more; docs/reports.md has them all. They are taken together or not at all.

    Without it there is one file, a list of facts or an object with facts, gaps, entities and relations; docs/api.md
    says what the parts are.

    The token is read from GREENBOARD_TOKEN; it needs the permission facts.write, and catalog.write for entities and
    relations. It is tried again when the server does not answer. Exit codes: 0 taken, 1 the server does not
    answer, 2 refused.
    """
    if asked["entity"]:
        parts = list(_parts(files))
        address, params = f"{server(url)}/api/v1/reports", _params(asked)
        told = send(address, headers(key), files=parts, params=params)
        click.echo("\n".join(_reported(told)))
        return
    strangers = [name for name in ("form", "source", "commit", "link") if asked[name]]
    if len(files) > 1 or strangers:
        raise UserError("whose reports are these?", expected="--entity KIND:NAMESPACE/NAME")
    body = _body(files[0])
    where = "bulk" if {"entities", "relations"} & body.keys() else "facts"
    address = server(url)
    told = send(f"{address}/api/v1/{where}", headers(key), json=body)
    click.echo("; ".join(_said(told)))


def _params(asked: Mapping[str, str | None]) -> dict[str, str]:
    entity = asked["entity"] or ""
    stated = {
        "entity": str(Ref.parse(entity)),
        "format": asked["form"],
        "source": asked["source"],
        "commit": asked["commit"] or pipeline.commit(os.environ),
        "link": asked["link"] or pipeline.run(os.environ),
    }
    return {name: value for name, value in stated.items() if value}


def _parts(files: Sequence[Path]) -> Iterator[tuple[str, tuple[str, bytes, str]]]:
    """The files of the form, each called by its path from here.

    Raises:
        UserError: one cannot be read.

    """
    for file in files:
        label, raw = _read(file)
        yield label, (Path(label).name, raw, "application/octet-stream")


def _read(file: Path) -> tuple[str, bytes]:
    """What a file is called, and what is in it."""
    if str(file) == "-":
        return "standard input", sys.stdin.buffer.read()
    near = file.is_relative_to(Path.cwd())
    label = file.relative_to(Path.cwd()) if near else Path(file.name) if file.is_absolute() else file
    try:
        return label.as_posix(), file.read_bytes()
    except OSError as error:
        raise UserError(f"cannot be read: {error.strerror}", place=Place(str(file))) from None


def _body(file: Path) -> dict[str, Any]:
    """The facts in a file, as the server wants them.

    Raises:
        UserError: it cannot be read, or is no JSON.

    """
    label, raw = _read(file)
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UserError("not UTF-8 text", place=Place(label)) from None
    except json.JSONDecodeError as error:
        place = Place(label, error.lineno, error.colno)
        raise UserError(f"not JSON: {error.msg}", place=place, hint=_HINT) from None
    except RecursionError:
        raise UserError("nested too deeply", place=Place(label)) from None
    if isinstance(data, list):
        return {"facts": data}
    if not isinstance(data, dict) or not data.keys() <= set(_WHOLE):
        expected = f"a list, or an object of {', '.join(_WHOLE)}"
        raise UserError("not facts", place=Place(label), expected=expected, hint=_HINT)
    return data


_HINT = "A report needs --entity."


def _reported(told: Mapping[str, Any]) -> Iterable[str]:
    yield from (f"{one['name']}: {one['title']}" for one in told["reports"])
    yield f"{', '.join(told['types']) or 'nothing'}: {_counted(told['facts'])}"


def _said(told: Mapping[str, Any]) -> Iterable[str]:
    yield _counted(told["facts"])
    entities = told["entities"]
    if any(entities.values()):
        made, changed, same = entities["created"], entities["changed"], entities["unchanged"]
        yield f"entities: {made} created, {changed} changed, {same} as before"


def _counted(facts: Mapping[str, int]) -> str:
    return f"{facts['began']} new, {facts['ended']} ended, {facts['same']} as before"
