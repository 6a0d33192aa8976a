"""A manifest against the vendor's description: operations, parameters, paths of expressions, types of fields. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from greenboard.connections import templates
from greenboard.connections.contract.inference import Inference
from greenboard.connections.contract.records import Records
from greenboard.connections.contract.shapes import ANYTHING, Origin, Shape, listed
from greenboard.connections.expressions import Expression
from greenboard.connections.integration import Integration
from greenboard.connections.plan import FactPlan, Plan, StreamPlan, SubjectPlan
from greenboard.core.yaml import Path
from greenboard.facts.vocabulary import FieldDef, FieldType

_FITS = {
    FieldType.BOOL: frozenset({"boolean"}),
    FieldType.INT: frozenset({"integer", "number"}),
    FieldType.FLOAT: frozenset({"integer", "number"}),
    FieldType.STRING: frozenset({"string"}),
    FieldType.TIMESTAMP: frozenset({"string"}),
    FieldType.DURATION: frozenset({"integer", "number"}),
}


@dataclass(frozen=True)
class Finding:
    """Something that does not fit, and where in the manifest."""

    path: Path
    what: str


@dataclass
class Lint:
    """Looks at all of a manifest; `read` are the fields of records that anything reads."""

    integration: Integration
    records: Records
    findings: list[Finding] = field(default_factory=list)
    read: set[Origin] = field(default_factory=set)

    @property
    def plan(self) -> Plan:
        return self.integration.plan

    def run(self) -> None:
        """Look at everything."""
        for name in self.records.missing:
            spec = self.plan.streams[name].spec
            method, path = ("GET", spec.get) if spec.get else ("POST", spec.post)
            self._wrong(("streams", name, method.lower()), f"the description has no {method} {path}")
        for name, stream in self.plan.streams.items():
            if name in self.records.operations:
                self._parameters(stream)
            self._stream(stream)
        for subject in self.plan.subjects.values():
            names = self.records.names(subject.spec.stream)
            several = [("id", subject.id), ("title", subject.title), ("link", subject.link), ("where", subject.where)]
            several += [("match", one.value) for one in subject.matches]
            for key, expression in several:
                if expression is not None:
                    self._infer(
                        ("subjects", subject.name, key), expression, self.records.shape(subject.spec.stream), names
                    )
        for fact in self.plan.facts:
            self._fact(fact)
        for name, about in self.plan.abouts.items():
            shape, names = self.records.shape(about.through or name), self.records.names(about.through or name)
            for expression in about.ids.values():
                self._infer(("webhook", "refresh"), expression, shape, names)

    def _subject(self, subject: SubjectPlan) -> None:
        record, names = self.records.shape(subject.spec.stream), self.records.names(subject.spec.stream)
        several = [("id", subject.id), ("title", subject.title), ("link", subject.link), ("where", subject.where)]
        several += [("match", one.value) for one in subject.matches]
        for key, expression in several:
            if expression is not None:
                self._infer(("subjects", subject.name, key), expression, record, names)

    def _wrong(self, path: Path, what: str) -> None:
        finding = Finding(path, what)
        if finding not in self.findings:
            self.findings.append(finding)

    def _infer(self, path: Path, expression: Expression, shape: Shape, names: Mapping[str, Shape]) -> Shape:
        inference = Inference(names, self.integration.functions)
        found = inference.infer(expression.tree, shape)
        self.read |= inference.read
        for problem in inference.problems:
            self._wrong(path, problem)
        return found

    def _parameters(self, stream: StreamPlan) -> None:
        spec, operation = stream.spec, self.records.operations[stream.name]
        asked = {*spec.query, *self.plan.manifest.api.query}
        asked |= {name for name, _ in parse_qsl(urlsplit(spec.get or spec.post).query, keep_blank_values=True)}
        if spec.page.place == "query":
            asked |= {spec.page.size_param, spec.page.param if spec.page.kind in ("page", "offset", "cursor") else ""}
        if spec.since:
            asked.add(spec.since.param)
        beside = set(spec.part.query) if spec.part else set[str]()
        for name in sorted(filter(None, (asked | beside) - operation.parameters)):
            self._wrong(("streams", stream.name), f"{operation.name} has no parameter {name!r}")
        for name in sorted(operation.required - asked):
            self._wrong(("streams", stream.name), f"{operation.name} needs the parameter {name!r}")

    def _stream(self, stream: StreamPlan) -> None:
        body = self.records.bodies.get(stream.name)
        if body is not None:
            self._body(stream, body)
        record, names = self.records.shape(stream.name), self.records.names(stream.name)
        self._infer(("streams", stream.name, "id"), stream.id, record, names)
        if stream.newest is not None:
            self._infer(("streams", stream.name, "since", "newest"), stream.newest, record, names)
        if stream.part is not None:
            self._infer(("streams", stream.name, "part", "by"), stream.part, record, names)
        if stream.parent is not None:
            above = self.records.shape(stream.parent)
            if stream.where is not None:
                path = ("streams", stream.name, "for_each", "where")
                self._infer(path, stream.where, above, self.records.names(stream.parent))
            self._holes(stream, above)

    def _body(self, stream: StreamPlan, body: Shape) -> None:
        outside = {"settings": ANYTHING}
        path: Path = ("streams", stream.name)
        items = self._infer((*path, "items"), stream.items, body, outside)
        if items.kinds and not items.kinds & {"array", "object"}:
            self._wrong((*path, "items"), f"records are expected, and this is {' or '.join(sorted(items.kinds))}")
        if stream.unfold is not None:
            self._infer((*path, "unfold"), stream.unfold, items.element(), outside)
        for key in ("next", "more", "total"):
            expression = getattr(stream, key)
            if expression is not None:
                self._infer((*path, "page", key), expression, body, outside)

    def _holes(self, stream: StreamPlan, above: Shape) -> None:
        """Placeholders that read the parent."""
        spec = stream.spec
        for hole in templates.holes([spec.get, spec.post, spec.query, spec.body, spec.variables]):
            root, *parts = hole.split(".")
            shape: Shape | None = above
            if root != "parent" or parts[:1] == ["parent"]:
                continue
            for part in parts:
                shape = shape.named(part) if shape is not None else None
            if shape is None:
                self._wrong(("streams", stream.name), f"{{{hole}}}: {stream.parent} has no such field")
            elif shape.origin is not None:
                self.read.add(shape.origin)

    def _fact(self, fact: FactPlan) -> None:
        path: Path = ("facts", fact.at)
        record = self.records.shape(fact.stream)
        names = dict(self.records.names(fact.stream))
        for join in fact.joins:
            joined, inside = self.records.shape(join.spec.stream), self.records.names(join.spec.stream)
            for left, right in zip(join.left, join.right, strict=True):
                self._infer((*path, "join", join.alias), left, record, names)
                self._infer((*path, "join", join.alias), right, joined, inside)
            if join.where is not None:
                self._infer((*path, "join", join.alias, "where"), join.where, joined, inside)
            names[join.alias] = listed(joined) if join.spec.many else joined
        for key in ("of", "where", "observed_at"):
            expression = getattr(fact, key)
            if expression is not None:
                self._infer((*path, key), expression, record, names)
        if fact.each is not None:
            names["item"] = self._infer((*path, "each"), fact.each, record, names).element()
        if fact.link is not None:
            self._infer((*path, "link"), fact.link, record, names)
        for name, expression in fact.map.items():
            made = self._infer((*path, "map", name), expression, record, names)
            if not fact.type.open:
                for what in _unfit(made, fact.type.fields[name]):
                    self._wrong((*path, "map", name), what)


def _unfit(shape: Shape, declared: FieldDef) -> Iterator[str]:
    """Why values of a shape cannot be those of a field."""
    element = declared.type.element
    if element is not None:
        if shape.kinds and "array" not in shape.kinds:
            yield f"{declared.type.value} is expected, and this is {' or '.join(sorted(shape.kinds))}"
            return
        shape = shape.element()
    wanted = _FITS[element or declared.type]
    if shape.kinds and not shape.kinds & wanted:
        yield f"{declared.type.value} is expected, and this is {' or '.join(sorted(shape.kinds))}"
    words = {word for word in shape.enum or () if isinstance(word, str)}
    if declared.values and words - set(declared.values):
        more = ", ".join(sorted(words - set(declared.values)))
        yield f"one of {', '.join(declared.values)} is expected, and this may be {more}: use map_value"
