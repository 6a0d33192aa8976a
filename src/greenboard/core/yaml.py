"""YAML with positions: plain data beside the line and column of every key and element.

Reading is bounded: the values that aliases expand to are counted against a limit, so that a
"billion laughs" document is refused before it is expanded. Duplicate keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from greenboard.core.errors import Place, UserError, UserErrors, suggest

Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

MAX_NODES = 400_000

_TEXT = "tag:yaml.org,2002:str"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """One YAML document: its data, and where each part of it stands."""

    data: Any
    path: str
    places: dict[Path, Place] = field(default_factory=dict)

    def place(self, *path: str | int) -> Place:
        """Where the part at `path` stands, or the nearest part around it that is known."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.path, 1, 1))

    def at(self, *path: str | int) -> str:
        """The place of a part as `file:line`, the form that evidence carries."""
        found = self.place(*path)
        return f"{found.path}:{found.line}"


class _Builder:
    """Turns YAML nodes into data, noting places, counting what it expands."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.places: dict[Path, Place] = {}
        self.nodes = 0
        self.scalars = _Loader("")

    def build(self, node: yaml.Node, at: Path) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise UserError(
                f"more than {MAX_NODES:,} values once its aliases are expanded",
                place=self._place(node),
                hint="Split the document or write it without aliases.",
            )
        if at not in self.places:
            self.places[at] = self._place(node)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*at, index)) for index, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, at: Path) -> dict[Any, Any]:
        built: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                self._merge(built, value_node, at)
                continue
            key = self._key(key_node)
            inside = (*at, key)
            if key in built and inside in self.places:
                first = self.places[inside]
                raise UserError(f"duplicate key {key!r} (first at line {first.line})", place=self._place(key_node))
            self.places[inside] = self._place(key_node)
            built[key] = self.build(value_node, inside)
        return built

    def _merge(self, built: dict[Any, Any], node: yaml.Node, at: Path) -> None:
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        for part in parts:
            merged = self.build(part, (*at, "<<"))
            if not isinstance(merged, dict):
                raise UserError("a merge key (<<) needs a mapping", place=self._place(part))
            for key, value in merged.items():
                built.setdefault(key, value)

    def _key(self, node: yaml.Node) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise UserError("a mapping key must be a plain value", place=self._place(node))
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        # Tags of other tools (CloudFormation's !Ref, GitLab's !reference) are kept as their plain value.
        if node.tag == _TEXT or not node.tag.startswith("tag:yaml.org,2002:"):
            return node.value
        try:
            return self.scalars.construct_object(node)
        except (yaml.YAMLError, ValueError, OverflowError):
            return node.value

    def _place(self, node: yaml.Node) -> Place:
        return Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1)


def read(text: str, path: str) -> list[Document]:
    """Read every document of a YAML text.

    Raises:
        UserError: the text is not YAML, repeats a key, or expands without bound.

    """
    return list(stream(text, path))


def stream(text: str, path: str) -> Iterator[Document]:
    """Read the documents of a YAML text one after another; errors as for `read`."""
    loader = _Loader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if node is None:
                continue
            builder = _Builder(path)
            yield Document(builder.build(node, ()), path, builder.places)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else Place(path)
        raise UserError(error.problem or "not valid YAML", place=place) from None
    except yaml.reader.ReaderError as error:
        raise UserError(f"not valid YAML: {error.reason}", place=_position(text, error.position, path)) from None
    except RecursionError:
        raise UserError("nested too deeply, or an alias that contains itself", place=Place(path)) from None
    finally:
        loader.dispose()


def _position(text: str, offset: int, path: str) -> Place:
    before = text[:offset]
    return Place(path, before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)


def parse(document: Document, model: type[Model]) -> Model:
    """Turn a document into a typed value.

    Raises:
        UserErrors: one error for each part that does not fit, with its place and, for an unknown
            field, the known one it may have meant.

    """
    try:
        return model.model_validate(document.data)
    except ValidationError as invalid:
        raise UserErrors(explain(document, model, error) for error in invalid.errors()) from None


def explain(document: Document, model: type[BaseModel], error: Any) -> UserError:
    path = tuple(part for part in error["loc"])
    place = document.place(*path)
    label = ".".join(str(part) for part in path) or "document"
    if error["type"] == "extra_forbidden":
        known = _fields(model, path[:-1])
        return UserError(
            f"{label}: unknown field {path[-1]!r}",
            place=place,
            expected=", ".join(sorted(known)) or None,
            hint=suggest(str(path[-1]), known),
        )
    got = None if error["type"] == "missing" else repr(error["input"])[:80]
    said = error["msg"].removeprefix("Value error, ")
    closed = re.findall(r"'([^']+)'", error["ctx"]["expected"]) if error["type"] == "literal_error" else ()
    hint = suggest(str(error["input"]), closed)
    return UserError(f"{label}: {said[0].lower()}{said[1:]}", place=place, got=got, hint=hint)


def _fields(model: type[BaseModel], path: Path) -> set[str]:
    """The names of fields that the model has at a path, following nested models, lists and maps."""
    current: set[type[BaseModel]] = {model}
    for part in path:
        step: set[type[BaseModel]] = set()
        for candidate in current:
            if isinstance(part, str) and part in candidate.model_fields:
                step |= _models(candidate.model_fields[part].annotation)
            else:
                step.add(candidate)
        current = step or current
    return {field.alias or name for candidate in current for name, field in candidate.model_fields.items()}


def _models(annotation: Any) -> set[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {annotation}
    return {found for part in getattr(annotation, "__args__", ()) for found in _models(part)}
