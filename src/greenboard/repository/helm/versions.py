"""Version constraints of templates (`semverCompare`), in the grammar of Masterminds/semver."""

from __future__ import annotations

import re

from greenboard.repository.helm.printing import Value, show

_VERSION = re.compile(
    r"v?(?P<major>\d+)(?:\.(?P<minor>\d+))?(?:\.(?P<patch>\d+))?(?:-(?P<pre>[0-9A-Za-z.-]+))?(?:\+(?P<build>[0-9A-Za-z.-]+))?"
)
_TERM = re.compile(r"(?P<how>=|!=|>=|=>|<=|=<|>|<|~>|~|\^)?\s*(?P<version>v?[\dxX*][\w.*+-]*)")


def parse_version(text: Value) -> dict[str, Value]:
    """A version with its parts by name (`.Major`, `.Minor`, `.Patch`)."""
    found = _VERSION.fullmatch(show(text).strip())
    if found is None:
        raise ValueError(f"not a version: {show(text)}")
    numbers = {name.title(): int(found[name] or 0) for name in ("major", "minor", "patch")}
    return {**numbers, "Prerelease": found["pre"] or "", "Metadata": found["build"] or "", "Original": show(text)}


def compare(constraint: Value, version: Value) -> bool:
    """Whether a version meets a constraint: terms joined by comma or space must all hold, `||` parts them."""
    held = parse_version(version)
    return any(_all(part, held) for part in show(constraint).split("||"))


def _all(part: str, held: dict[str, Value]) -> bool:
    ranged = re.fullmatch(r"\s*(\S+)\s+-\s+(\S+)\s*", part)
    if ranged:
        part = f">={ranged[1]} <={ranged[2]}"
    rest = _TERM.sub("", part).replace(",", "").strip()
    if rest:
        raise ValueError(f"not a version constraint: {part.strip()}")
    terms = list(_TERM.finditer(part))
    # A prerelease meets a constraint only where the constraint names one itself.
    if held["Prerelease"] and not any("-" in term["version"] for term in terms):
        return False
    return all(_holds(term["how"] or "=", term["version"], held) for term in terms)


def _holds(how: str, text: str, held: dict[str, Value]) -> bool:
    numbers = [part for part in text.lstrip("v").split("+")[0].split("-")[0].split(".") if part not in ("x", "X", "*")]
    if not numbers:
        return True
    if not all(part.isdigit() for part in numbers):
        raise ValueError(f"not a version: {text}")
    given = [int(part) for part in numbers[:3]]
    low = (*given, *[0] * (3 - len(given)))
    pre = text.partition("-")[2].partition("+")[0]
    mine, theirs = (
        _order(held["Major"], held["Minor"], held["Patch"], held["Prerelease"]),
        _order(low[0], low[1], low[2], pre),
    )
    high = _above(given, low, how)
    match how:
        case "=":
            return theirs <= mine < high if len(given) < 3 else mine == theirs
        case "!=":
            return not (theirs <= mine < high if len(given) < 3 else mine == theirs)
        case ">":
            return mine >= high if len(given) < 3 else mine > theirs
        case "<":
            return mine < theirs
        case ">=" | "=>":
            return mine >= theirs
        case "<=" | "=<":
            return mine < high if len(given) < 3 else mine <= theirs
    return theirs <= mine < high


def _above(given: list[int], low: tuple[int, ...], how: str) -> tuple[object, ...]:
    """The first version that a term no longer reaches."""
    if how == "^":
        fixed = next((index for index, number in enumerate(low) if number), len(given) - 1)
        fixed = min(fixed, len(given) - 1)
    elif how in ("~", "~>"):
        fixed = min(len(given) - 1, 1)
    else:
        fixed = len(given) - 1
    raised = [*low[:fixed], low[fixed] + 1, *[0] * (2 - fixed)]
    return _order(raised[0], raised[1], raised[2], "0")


def _order(major: int, minor: int, patch: int, pre: str) -> tuple[object, ...]:
    """A key by which versions sort: a release stands above its prereleases."""
    parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in pre.split(".")) if pre else ()
    return (major, minor, patch, 0 if pre else 1, parts)
