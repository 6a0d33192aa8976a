"""Labels: how fact types and fields are named in a sentence, from the vocabulary or from their names."""

from __future__ import annotations

import re
from functools import lru_cache

from greenboard.facts.vocabulary import FactType, FieldDef

_ACRONYMS = {
    **{name: name.upper() for name in ("api", "ci", "dns", "eol", "mfa", "pdb", "sbom", "slo", "spdx", "tls", "url")},
    "apis": "APIs",
    "slis": "SLIs",
    "slos": "SLOs",
    "mttr": "time to restore",
    "p50": "(median)",
}
_WINDOW = re.compile(r" (\d+)([dh])$")
_UNITS = {"d": "days", "h": "hours"}
_SILENT = re.compile(r"_(pct|at|ms)(?=$|_\d)")
_AFTERTHOUGHT = re.compile(r" (in|with|without|that|of|to) ")


@lru_cache(maxsize=2048)
def words(name: str) -> str:
    """A name as words: `last_changed_at` is "last changed", `deploys_30d` is "deploys in 30 days"."""
    plain = " ".join(_ACRONYMS.get(part, part) for part in _SILENT.sub("", name).split("_"))
    return _WINDOW.sub(lambda found: f" in {found[1]} {_UNITS[found[2]]}", plain)


def of_type(declared: FactType) -> str:
    """One of it, or the whole: "API description", "README"."""
    return declared.label or words(declared.name)


def several(declared: FactType) -> str:
    """More than one of it."""
    return declared.plural or plural(of_type(declared))


def of_field(name: str, declared: FieldDef | None) -> str:
    """A field beside its value."""
    return (declared.label if declared else "") or words(name)


def is_trait(name: str, owner: FactType) -> bool:
    """Whether a field says what the thing is: its key, a kind out of a few, or what is marked so."""
    declared = owner.fields[name]
    return declared.trait or bool(declared.values) or name == owner.many


def plural(label: str) -> str:
    """Several of what a label says."""
    if label.endswith("y") and label[-2:-1] not in "aeiou":
        return f"{label[:-1]}ies"
    if label.endswith("ss"):
        return f"{label}es"
    return label if label.endswith("s") else f"{label}s"


def counted(count: int, label: str) -> str:
    """A number of what a label in the plural says: "no dead links", "1 dead link", "1,200 words"."""
    return f"{f'{count:,}' if count else 'no'} {one(label) if count == 1 else label}"


def one(label: str) -> str:
    """One of what a label in the plural says: "most severe in 90 days" keeps its afterthought."""
    head, *rest = _AFTERTHOUGHT.split(label, maxsplit=1)
    return " ".join([_singular(head), *rest])


def is_counted(label: str) -> bool:
    """Whether a label can stand behind a number."""
    return _AFTERTHOUGHT.split(label, maxsplit=1)[0].endswith("s")


def _singular(label: str) -> str:
    if label.endswith("ies"):
        return f"{label[:-3]}y"
    if label.endswith("sses"):
        return label[:-2]
    return label.removesuffix("s") if not label.endswith("ss") else label
