"""Structured questions: one definition, of which the form in the browser and the check here are made. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from greenboard.attestations.types import Answer, Kind, Question
from greenboard.core.errors import Place, UserError, suggest

LONGEST = 4_000
"""Characters of a text whose question does not bound it."""


def attributes(question: Question, today: date) -> dict[str, str]:
    """What the browser checks, as attributes of the field; what it takes, `read` takes, and the other way round."""
    found: dict[str, str] = {"required": ""} if question.required else {}
    match question.kind:
        case Kind.NUMBER:
            bounds = {"min": question.least, "max": question.most}
            found |= {"type": "number", "step": "1" if question.whole else "any"}
            found |= {name: f"{bound:g}" for name, bound in bounds.items() if bound is not None}
        case Kind.DATE:
            found |= {"type": "date"}
            if question.earliest is not None:
                found["min"] = str(today - timedelta(days=question.earliest))
            if not question.future:
                found["max"] = str(today)
        case Kind.TEXT:
            found["maxlength"] = f"{question.most or LONGEST:g}"
            if question.least:
                found["minlength"] = f"{question.least:g}"
        case Kind.CHOICE:
            pass
    return found


def read(
    questions: Sequence[Question], given: Mapping[str, object], today: date, place: Callable[[str], Place | None]
) -> tuple[dict[str, Answer], list[UserError]]:
    """The answers that fit, and what is wrong with the others. `place` says where an answer stands."""
    answers: dict[str, Answer] = {}
    wrong: list[UserError] = []
    known = {question.id for question in questions}
    for name in given:
        if name not in known:
            hint = suggest(name, known)
            expected = ", ".join(sorted(known)) or "no answers"
            wrong.append(UserError(f"no question {name!r}", place=place(name), expected=expected, hint=hint))
    for question in questions:
        try:
            answer = _one(question, given.get(question.id), today)
        except UserError as error:
            what = f"{question.ask} {error.what}"
            wrong.append(UserError(what, place=place(question.id), expected=error.expected, got=error.got))
        else:
            if answer is not None:
                answers[question.id] = answer
    return answers, wrong


def _one(question: Question, raw: object, today: date) -> Answer | None:
    text = raw.strip() if isinstance(raw, str) else raw
    if text is None or text == "":
        if question.required:
            raise UserError("is not answered", expected=_expected(question))
        return None
    return _READ[question.kind](question, text, today)


def _choice(question: Question, raw: object, _: date) -> Answer:
    if raw not in question.options:
        raise _unfit(question, raw)
    return str(raw)


def _number(question: Question, raw: object, _: date) -> Answer:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise _unfit(question, raw)
    try:
        number = float(raw)
    except (ValueError, OverflowError):
        raise _unfit(question, raw) from None
    low = question.least is not None and number < question.least
    high = question.most is not None and number > question.most
    if not math.isfinite(number) or low or high or (question.whole and not number.is_integer()):
        raise _unfit(question, raw)
    return number


def _date(question: Question, raw: object, today: date) -> Answer:
    try:
        day = raw if isinstance(raw, date) else date.fromisoformat(str(raw))
    except ValueError:
        raise _unfit(question, raw) from None
    if type(day) is not date or (day > today and not question.future):
        raise _unfit(question, raw)
    if question.earliest is not None and day < today - timedelta(days=question.earliest):
        raise _unfit(question, raw)
    return day.isoformat()


def _text(question: Question, raw: object, _: date) -> Answer:
    text = raw if isinstance(raw, str) else str(raw)
    if not (question.least or 0) <= len(text) <= (question.most or LONGEST):
        raise _unfit(question, raw)
    return text


_READ: Mapping[Kind, Callable[[Question, object, date], Answer]] = {
    Kind.CHOICE: _choice,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
    Kind.TEXT: _text,
}


def _unfit(question: Question, raw: object) -> UserError:
    return UserError("is answered with what does not fit", expected=_expected(question), got=repr(raw)[:80])


def _expected(question: Question) -> str:
    match question.kind:
        case Kind.CHOICE:
            return ", ".join(question.options)
        case Kind.NUMBER:
            return " ".join(("a whole number" if question.whole else "a number", *_bounds(question, "")))
        case Kind.DATE:
            early = f", not more than {question.earliest} days ago" if question.earliest is not None else ""
            return "a day such as 2026-11-23" + early + ("" if question.future else ", not after today")
        case Kind.TEXT:
            return " ".join(("text", *_bounds(question, " characters")))


def _bounds(question: Question, unit: str) -> Iterator[str]:
    if question.least is not None:
        yield f"of at least {question.least:g}{unit}"
    if question.most is not None:
        yield f"of at most {question.most:g}{unit}"
