"""A Dockerfile as stages: which outside images it builds on, and what its last stage says."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from greenboard.core.errors import Place, UserError

_HEREDOC = re.compile(r"<<-?\s*([\"']?)([A-Za-z_][A-Za-z0-9_]*)\1")
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)(?:(?P<operator>:?[-+])(?P<word>[^}]*))?\}|(?P<plain>\w+))")
_COMMENT = re.compile(r"^\s*#")


@dataclass
class Stage:
    """One FROM and what follows it. `base` is None where its name rests on a value not given here."""

    name: str
    base: str | None
    line: int
    user: str | None = ""
    user_line: int = 0
    health: bool | None = None
    health_line: int = 0
    values: dict[str, str | None] = field(default_factory=dict)
    copied_from: list[tuple[str | None, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Instruction:
    """An instruction with its arguments as one text and the line it starts on."""

    name: str
    value: str
    line: int


def parse(text: str, path: str) -> list[Stage]:
    """Read the stages of a build file.

    Raises:
        UserError: it has no FROM, or cannot be taken apart.

    """
    stages: list[Stage] = []
    defaults: dict[str, str | None] = {}
    for step in _instructions(text, path):
        if step.name == "FROM":
            stages.append(_stage(step, defaults))
        elif not stages:
            if step.name == "ARG":
                defaults.update(_arguments(step.value, defaults, defaults))
        else:
            _apply(stages[-1], step, defaults)
    if not stages:
        raise UserError("no FROM instruction", place=Place(path, 1, 1), expected="a container build file")
    return stages


def _instructions(text: str, path: str) -> Iterator[Instruction]:
    from dockerfile_parse import DockerfileParser  # type: ignore[import-untyped]

    try:
        parser = DockerfileParser(fileobj=BytesIO(_without_heredocs(text).encode("utf-8")))
        structure = parser.structure
    except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
        raise UserError(f"cannot be taken apart: {error}", place=Place(path, 1, 1)) from None
    for step in structure:
        if step["instruction"] != "COMMENT":
            yield Instruction(str(step["instruction"]), str(step["value"]), int(step["startline"]) + 1)


def _without_heredocs(text: str) -> str:
    """The text with the bodies of here-documents blanked, so that their lines are not taken for instructions."""
    escape = "`" if re.match(r"(?:\s*#[^\n]*\n)*\s*#\s*escape\s*=\s*`", text) else "\\"
    lines, wanted, logical = [], list[str](), ""
    for line in text.split("\n"):
        if wanted and not logical:
            if line.strip() == wanted[0]:
                wanted.pop(0)
            lines.append("#")
            continue
        if logical and _COMMENT.match(line):
            lines.append(line)
            continue
        stripped = line.rstrip()
        logical += stripped
        if stripped.endswith(escape) and not (not logical.strip("\\`") or _COMMENT.match(logical)):
            lines.append(stripped[:-1] + "\\")
            continue
        if re.match(r"\s*(?:RUN|COPY|ADD)\b", logical, re.IGNORECASE):
            wanted = [marker for _, marker in _HEREDOC.findall(logical)]
        logical = ""
        lines.append(line)
    return "\n".join(lines)


def _stage(step: Instruction, defaults: Mapping[str, str | None]) -> Stage:
    words = [word for word in step.value.split() if not word.startswith("--")]
    name = words[2].lower() if len(words) > 2 and words[1].lower() == "as" else ""
    return Stage(name, substitute(words[0], defaults) if words else None, step.line)


def _apply(stage: Stage, step: Instruction, defaults: Mapping[str, str | None]) -> None:
    if step.name == "USER":
        stage.user, stage.user_line = substitute(step.value.strip(), stage.values), step.line
    elif step.name == "HEALTHCHECK":
        stage.health, stage.health_line = step.value.strip().upper() != "NONE", step.line
    elif step.name == "ARG":
        stage.values.update(_arguments(step.value, stage.values, defaults))
    elif step.name == "ENV":
        stage.values.update(_environment(step.value, stage.values))
    elif step.name in ("COPY", "ADD", "RUN"):
        for source in re.findall(r"(?:^|\s)--from=(\S+)|(?:--mount=\S*?\bfrom=)([^,\s]+)", step.value):
            stage.copied_from.append((substitute(source[0] or source[1], {**defaults, **stage.values}), step.line))


def _arguments(
    value: str, known: Mapping[str, str | None], defaults: Mapping[str, str | None]
) -> dict[str, str | None]:
    """The names that ARG brings into scope: with its own default, else with the one given before the first FROM."""
    found: dict[str, str | None] = {}
    for word in _words(value):
        name, equals, default = word.partition("=")
        found[name] = substitute(default, {**known, **found}) if equals else defaults.get(name)
    return found


def _environment(value: str, known: Mapping[str, str | None]) -> dict[str, str | None]:
    words = _words(value)
    if words and "=" not in words[0]:
        return {words[0]: substitute(value.strip()[len(words[0]) :].strip(), known)}
    pairs = (word.partition("=") for word in words)
    return {name: substitute(text, known) for name, _, text in pairs}


def _words(value: str) -> list[str]:
    try:
        return shlex.split(value)
    except ValueError:
        return value.split()


def substitute(text: str, values: Mapping[str, str | None]) -> str | None:
    """Put values in for `$NAME` and `${NAME:-default}`; None when one of them is not known."""
    unknown = False

    def put(found: re.Match[str]) -> str:
        nonlocal unknown
        value = values.get(found["braced"] or found["plain"])
        operator, word = found["operator"] or "", found["word"] or ""
        if operator.endswith("-"):
            return value or word
        if operator.endswith("+"):
            return word if value else ""
        unknown = unknown or value is None
        return value or ""

    replaced = _VARIABLE.sub(put, text.strip("\"'"))
    return None if unknown else replaced
