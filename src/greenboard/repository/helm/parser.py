"""Templates as nodes: one body for the file, and one for each `define` in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from greenboard.core.errors import Place
from greenboard.repository.helm import nodes
from greenboard.repository.helm.lexer import TemplateError, Token, tokens

_DEPTH = 80
_Control = type[nodes.If] | type[nodes.With] | type[nodes.Range]
_BLOCKS: dict[str, _Control] = {"if": nodes.If, "with": nodes.With, "range": nodes.Range}
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass
class Template:
    """A parsed file: what it prints itself, and what it defines for others to include."""

    body: nodes.Body
    defines: dict[str, nodes.Body] = field(default_factory=dict)


def parse(text: str, path: str) -> Template:
    """Read a template.

    Raises:
        TemplateError: it does not follow the grammar, with the place.

    """
    parser = _Parser(list(tokens(text, path)), path)
    body, stop = parser.body(0)
    if stop:
        raise TemplateError(f"unexpected {stop.text}", place=stop.place)
    return Template(body, parser.defines)


class _Parser:
    def __init__(self, found: list[Token], path: str) -> None:
        self.found = found
        self.at = 0
        self.end = Token("nothing", "end of file", found[-1].place if found else Place(path, 1, 1))
        self.defines: dict[str, nodes.Body] = {}

    def peek(self, ahead: int = 0) -> Token:
        at = self.at + ahead
        return self.found[at] if at < len(self.found) else self.end

    def take(self, kind: str | None = None) -> Token:
        token = self.peek()
        if kind is not None and token.kind != kind:
            raise TemplateError(f"unexpected {token.text!r}", place=token.place, expected=kind)
        self.at += 1
        return token

    def body(self, depth: int) -> tuple[nodes.Body, Token | None]:
        """Nodes up to an `end` or `else` (which is returned, its `{{` and word taken) or the end of the file."""
        if depth > _DEPTH:
            raise TemplateError("nested too deeply", place=self.peek().place)
        built: list[nodes.Node] = []
        while self.at < len(self.found):
            token = self.take()
            if token.kind == "text":
                built.append(nodes.Text(token.text, token.place))
                continue
            word = self.peek().text if self.peek().kind == "name" else ""
            if word in ("end", "else"):
                return tuple(built), self.take()
            node = self._action(word, depth)
            if node is not None:
                built.append(node)
        return tuple(built), None

    def _action(self, word: str, depth: int) -> nodes.Node | None:
        place = self.peek().place
        if word in _BLOCKS:
            self.take()
            return self._control(word, depth)
        if word in ("define", "block"):
            return self._define(word, depth)
        if word == "template":
            self.take()
            name = _unquote(self.take())
            pipe = None if self.peek().kind == "end" else self.pipe(depth)
            self.take("end")
            return nodes.Call(name, pipe, place)
        if word in ("break", "continue") and self.peek(1).kind == "end":
            self.at += 2
            return nodes.Jump(word, place)
        pipe = self.pipe(depth)
        self.take("end")
        return nodes.Action(pipe)

    def _control(self, word: str, depth: int) -> nodes.Node:
        pipe = self.pipe(depth)
        self.take("end")
        body, stop = self.body(depth + 1)
        otherwise: nodes.Body = ()
        if stop and stop.text == "else":
            chained = self.peek().text if self.peek().kind == "name" else ""
            if chained in ("if", "with"):
                self.take()
                return _BLOCKS[word](pipe, body, (self._control(chained, depth + 1),))
            self.take("end")
            otherwise, stop = self.body(depth + 1)
        if stop is None or stop.text != "end":
            raise TemplateError(f"{word} without its end", place=pipe.place)
        self.take("end")
        return _BLOCKS[word](pipe, body, otherwise)

    def _define(self, word: str, depth: int) -> nodes.Node | None:
        place = self.take().place
        name = _unquote(self.take())
        pipe = self.pipe(depth) if word == "block" else None
        self.take("end")
        body, stop = self.body(depth + 1)
        if stop is None or stop.text != "end":
            raise TemplateError(f"{word} without its end", place=place)
        self.take("end")
        self.defines[name] = body
        return nodes.Call(name, pipe, place) if pipe else None

    def pipe(self, depth: int) -> nodes.Pipe:
        """A pipeline, with the variables it declares or assigns."""
        place = self.peek().place
        declares: list[str] = []
        assigns = False
        while self.peek().kind == "variable" and self.peek(1).kind in ("declare", "assign", "comma"):
            declares.append(self.take().text)
            joint = self.take()
            assigns = joint.kind == "assign"
            if joint.kind != "comma":
                break
        commands = [self._command(depth)]
        while self.peek().kind == "pipe":
            self.take()
            commands.append(self._command(depth))
        return nodes.Pipe(tuple(commands), place, tuple(declares), assigns)

    def _command(self, depth: int) -> tuple[nodes.Operand, ...]:
        operands: list[nodes.Operand] = []
        while self.peek().kind not in ("pipe", "end", "close", "nothing"):
            operands.append(self._operand(depth))
        if not operands:
            raise TemplateError(f"unexpected {self.peek().text!r}", place=self.peek().place, expected="a value")
        return tuple(operands)

    def _operand(self, depth: int) -> nodes.Operand:
        if depth > _DEPTH:
            raise TemplateError("nested too deeply", place=self.peek().place)
        token = self.take()
        base: nodes.Operand
        names: list[str] = []
        match token.kind:
            case "open":
                base = self.pipe(depth + 1)
                self.take("close")
            case "field":
                base = nodes.Dot(token.place)
                names.append(token.text[1:])
            case "dot":
                base = nodes.Dot(token.place)
            case "variable":
                base = nodes.Variable(token.text, token.place)
            case "name":
                base = _WORDS.get(token.text, lambda place: nodes.Function(token.text, place))(token.place)
            case "string" | "raw":
                base = nodes.Literal(_unquote(token), token.place)
            case "char":
                base = nodes.Literal(ord(_unescape(token.text[1:-1])[:1] or "\0"), token.place)
            case "number":
                base = nodes.Literal(_number(token), token.place)
            case _:
                raise TemplateError(f"unexpected {token.text!r}", place=token.place, expected="a value")
        while self.peek().kind == "field" and not self.peek().spaced:
            names.append(self.take().text[1:])
        return nodes.Field(base, tuple(names), token.place) if names else base


_WORDS = {
    "true": lambda place: nodes.Literal(True, place),
    "false": lambda place: nodes.Literal(False, place),
    "nil": lambda place: nodes.Literal(None, place),
}


def _unquote(token: Token) -> str:
    if token.kind == "raw":
        return token.text[1:-1]
    if token.kind != "string":
        raise TemplateError(f"unexpected {token.text!r}", place=token.place, expected="a text in quotes")
    try:
        return str(json.loads(token.text))
    except ValueError:
        return _unescape(token.text[1:-1])


def _unescape(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        for group, base in ((1, 16), (2, 16), (3, 16), (4, 8)):
            if found[group]:
                code = int(found[group], base)
                return chr(code) if code < 0x110000 else "\ufffd"
        return _SIMPLE.get(found[5], found[5])

    return _ESCAPE.sub(plain, text)


def _number(token: Token) -> int | float:
    text = token.text.replace("_", "")
    try:
        return int(text, 8) if re.fullmatch(r"[+-]?0\d+", text) else int(text, 0)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise TemplateError(f"not a number: {token.text}", place=token.place) from None
