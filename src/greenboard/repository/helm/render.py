"""Rendering parsed templates: text out, with the line of the template behind each line of it.

Bounded in steps, depth and length. What is not known here (a function, a lookup in the cluster) is
an error with its place, never a value made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import re2
from yaml import YAMLError

from greenboard.core.errors import Place
from greenboard.repository.helm import nodes
from greenboard.repository.helm.functions import FUNCTIONS
from greenboard.repository.helm.lexer import TemplateError
from greenboard.repository.helm.parser import parse
from greenboard.repository.helm.printing import Method, Value, kind_name, show, truth

MOST_STEPS = 400_000
MOST_TEXT = 4 * 2**20
MOST_DEPTH = 40
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, YAMLError, re2.error)


class _Jump(Exception):
    """`break` or `continue` on its way to the loop."""


@dataclass
class Output:
    """Printed text in chunks, each with the line it comes from."""

    chunks: list[tuple[str, int]] = field(default_factory=list)
    size: int = 0

    def add(self, text: str, place: Place) -> None:
        self.size += len(text)
        if self.size > MOST_TEXT:
            raise TemplateError("more text than is rendered here", place=place)
        self.chunks.append((text, place.line or 1))

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.chunks)

    def lines(self) -> list[int]:
        """For each line of the text, the line of the template that its first visible part comes from."""
        found: list[int] = []
        current: int | None = None
        last = 1
        for text, line in self.chunks:
            for index, piece in enumerate(text.split("\n")):
                if index:
                    found.append(current or last)
                    current = None
                last = line
                if current is None and piece.strip():
                    current = line
        return [*found, current or last]


@dataclass
class Printer:
    """Output of plain template text, whose own lines go on counting."""

    output: Output

    def text(self, node: nodes.Text) -> None:
        line = node.place.line or 1
        for index, piece in enumerate(node.text.split("\n")):
            self.output.add(("\n" if index else "") + piece, Place(node.place.path, line + index))


class Renderer:
    """One rendering of a chart's templates. `defines` are the named templates of the chart and its parts."""

    def __init__(self, defines: Mapping[str, nodes.Body], deadline: int = MOST_STEPS) -> None:
        self.defines = dict(defines)
        self.steps = deadline
        self.depth = 0

    def render(self, body: nodes.Body, data: Value) -> Output:
        """What a body prints for a dot.

        Raises:
            TemplateError: something in it that is not known here, does not fit, or goes on without bound.

        """
        output = Output()
        try:
            self._body(body, data, [{"$": data}], output)
        except _Jump:
            raise TemplateError("break or continue outside of range") from None
        except RecursionError:
            raise TemplateError("nested too deeply") from None
        return output

    def _body(self, body: nodes.Body, dot: Value, scopes: list[dict[str, Value]], output: Output) -> None:
        for node in body:
            match node:
                case nodes.Text():
                    Printer(output).text(node)
                case nodes.Action(pipe):
                    value = self._pipe(pipe, dot, scopes)
                    if not pipe.declares:
                        output.add(show(value), pipe.place)
                case nodes.If(pipe, inside, otherwise):
                    inner = [*scopes, {}]
                    chosen = inside if truth(self._pipe(pipe, dot, inner)) else otherwise
                    self._body(chosen, dot, inner, output)
                case nodes.With(pipe, inside, otherwise):
                    inner = [*scopes, {}]
                    value = self._pipe(pipe, dot, inner)
                    self._body(inside if truth(value) else otherwise, value if truth(value) else dot, inner, output)
                case nodes.Range():
                    self._range(node, dot, scopes, output)
                case nodes.Call(name, pipe, place):
                    value = None if pipe is None else self._pipe(pipe, dot, scopes)
                    output.add(self._include(name, value, place), place)
                case nodes.Jump(name, _):
                    raise _Jump(name)

    def _range(self, node: nodes.Range, dot: Value, scopes: list[dict[str, Value]], output: Output) -> None:
        value = self._chain(node.pipe, dot, scopes)
        if isinstance(value, dict):
            pairs = [(key, value[key]) for key in sorted(value, key=str)]
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            pairs = [(index, index) for index in range(min(value, MOST_STEPS))]
        elif value is None:
            pairs = []
        else:
            raise TemplateError(f"cannot range over {kind_name(value)}", place=node.pipe.place)
        for key, item in pairs:
            names = node.pipe.declares
            inner: dict[str, Value] = {}
            for name, bound in zip(names, (item,) if len(names) == 1 else (key, item), strict=False):
                if node.pipe.assigns:
                    self._assign(name, bound, scopes, node.pipe.place)
                else:
                    inner[name] = bound
            try:
                self._body(node.body, item, [*scopes, inner], output)
            except _Jump as jump:
                if str(jump) == "break":
                    break
        if not pairs:
            self._body(node.otherwise, dot, [*scopes, {}], output)

    def _pipe(self, pipe: nodes.Pipe, dot: Value, scopes: list[dict[str, Value]]) -> Value:
        value = self._chain(pipe, dot, scopes)
        for name in pipe.declares:
            if pipe.assigns:
                self._assign(name, value, scopes, pipe.place)
            else:
                scopes[-1][name] = value
        return value

    def _assign(self, name: str, value: Value, scopes: list[dict[str, Value]], place: Place) -> None:
        for scope in reversed(scopes):
            if name in scope:
                scope[name] = value
                return
        raise TemplateError(f"undefined variable {name}", place=place)

    def _chain(self, pipe: nodes.Pipe, dot: Value, scopes: list[dict[str, Value]]) -> Value:
        self.steps -= 1
        if self.steps < 0:
            raise TemplateError("more steps than are taken here", place=pipe.place)
        value: Value = None
        for index, command in enumerate(pipe.commands):
            value = self._command(command, dot, scopes, [value] if index else [])
        return value

    def _command(
        self, command: tuple[nodes.Operand, ...], dot: Value, scopes: list[dict[str, Value]], piped: list[Value]
    ) -> Value:
        head, *rest = command
        if isinstance(head, nodes.Function):
            if head.name in ("and", "or"):
                return self._short(head, rest, dot, scopes, piped)
            return self._call(head, [self._operand(part, dot, scopes) for part in rest] + piped)
        value = self._operand(head, dot, scopes, call=False)
        arguments = [self._operand(part, dot, scopes) for part in rest] + piped
        if isinstance(value, Method):
            return self._guard(head.place, value.call, arguments)
        if arguments:
            raise TemplateError(f"{kind_name(value)} is not a function", place=head.place)
        return value

    def _short(
        self,
        head: nodes.Function,
        rest: list[nodes.Operand],
        dot: Value,
        scopes: list[dict[str, Value]],
        piped: list[Value],
    ) -> Value:
        """`and` and `or` look no further once they are decided."""
        value: Value = None
        for part in [*rest, *piped]:
            value = self._operand(part, dot, scopes) if isinstance(part, nodes.Operand) else part
            if truth(value) is (head.name == "or"):
                return value
        return value

    def _operand(self, part: nodes.Operand, dot: Value, scopes: list[dict[str, Value]], *, call: bool = True) -> Value:
        match part:
            case nodes.Literal(value, _):
                return value
            case nodes.Dot():
                return dot
            case nodes.Variable(name, place):
                scope = next((scope for scope in reversed(scopes) if name in scope), None)
                if scope is None:
                    raise TemplateError(f"undefined variable {name}", place=place)
                return scope[name]
            case nodes.Function():
                return self._call(part, [])
            case nodes.Field(base, names, place):
                value = self._operand(base, dot, scopes)
                # A chain that starts at nil is nil (the idiom `(.Values.a).b`); nil further along is an error.
                for name in names if value is not None else ():
                    value = _member(value, name, place)
                return self._guard(place, value.call, []) if call and isinstance(value, Method) else value
        return self._pipe(part, dot, [*scopes, {}])

    def _call(self, head: nodes.Function, arguments: list[Value]) -> Value:
        match head.name:
            case "include":
                if len(arguments) != 2:
                    raise TemplateError("include needs a name and a value", place=head.place)
                return self._include(show(arguments[0]), arguments[1], head.place)
            case "tpl":
                if len(arguments) != 2:
                    raise TemplateError("tpl needs a text and a value", place=head.place)
                return self._tpl(show(arguments[0]), arguments[1], head.place)
            case "index":
                return self._guard(head.place, _index, arguments)
            case "lookup":
                raise TemplateError("lookup asks the cluster, which is not known here", place=head.place)
        function = FUNCTIONS.get(head.name)
        if function is None:
            raise TemplateError(f"the function {head.name} is not known here", place=head.place)
        return self._guard(head.place, function, arguments)

    def _guard(self, place: Place, function: Any, arguments: list[Value]) -> Value:
        try:
            return function(*arguments)
        except TemplateError:
            raise
        except _FAULTS as error:
            said = str(error).splitlines() or [type(error).__name__]
            raise TemplateError(said[0], place=place) from None

    def _include(self, name: str, value: Value, place: Place) -> str:
        body = self.defines.get(name)
        if body is None:
            raise TemplateError(f"no template named {name!r} in the tree", place=place)
        return self._nested(body, value, place)

    def _tpl(self, text: str, value: Value, place: Place) -> str:
        if "{{" not in text:
            return text
        try:
            template = parse(text, place.path)
        except TemplateError as error:
            raise TemplateError(f"in a text given to tpl: {error.what}", place=place) from None
        kept = self.defines
        self.defines = {**kept, **template.defines}
        try:
            return self._nested(template.body, value, place)
        finally:
            self.defines = kept

    def _nested(self, body: nodes.Body, value: Value, place: Place) -> str:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise TemplateError("templates that include each other without end", place=place)
        inner = Output()
        self._body(body, value, [{"$": value}], inner)
        self.depth -= 1
        return inner.text


def _member(value: Value, name: str, place: Place) -> Value:
    if isinstance(value, dict):
        return value.get(name)
    raise TemplateError(f"nothing named {name} in {kind_name(value)}", place=place)


def _index(value: Value, *keys: Value) -> Value:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(show(key))
        elif isinstance(value, list | str) and isinstance(key, int) and 0 <= key < len(value):
            value = value[key]
        else:
            raise IndexError(f"no {show(key)} in {kind_name(value)}")
    return value
