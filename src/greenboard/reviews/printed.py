"""A signed review as a document for print: all of it from the frozen evidence, so that it says the same for ever."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core import clock
from greenboard.paper.types import Block, Document, Facts, Heading, Table, Text
from greenboard.reviews.types import Decision

OUTCOMES = {
    "pass": "✓ Pass",
    "fail": "✕ Fail",
    "no_data": "◌ No data",
    "error": "! Error",
    "not_applicable": "– Not applicable",
}
DECISIONS = {Decision.GO: "Go", Decision.GO_WITH_CONDITIONS: "Go with conditions", Decision.NO_GO: "No go"}
Said = Mapping[str, Any]


def document(told: Said, digest: str, link: str) -> Document:
    """The document of frozen evidence. `link` is the address of its page."""
    review = told["review"]
    decision = DECISIONS[Decision(review["decision"])]
    signed = day(review["signed_at"])
    return Document(
        title=f"Readiness review: {review['title']}",
        subtitle=f"{told['template']['title']}, {told['template']['stage'].lower()} · {decision} · {signed}",
        blocks=tuple(_blocks(told, digest, link)),
        footer=f"Readiness review {review['number']} · {review['title']} · SHA-256 {digest[:16]}…",
        made=clock.parse_time(told["at"]),
    )


def _blocks(told: Said, digest: str, link: str) -> Iterator[Block]:
    review = told["review"]
    yield Heading("Decision")
    yield Facts(
        (
            ("Decision", DECISIONS[Decision(review["decision"])]),
            ("Because", review["rationale"] or "–"),
            ("Decided", f"{review['decided_by']}, {moment(review['decided_at'])}"),
            ("Signed", f"{review['signed_by']}, {moment(review['signed_at'])}"),
            ("Asked for", f"{review['requested_by']}, {moment(review['requested_at'])}"),
            ("Evidence as of", moment(told["at"])),
            ("Digest", digest),
            ("Page", link),
        )
    )
    if told["conditions"]:
        rows = tuple(
            (
                one["text"],
                one["owner"],
                day(one["due"]),
                f"{day(one['done'])}: {one['said']}" if one["done"] else "open",
            )
            for one in told["conditions"]
        )
        yield Heading("Conditions", 2)
        yield Table(("What has to be done", "By whom", "Until", "Done"), rows)
    yield Heading("What was reviewed")
    yield Table(("Entity", "Owner", "Tier", "Data", "Depends on"), tuple(_entities(told)))
    if told["findings"]:
        yield Heading("Findings")
        yield Table(("Finding", "Severity", "Owner", "Due", "State"), tuple(_findings(told)))
    for section in told["sections"]:
        yield from _section(section)
    if told["comments"]:
        yield Heading("Comments")
        rows = tuple(
            (one["question"] or one["section"], one["text"], one["by"], day(one["at"])) for one in told["comments"]
        )
        yield Table(("About", "Comment", "By", "On"), rows)


def _entities(told: Said) -> Iterator[tuple[str, ...]]:
    for ref, one in told["entities"].items():
        yield ref, one["owner"] or "–", one["tier"] or "–", one["classification"] or "–", ", ".join(one["dependencies"])


def _findings(told: Said) -> Iterator[tuple[str, ...]]:
    for one in told["findings"]:
        title = "\n".join(part for part in (one["title"], one["text"], one["ticket"]) if part)
        yield title, one["severity"], one["owner"], day(one["due"]) if one["due"] else "–", one["state"]


def _section(section: Said) -> Iterator[Block]:
    yield Heading(section["title"])
    said = f"Accepted by {section['by']}." if section["state"] == "accepted" else f"It is {section['state']}."
    yield Text(" ".join(part for part in (said, section["said"]) if part))
    yield Table(("Question", "Answer", "Because of"), tuple(_questions(section)))


def _questions(section: Said) -> Iterator[tuple[str, str, str]]:
    for question in section["questions"]:
        answer = question["answer"]
        if answer is not None and not answer["applies"]:
            yield question["title"], "– Not applicable", f"{answer['by']}: {answer['reason']}"
        elif question["verdicts"]:
            for one in question["verdicts"]:
                title = question["title"] if len(question["verdicts"]) == 1 else f"{question['title']}\n{one['entity']}"
                exempt = "◈ Exempt, " + OUTCOMES[one["outcome"]] if one["exempt"] else OUTCOMES[one["outcome"]]
                yield title, exempt, "\n".join([one["message"], *map(proof, one["proofs"])])
        else:
            by = f"{answer['by']}, {day(answer['at'])}" if answer else ""
            yield question["title"], answer["value"] if answer else "not answered", by


def proof(one: Said) -> str:
    """A value that an answer rests on, on a line: what, from where, and when it was seen."""
    named = f"{one['fact']} {one['key']}".strip()
    seen = f"seen {moment(one['at'])}" if one["at"] else ""
    return " · ".join(part for part in (f"{named}: {one['value']}", one["source"], one["link"], seen) if part)


def moment(text: str) -> str:
    """A moment of evidence for people."""
    return f"{clock.parse_time(text):%Y-%m-%d %H:%M} UTC" if text else "–"


def day(text: str) -> str:
    """The day of a moment of evidence."""
    return f"{clock.parse_time(text):%Y-%m-%d}" if text else "–"
