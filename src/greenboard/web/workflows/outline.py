"""What a document holds, part by part, as the page that changes it lists it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.workflows import kinds, parts
from greenboard.workflows.parts import GROUP

_GROUPS = {
    "Ask and tell people": ("approve", "ask", "notify", "message"),
    "Call tools": ("http", "action", "aws"),
    "Wait, look and compute": ("wait", "check", "transform", "run", GROUP),
    "Change what is known": ("fact", "entity", "attest", "exempt", "scaffold"),
}


@dataclass(frozen=True)
class Line:
    """A part: where it stands in the document and in the text, and what can be done with it."""

    place: str
    title: str
    note: str
    indent: int = 0
    start: int = 0
    end: int = 0
    moves: bool = False


@dataclass(frozen=True)
class Spot:
    """Where one more step can stand."""

    place: str
    title: str


@dataclass(frozen=True)
class Offer:
    """A kind of step that can be added."""

    kind: str
    title: str
    connection: str = ""
    action: str = ""


@dataclass(frozen=True)
class Outline:
    """The parts of a document, and what it can have more of."""

    inputs: tuple[Line, ...]
    starts: tuple[Line, ...]
    secrets: tuple[Line, ...]
    steps: tuple[Line, ...]
    spots: tuple[Spot, ...]
    undoing: tuple[Spot, ...]
    next_start: str

    @property
    def others(self) -> tuple[tuple[str, tuple[Line, ...], str, str], ...]:
        """What there is besides steps: its title, its parts, where one more stands, and what adds that."""
        return (
            ("Inputs", self.inputs, "inputs", "Add an input"),
            ("Starts by itself", self.starts, self.next_start, "Add a start"),
            ("Secrets", self.secrets, "secrets", "Add a secret"),
        )


def outline(text: str) -> Outline | None:
    """The parts of a text, right or not; None where it cannot be read at all."""
    try:
        data = parts.data(text)
        documents = yaml.read(text, "workflow.yaml")
    except UserError:
        return None
    if not documents:
        return Outline((), (), (), (), (Spot("steps.0", "At the end"),), (), "start.0")
    at = _Placed(text, documents[0])
    steps = tuple(at.steps(data.get("steps"), ("steps",), 0))
    starts = data.get("start") if isinstance(data.get("start"), list) else []
    return Outline(
        tuple(at.line(("inputs", name), name, _type(one)) for name, one in _named(data, "inputs")),
        tuple(at.line(("start", index), _starts(one), "") for index, one in enumerate(starts or ())),
        tuple(at.line(("secrets", name), name, str(one)) for name, one in _named(data, "secrets")),
        steps,
        tuple(_spots(data.get("steps"))),
        tuple(_undoing(data.get("steps"), "steps")),
        f"start.{len(starts or ())}",
    )


def palette() -> list[tuple[str, list[Offer]]]:
    """What steps can do, in groups; actions of connected tools and of plugins are among it."""
    known = kinds.known()
    found = []
    for title, names in _GROUPS.items():
        offers = [Offer(name, known[name].title if name in known else "Go around, or only where") for name in names]
        found.append((title, offers))
    tools = [Offer("action", f"{action.title}: {row}", row, name) for row, name, action in parts.actions()]
    listed = {name for names in _GROUPS.values() for name in names}
    brought = [
        Offer(name, f"{kind.title}: {name.partition('.')[0]}") for name, kind in known.items() if name not in listed
    ]
    return [
        *found,
        *([("At connected tools", tools)] if tools else []),
        *([("Brought by plugins", brought)] if brought else []),
    ]


def _named(data: Mapping[str, Any], head: str) -> Iterator[tuple[str, Any]]:
    found = data.get(head)
    yield from found.items() if isinstance(found, dict) else ()


def _type(one: Any) -> str:
    told = one if isinstance(one, dict) else {}
    return str(told.get("type", "text")) + ("" if told.get("required", True) else ", optional")


def _starts(one: Any) -> str:
    told = one if isinstance(one, dict) else {}
    return next((f"{name}: {told[name]}" for name in ("every", "event", "webhook") if told.get(name)), "never")


@dataclass(frozen=True)
class _Placed:
    """Finds where parts stand in a text."""

    text: str
    document: yaml.Document

    def line(self, path: yaml.Path, title: str, note: str, indent: int = 0, *, moves: bool = False) -> Line:
        number = (self.document.place(*path).line or 1) - 1
        lines = self.text.split("\n")
        start = sum(len(line) + 1 for line in lines[:number])
        place = ".".join(str(one) for one in path)
        return Line(
            place, title, note, indent, start, start + len(lines[number]) if number < len(lines) else start, moves
        )

    def steps(self, steps: Any, at: yaml.Path, depth: int) -> Iterator[Line]:
        for index, step in enumerate(steps if isinstance(steps, list) else ()):
            told = step if isinstance(step, dict) else {}
            note = str(told.get("do") or ("for each" if told.get("each") else "steps within"))
            note = f"otherwise: {note}" if at[-1] == "else" else note
            yield self.line((*at, index), _title(told), note, min(depth, 4), moves=True)
            if isinstance(undo := told.get("undo"), dict):
                does = str(undo.get("do") or "nothing")
                yield self.line((*at, index, "undo"), f"Takes back: {_title(told)}", does, min(depth + 1, 4))
            yield from self.steps(told.get("steps"), (*at, index, "steps"), depth + 1)
            yield from self.steps(told.get("else"), (*at, index, "else"), depth + 1)


def _title(step: Mapping[str, Any]) -> str:
    return str(step.get("title") or step.get("id") or "a step")


def _spots(steps: Any) -> Iterator[Spot]:
    several = steps if isinstance(steps, list) else []
    yield Spot(f"steps.{len(several)}", "At the end")
    if several:
        yield Spot("steps.0", "At the beginning")
    yield from _after(several, "steps")


def _after(steps: list[Any], at: str) -> Iterator[Spot]:
    for index, step in enumerate(steps):
        told = step if isinstance(step, dict) else {}
        yield Spot(f"{at}.{index + 1}", f"After “{_title(told)}”")
        if told.get("if") and told.get("steps") and not (told.get("each") or told.get("else")):
            yield Spot(f"{at}.{index}.else.0", f"Otherwise, instead of “{_title(told)}”")
        for inner in ("steps", "else"):
            if isinstance(told.get(inner), list):
                yield from _after(told[inner], f"{at}.{index}.{inner}")


def _undoing(steps: Any, at: str) -> Iterator[Spot]:
    """Where what takes a step back can stand: at those that change something and have none yet."""
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        told = step if isinstance(step, dict) else {}
        kind = kinds.known().get(str(told.get("do")))
        if kind is not None and not (kind.waits or kind.pure or told.get("undo")):
            yield Spot(f"{at}.{index}.undo", f"To take back “{_title(told)}”")
        for inner in ("steps", "else"):
            yield from _undoing(told.get(inner), f"{at}.{index}.{inner}")
