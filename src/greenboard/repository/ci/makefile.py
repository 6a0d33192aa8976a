"""The recipes of a makefile: targets, prerequisites and simple variables. Conditions are taken as if all held."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_RULE = re.compile(r"^([^\s#=:][^=:#]*?)\s*::?(?!=)\s*([^=]*?)(?:;(.*))?$")
_VARIABLE = re.compile(r"^(?:export\s+)?([A-Za-z_][\w.-]*)\s*(\?|:{0,3}|\+)=\s*(.*)$")
_REFERENCE = re.compile(r"\$[({]([A-Za-z_][\w.-]*)[)}]")
_MAKE = re.compile(r"\$[({]MAKE[)}]")

Line = tuple[int, str]


class Makefile:
    """A makefile's text, read once. `given` are the variables set on the command line."""

    def __init__(self, text: str, given: Mapping[str, str]) -> None:
        self.variables: dict[str, str] = {}
        self.needs: dict[str, list[str]] = {}
        self.lines: dict[str, list[Line]] = {}
        self.first = ""
        self._read(text)
        self.variables.update(given)

    def _read(self, text: str) -> None:
        current: list[str] = []
        pending, start = "", 0
        for number, raw in enumerate(text.splitlines(), 1):
            start = start if pending else number
            if raw.endswith("\\"):
                pending += raw[:-1] + " "
                continue
            line, pending = pending + raw, ""
            if line.startswith("\t"):
                for target in current:
                    self.lines[target].append((start, line.strip()))
                continue
            current = self._head(line, start) if line.strip() and not line.startswith("#") else current

    def _head(self, line: str, number: int) -> list[str]:
        variable = _VARIABLE.match(line)
        if variable:
            name, how, value = variable.groups()
            before = self.variables.get(name, "") + " " if how == "+" else ""
            if how != "?" or name not in self.variables:
                self.variables[name] = before + value
            return []
        rule = _RULE.match(line)
        if not rule:
            return []
        targets = [self.expand(target) for target in rule[1].split()]
        for target in targets:
            self.lines.setdefault(target, [])
            self.needs.setdefault(target, []).extend(self.expand(rule[2]).split())
            if rule[3]:
                self.lines[target].append((number, rule[3].strip()))
            if not self.first and not target.startswith("."):
                self.first = target
        return targets

    def expand(self, text: str) -> str:
        """Put in the values of simple variables; what is not known stays as it is."""
        for _ in range(5):
            after = _REFERENCE.sub(lambda found: self.variables.get(found[1], found[0])[:2000], text)[:20_000]
            if after == text:
                break
            text = after
        return text

    def recipe(self, goals: Sequence[str]) -> list[Line] | None:
        """The lines that making these goals runs, those of prerequisites first; None for an unknown goal."""
        found: list[Line] = []
        seen: set[str] = set()
        for goal in goals or [self.variables.get(".DEFAULT_GOAL", self.first)]:
            target = self._match(goal)
            if target is None:
                return None
            self._collect(target, found, seen)
        return [
            (number, self.expand(_MAKE.sub("make", line)).lstrip("@-+ ").replace("$$", "$")) for number, line in found
        ]

    def _match(self, goal: str) -> str | None:
        if goal in self.lines:
            return goal
        patterns = [name for name in self.lines if "%" in name]
        for name in patterns:
            head, _, tail = name.partition("%")
            if goal.startswith(head) and goal.endswith(tail) and name != "%":
                return name
        return None

    def _collect(self, target: str, found: list[Line], seen: set[str]) -> None:
        if target in seen or len(seen) > 500:
            return
        seen.add(target)
        for need in self.needs.get(target, ()):
            known = self._match(need)
            if known is not None:
                self._collect(known, found, seen)
        found.extend(self.lines[target])
