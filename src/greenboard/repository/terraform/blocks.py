"""Terraform blocks of a tree, with their lines, and the literal values that their arguments come to."""

from __future__ import annotations

import json
import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Protocol
from weakref import WeakKeyDictionary

from greenboard.core.errors import Place, UserError
from greenboard.repository.samples import is_sample
from greenboard.repository.tree import Tree

# Top-level blocks as `terraform fmt` lays them out. Each is then given to the parser by itself, because
# parsing whole files takes a second for every hundred kilobytes.
_TOP = re.compile(r"^(?P<kind>resource|variable|locals|terraform|provider|module)\b(?P<head>[^\n{]*)\{", re.MULTILINE)
_END = re.compile(r"^\}", re.MULTILINE)
_LABEL = re.compile(r'"([^"]+)"')
_REFERENCE = re.compile(r"\$\{(var|local)\.([\w-]+)\}")


class Part(Protocol):
    """A resource, or a block inside of it, wherever it is from: a file, or a plan."""

    def get(self, name: str) -> Any:
        """An argument's literal value; None where it is not set, UNKNOWN where only a run could tell."""

    def inner(self, name: str) -> Sequence[Part] | Unknown:
        """The inner blocks of a name; UNKNOWN where they are made dynamically."""


class Resource(Part, Protocol):
    """A resource: its type and name, and which arguments it states."""

    @property
    def labels(self) -> tuple[str, ...]: ...

    @property
    def body(self) -> Mapping[str, Any]: ...


class Unknown:
    """The value of an expression that only a run could tell."""

    def __bool__(self) -> bool:
        raise TypeError("an unknown value is neither true nor false")


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Block:
    """A top-level block: `resource "aws_sqs_queue" "jobs"`. `text` is its source, `line` where it starts."""

    kind: str
    labels: tuple[str, ...]
    path: str
    line: int
    text: str
    module: Module = field(repr=False, compare=False)

    @property
    def address(self) -> str:
        return ".".join(self.labels)

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """The parsed arguments and inner blocks; UserError where the block does not parse."""
        import hcl2
        from lark.exceptions import LarkError

        options = hcl2.SerializationOptions(with_comments=False, explicit_blocks=True, preserve_heredocs=False)
        try:
            data: Any = hcl2.loads(self.text, serialization_options=options)
        except LarkError as error:
            line = getattr(error, "line", 1) or 1
            column = getattr(error, "column", 1)
            place = Place(self.path, self.line + max(line, 1) - 1, column if column and column > 0 else 1)
            raise UserError("not valid Terraform", place=place) from None
        except (RecursionError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise UserError(f"not valid Terraform: {error}", place=Place(self.path, self.line)) from None
        for _ in range(1 + len(self.labels)):
            data = next(iter(data.values())) if isinstance(data, dict) and data else data
            data = data[0] if isinstance(data, list) and data else data
        return data if isinstance(data, dict) else {}

    def get(self, name: str) -> Any:
        """An argument's literal value; None where it is not set, UNKNOWN where only a run could tell."""
        return self.module.resolve(self.body.get(name))

    def calls(self, folder: str) -> bool:
        """Whether this is a call of the module in a folder of the same tree."""
        found = re.search(r'^\s*source\s*=\s*"(\.{1,2}/[^"]*)"', self.text, re.MULTILINE)
        beside = self.path.rpartition("/")[0]
        return found is not None and posixpath.normpath(posixpath.join(beside, found[1])) == (folder or ".")

    def inner(self, name: str) -> list[Inner] | Unknown:
        """The inner blocks of a name; UNKNOWN where they are made dynamically."""
        if any(f'"{name}"' in str(part) for part in _parts(self.body.get("dynamic"))):
            return UNKNOWN
        return [Inner(self, part) for part in _parts(self.body.get(name)) if isinstance(part, dict)]

    def at(self, name: str = "") -> str:
        """The place of an argument (the first of its name in the block), else of the block."""
        found = re.search(rf"^\s*{re.escape(name)}\s*(?:=|\{{)", self.text, re.MULTILINE) if name else None
        line = self.line + (self.text.count("\n", 0, found.end()) if found else 0)
        return f"{self.path}:{line}"


@dataclass(frozen=True)
class Inner:
    """A block inside of a block."""

    block: Block
    data: Mapping[str, Any]

    def get(self, name: str) -> Any:
        """As for the outer block."""
        return self.block.module.resolve(self.data.get(name))

    def inner(self, name: str) -> list[Inner] | Unknown:
        """As for the outer block."""
        if any(f'"{name}"' in str(part) for part in _parts(self.data.get("dynamic"))):
            return UNKNOWN
        return [Inner(self.block, part) for part in _parts(self.data.get(name)) if isinstance(part, dict)]


def _parts(value: object) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


@dataclass(eq=False)
class Module:
    """The blocks of one folder. `around` are all modules of the tree, `given` the variables that variable
    files set (None where one of these cannot be read).
    """

    folder: str
    files: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    failed: list[UserError] = field(default_factory=list)
    around: Mapping[str, Module] = field(default_factory=dict, repr=False)
    given: frozenset[str] | None = frozenset()

    def of(self, kind: str) -> list[Block]:
        return [block for block in self.blocks if block.kind == kind]

    @cached_property
    def _names(self) -> dict[tuple[str, str], Any]:
        """Defaults of variables and values of locals, unresolved."""
        found: dict[tuple[str, str], Any] = {}
        for block in self.blocks:
            if block.kind not in ("variable", "locals"):
                continue
            try:
                body = block.body
            except UserError:
                continue  # What it would have given is then not known, which is what a missing name means.
            if block.kind == "locals":
                found |= {("local", name): value for name, value in body.items()}
            elif block.labels and "default" in body:
                found["var", block.labels[0]] = body["default"]
        return found

    @cached_property
    def callers(self) -> list[Block]:
        """The blocks of other modules of the tree that call this one."""
        return [block for other in self.around.values() for block in other.of("module") if block.calls(self.folder)]

    @cached_property
    def root(self) -> bool:
        """Whether it is applied by itself: it sets up a provider or keeps a state."""
        state = any(re.search(r"^\s*(?:backend|cloud)\b", block.text, re.MULTILINE) for block in self.of("terraform"))
        return state or any(True for _ in self.of("provider"))

    def _variable(self, name: str, depth: int) -> Any:
        """What a variable comes to: what all callers give it; else its default, where nobody else can set it.

        The variables of a module that is made for others to call are theirs to set.
        """
        default = self._names.get(("var", name), UNKNOWN)
        if self.callers:
            said = [self._handed(block, name, default, depth) for block in self.callers]
            return said[0] if all(value is not UNKNOWN and value == said[0] for value in said) else UNKNOWN
        if not self.root or self.given is None or name in self.given or default is UNKNOWN:
            return UNKNOWN
        return self.resolve(default, depth + 1)

    def _handed(self, block: Block, name: str, default: Any, depth: int) -> Any:
        try:
            body = block.body
        except UserError:
            return UNKNOWN
        if name in body:
            return block.module.resolve(body[name], depth + 1)
        return default if default is UNKNOWN else self.resolve(default, depth + 1)

    def resolve(self, value: Any, depth: int = 0) -> Any:
        """A parsed expression's literal value, following variables and locals."""
        if isinstance(value, list):
            return [self.resolve(item, depth) for item in value]
        if isinstance(value, dict):
            return {_bare(key): self.resolve(item, depth) for key, item in value.items()}
        if not isinstance(value, str):
            return value
        reference = _REFERENCE.fullmatch(value)
        if reference:
            key = (reference[1], reference[2])
            if depth >= 8:
                return UNKNOWN
            if reference[1] == "var":
                return self._variable(reference[2], depth)
            return self.resolve(self._names[key], depth + 1) if key in self._names else UNKNOWN
        if value.startswith('"') and value.endswith('"') and len(value) > 1:
            return UNKNOWN if re.search(r"(?<!\$)\$\{|(?<!%)%\{", value) else _bare(value)
        return {"true": True, "false": False, "null": None}.get(value, UNKNOWN)


def _bare(text: str) -> str:
    try:
        return str(json.loads(text)) if text.startswith('"') else text
    except ValueError:
        return text.strip('"')


_KNOWN: WeakKeyDictionary[Tree, tuple[Module, ...]] = WeakKeyDictionary()


def modules(tree: Tree) -> tuple[Module, ...]:
    """The modules of a tree outside of tests and examples, by folder. Blocks are parsed when they are asked."""
    if tree not in _KNOWN:
        _KNOWN[tree] = tuple(_modules(tree))
    return _KNOWN[tree]


def _modules(tree: Tree) -> Iterator[Module]:
    folders: dict[str, list[str]] = defaultdict(list)
    found: dict[str, Module] = {}
    given = _given(tree)
    for path in tree.suffixed(".tf"):
        if not is_sample(path):
            folders[path.rpartition("/")[0]].append(path)
    for folder, paths in sorted(folders.items()):
        module = found[folder] = Module(folder, paths, around=found, given=given)
        for path in paths:
            try:
                module.blocks += _cut(tree.text(path), path, module)
            except UserError as error:
                module.failed.append(error)
        yield module


def _given(tree: Tree) -> frozenset[str] | None:
    """The variables that some variable file of the tree sets; which module a file is for is not known."""
    names: set[str] = set()
    for path in (
        *tree.suffixed(".tfvars"),
        *(path for path in tree.suffixed(".json") if path.endswith(".tfvars.json")),
    ):
        try:
            names.update(re.findall(r'^\s*"?([\w-]+)"?\s*[=:]', tree.text(path), re.MULTILINE))
        except UserError:
            return None
    return frozenset(names)


def _cut(text: str, path: str, module: Module) -> Iterator[Block]:
    """The top-level blocks of a file."""
    position = 0
    while found := _TOP.search(text, position):
        line_end = text.find("\n", found.end())
        one_line = text[found.start() : line_end if line_end >= 0 else len(text)].rstrip()
        end = _END.search(text, found.end())
        if one_line.endswith("}"):
            stop = found.start() + len(one_line)
        elif end is None:
            raise UserError("a block that is not closed", place=Place(path, text.count("\n", 0, found.start()) + 1, 1))
        else:
            stop = end.end()
        labels = tuple(_LABEL.findall(found["head"]))
        line = text.count("\n", 0, found.start()) + 1
        yield Block(found["kind"], labels, path, line, text[found.start() : stop] + "\n", module)
        position = stop
