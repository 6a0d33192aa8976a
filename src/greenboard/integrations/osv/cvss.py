"""The base score of a vector of CVSS 3.0 or 3.1 (its specification by FIRST, section 7.1). Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"U": {"N": 0.85, "L": 0.62, "H": 0.27}, "C": {"N": 0.85, "L": 0.68, "H": 0.5}}


def base_score(vector: str) -> float | None:
    """The base score; None for another version, or a vector that lacks a base metric."""
    if not re.match(r"CVSS:3\.[01]/", vector):
        return None
    told = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: _WEIGHTS[name][told[name]] for name in _WEIGHTS}
        privileges = _PRIVILEGES[told["S"]][told["PR"]]
    except KeyError:
        return None
    changed = told["S"] == "C"
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    if impact <= 0:
        return 0.0
    easy = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    return _up(min((1.08 if changed else 1.0) * (impact + easy), 10))


def _up(value: float) -> float:
    """To the next tenth above, as appendix A of the standard rounds without the faults of floating point."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (math.floor(whole / 10_000) + 1) / 10
