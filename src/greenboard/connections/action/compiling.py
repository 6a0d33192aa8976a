"""From the actions of a manifest to what can be run: expressions compiled, names looked up. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import re2

from greenboard.connections import templates
from greenboard.connections.action.form import ActionDef, Input, Said, Use
from greenboard.connections.expressions import Expression
from greenboard.connections.manifest import Manifest
from greenboard.connections.plan import ActionPlan

_TIMES = frozenset({"settings", "now", "ago", "in"})
NAMES = frozenset({"input", "marker"})
"""What expressions of an action may start with, besides `settings`."""
_GIVEN = _TIMES | NAMES | {"let"}
"""What an action that is used to look may be given."""
Path = tuple[str | int, ...]


class Work(Protocol):
    """What looks at a manifest and notes what is wrong, each with its place."""

    manifest: Manifest

    def wrong(self, path: Path, what: str, *, expected: str | None = None, hint: str | None = None) -> None: ...

    def known(self, path: Path, name: str, several: Mapping[str, Any] | frozenset[str], what: str) -> bool: ...

    def expression(self, path: Path, text: str, names: frozenset[str] = ...) -> Expression: ...

    def optional(self, path: Path, text: str, names: frozenset[str] = ...) -> Expression | None: ...

    def template(
        self, path: Path, value: Any, allowed: frozenset[str], more: Mapping[str, Mapping[str, Any]] | None = None
    ) -> None: ...


def compiled(several: Mapping[str, ActionDef], work: Work) -> Mapping[str, ActionPlan]:
    """Make actions ready to run; what is wrong with them is noted."""
    return {name: _Action(name, spec, work).plan() for name, spec in several.items()}


class _Action:
    def __init__(self, name: str, spec: ActionDef, work: Work) -> None:
        self.name, self.spec, self.work = name, spec, work
        self.path: Path = ("actions", name)
        self.known: dict[str, Mapping[str, Any]] = {"input": spec.inputs, "let": spec.let, "look": dict(self._seen())}

    def plan(self) -> ActionPlan:
        spec = self.spec
        for key, declared in spec.inputs.items():
            self._input(key, declared)
        self._call()
        self._permitted()
        for key, use in spec.look.items():
            self._use((*self.path, "look", key), use, roots=_GIVEN)
        if spec.once is not None:
            self._once()
        return ActionPlan(
            self.name,
            spec,
            self._made(("items",), spec.items),
            {key: self._made(("let", key), text) for key, text in spec.let.items()},
            {key: self._made(("output", key), one.value) for key, one in spec.output.items()},
            tuple(self._made(("needs", at, "when"), need.when) for at, need in enumerate(spec.needs)),
            self._said("already", spec.already),
            self._said("absent", spec.absent),
        )

    def _said(self, key: str, said: Said | None) -> Expression | None:
        return self.work.optional((*self.path, key, "when"), said.when if said else "", NAMES)

    def _made(self, path: Path, text: str) -> Expression:
        return self.work.expression((*self.path, *path), text, NAMES)

    def _seen(self) -> Iterator[tuple[str, object]]:
        """The outputs of what is looked at before, as templates name them."""
        for key, use in self.spec.look.items():
            other = self.work.manifest.actions.get(use.action)
            yield from ((f"{key}.{name}", None) for name in (other.output if other else ()))

    def _input(self, key: str, declared: Input) -> None:
        path = (*self.path, "inputs", key)
        if declared.type == "choice" and not declared.values:
            self.work.wrong(path, "a choice needs values")
        if declared.pattern:
            try:
                re2.compile(declared.pattern)
            except re2.error:
                self.work.wrong((*path, "pattern"), "no regular expression (RE2)")
        if declared.secret and declared.default is not None:
            self.work.wrong((*path, "default"), "a secret has no default")

    def _call(self) -> None:
        spec, allowed = self.spec, _TIMES | {"input", "let", "look", "marker"}
        if spec.bucket:
            self.work.known((*self.path, "bucket"), spec.bucket, self.work.manifest.limits, "bucket")
        for key in (spec.method, "query", "body", "headers"):
            self.work.template((*self.path, key), getattr(spec, key), allowed, self.known)
        for hole in templates.holes(spec.path):
            root, _, name = hole.partition(".")
            declared = spec.inputs.get(name) if root == "input" else None
            if declared is not None and not declared.required and declared.default is None:
                hint = "Without it there is no path: let it be required."
                self.work.wrong((*self.path, spec.method), f"{{{hole}}} may be missing", hint=hint)
        if spec.looks and spec.body is not None:
            self.work.wrong((*self.path, "body"), "a GET has none")
        if spec.absent and not spec.looks:
            self.work.wrong((*self.path, "absent"), "only a GET can find that something is not there")

    def _permitted(self) -> None:
        if not any(self.name in one.actions for one in self.work.manifest.permissions):
            hint = f"Say under `permissions` what the token needs for it: `actions: [{self.name}]`."
            self.work.wrong(self.path, "no permission names it", hint=hint)

    def _once(self) -> None:
        once, path = self.spec.once, (*self.path, "once")
        assert once is not None
        if once.find is None:
            return
        other = self._use((*path, "find"), once.find, roots=_GIVEN)
        for key in self.spec.output if other else ():
            if other is not None and key not in other.output:
                self.work.wrong((*path, "find"), f"{once.find.action} does not give {key!r}, which this gives")

    def _use(self, path: Path, use: Use, *, roots: frozenset[str]) -> ActionDef | None:
        """The action that is used to look, held against what it is given."""
        if not self.work.known((*path, "action"), use.action, self.work.manifest.actions, "action"):
            return None
        other = self.work.manifest.actions[use.action]
        if not other.looks or other.look:
            self.work.wrong((*path, "action"), f"{use.action} is no single GET, which only looks")
        for key in use.inputs:
            self.work.known((*path, "with", key), key, other.inputs, f"input of {use.action}")
        self.work.template((*path, "with"), use.inputs, roots, self.known)
        for key in use.otherwise or ():
            self.work.known((*path, "otherwise", key), key, other.output, f"output of {use.action}")
        for key, declared in other.inputs.items():
            if declared.required and declared.default is None and key not in use.inputs:
                self.work.wrong((*path, "with"), f"{use.action} needs {key!r}")
        return other
