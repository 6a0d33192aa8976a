"""Files that are given to runs: handed in as evidence is, looked at by their bytes, kept as long as the run."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from greenboard.access.errors import Absent
from greenboard.attestations import files
from greenboard.attestations.models import File, Upload
from greenboard.core.errors import UserError
from greenboard.workflows.inputs import Input
from greenboard.workflows.models import Attached, Run
from greenboard.workflows.types import Json


def find(field: Input, number: str, by: str) -> Json:
    """A file that somebody handed in, as a run is given it; None where they handed in none of that number.

    Raises:
        UserError: it is too large, or of another kind than is asked for.

    """
    if not (number.isascii() and number.isdecimal() and len(number) < 12):
        return None
    try:
        row = files.claim(int(number), by)
    except Absent:
        return None
    if row.file.size > field.largest:
        raise UserError("too large", expected=f"at most {field.largest:,} bytes", got=f"{row.file.size:,}")
    if field.media and row.file.media not in field.media:
        raise UserError("of another kind than is asked for", expected=" or ".join(field.media), got=row.file.media)
    return {"name": row.name, "size": row.file.size, "media": row.file.media, "digest": row.file.digest}


def keep(run: Run, fields: Mapping[str, Input], values: Mapping[str, Json]) -> None:
    """Keep the files among the values of a run that begins."""
    for name, value in values.items():
        if fields[name].type == "file" and isinstance(value, dict):
            file = File.objects.get(digest=value["digest"])
            Attached.objects.create(run=run, name=name, title=str(value["name"]), file=file)


def of(run: int, name: str) -> Attached:
    """The file of an input of a run.

    Raises:
        Absent: it has none.

    """
    found = Attached.objects.select_related("file").filter(run=run, name=name).first()
    if found is None:
        raise Absent(f"run {run} was given no file {name[:80]!r}")
    return found


def hand_in(attached: Attached, by: str, at: datetime) -> int:
    """Hand a file of a run in as evidence of somebody: the number of the upload."""
    made: int = Upload.objects.create(file=attached.file, name=attached.title, by=by, at=at).pk
    return made
