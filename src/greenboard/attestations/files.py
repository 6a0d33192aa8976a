"""Files that people hand in as evidence: what they may be, where they are kept, how they are given out again.

What a file is, its bytes say, not its name. It is kept in the database under its digest, once however often it is
handed in, and is never opened: nothing is unpacked, drawn or run. This module knows nothing of what a file is evidence
of.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import datetime, timedelta
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.db.models import Exists, ManyToOneRel, OuterRef
from django.http import HttpResponse

from greenboard.access.errors import Absent
from greenboard.attestations.models import File, Upload
from greenboard.core.errors import UserError

UNCLAIMED = timedelta(days=2)
"""So long an upload waits to become evidence of something."""
_SIGNS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"%PDF-", "application/pdf", ("pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", ("png",)),
    (b"\xff\xd8\xff", "image/jpeg", ("jpg", "jpeg")),
    (b"GIF8", "image/gif", ("gif",)),
    (b"PK\x03\x04", "application/zip", ("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp")),
)
"""How files of the kinds that are taken begin, and by which names they go."""
_PLAIN = ("txt", "md", "csv", "tsv", "json", "jsonl", "log", "yaml", "yml", "eml", "asc", "rst")
_MARKUP = re.compile(rb"\s*(<\?xml|<!doctype|<!--|<html|<svg|<head|<body|<script|<[a-z][a-z0-9]*[\s>/])", re.IGNORECASE)
_TAKEN = "PDF, PNG, JPEG, GIF, ZIP (with Office and OpenDocument), or plain text"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


class NotTaken(UserError):
    """A file that cannot be evidence."""


class TooLarge(NotTaken):
    """A file of more bytes than are taken."""

    status = 413


def keep(content: IO[bytes], name: str, by: str, at: datetime) -> Upload:
    """Take a file in, by whom and under which name.

    Raises:
        UserError: it is too large, empty, not of a kind that is taken, or not what its name says.

    """
    most = settings.EVIDENCE_BYTES
    raw = content.read(most + 1)
    called = plain(name)
    if len(raw) > most:
        raise TooLarge(f"{called}: too large", expected=f"at most {most:,} bytes", hint="Link to where it is kept.")
    media = sniffed(raw, called)
    digest = hashlib.sha256(raw).hexdigest()
    file, _ = File.objects.get_or_create(digest=digest, defaults={"size": len(raw), "media": media, "content": raw})
    return Upload.objects.create(file=file, name=called, by=by, at=at)


def plain(name: str) -> str:
    """The last part of a name, of signs that any system takes: `../../x` becomes `x`."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign if sign.isalnum() or sign in " ._-()" else "_" for sign in last).strip(" .")
    head, dot, end = kept.rpartition(".")
    return f"{head[:150]}{dot}{end[:20]}" if head else (kept[:150] or "file")


def sniffed(raw: bytes, name: str) -> str:
    """What a file is, by its bytes.

    Raises:
        NotTaken: it is nothing that is taken, or its name says something else.

    """
    if not raw:
        raise NotTaken(f"{name}: empty")
    end = name.rpartition(".")[2].lower() if "." in name else ""
    for sign, media, ends in _SIGNS:
        if raw.startswith(sign):
            return _named(name, end, media, ends)
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return _named(name, end, "image/webp", ("webp",))
    if _MARKUP.match(raw):
        raise NotTaken(f"{name}: begins like HTML, SVG or XML", expected=_TAKEN, hint="Print it as PDF.")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise NotTaken(f"{name}: of a kind that is not taken", expected=_TAKEN) from None
    if "\x00" in text:
        raise NotTaken(f"{name}: of a kind that is not taken", expected=_TAKEN)
    return _named(name, end, "text/plain", _PLAIN)


def _named(name: str, end: str, media: str, ends: tuple[str, ...]) -> str:
    if end and end not in ends:
        raise NotTaken(
            f"{name}: is {media}, which its name does not say", expected=f"a name with .{' or .'.join(ends)}"
        )
    return media


def claim(number: int, by: str) -> Upload:
    """An upload of somebody, to become evidence.

    Raises:
        Absent: they handed in none of that number.

    """
    found = Upload.objects.filter(pk=number, by=by).select_related("file").first()
    if found is None:
        raise Absent(
            f"you handed in no file {number}", hint="Hand it in first; what waits longer than two days is gone."
        )
    return found


def served(file: File, name: str) -> HttpResponse:
    """A file to be kept by whoever asks, never shown in a page of ours."""
    response = HttpResponse(bytes(file.content), content_type=file.media, headers=_HEADERS)
    ascii_ = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{ascii_}\"; filename*=UTF-8''{quote(name)}"
    response.headers["Digest"] = f"sha-256={file.digest}"
    return response


def forget(before: datetime) -> int:
    """Forget uploads that became evidence of nothing, and files that nothing refers to. How many uploads."""
    count = Upload.objects.filter(at__lt=before).delete()[0]
    lost = File.objects.all()
    for relation in File._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            users = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
            lost = lost.filter(~Exists(users))
    lost.delete()
    return count
