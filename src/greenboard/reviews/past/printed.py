"""A past review as a document for print."""

from __future__ import annotations

import json

from greenboard.paper.types import Document, Facts, Heading, Table, Text
from greenboard.reviews.models import PastReview
from greenboard.reviews.past import keeping


def document(row: PastReview, link: str) -> Document:
    """All of it. `link` is the address of its page."""
    told = json.loads(row.text)
    facts = (
        ("Source", row.source),
        ("Commit", row.corpus.commit or "not told"),
        ("Imported", f"{row.corpus.at:%Y-%m-%d %H:%M} UTC by {row.corpus.by}"),
        ("Digest", row.digest),
        ("Page", link),
    )
    approvals = tuple((one["stage"], one["approver"], one["file"]) for one in told["approvals"])
    files = tuple((path, keeping.link(row.corpus, path), digest) for path, digest in told["files"].items())
    answers = [
        block for one in told["answers"] for block in (Heading(one["title"], 2), Text(one["text"] or "Not answered."))
    ]
    return Document(
        title=row.title,
        subtitle=f"{row.name}, version {row.number}: reviewed by others",
        blocks=(
            Facts(facts),
            Heading("Approvals"),
            Table(("Stage", "Approved by", "File"), approvals) if approvals else Text("Nobody approved anything."),
            Heading("Answers"),
            *(answers or (Text("There is no questionnaire."),)),
            Heading("Files"),
            Table(("File", "Where", "SHA-256"), files),
        ),
        footer=f"{row.name} · SHA-256 {row.digest[:16]}…",
        made=row.valid_from,
    )
