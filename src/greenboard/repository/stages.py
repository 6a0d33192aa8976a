"""Names of environments, and what each is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

_T = TypeVar("_T")
_STAGES = (
    ("production", r"prod|production|prd|live|release"),
    ("staging", r"staging|stage|stg|preprod|pre-prod|preproduction|uat|acceptance|canary"),
    ("test", r"test|testing|qa|ci|e2e|integration"),
    ("development", r"dev|devel|develop|development|local|sandbox|preview|minikube|kind|k3d|k3s"),
)
_NAMED = {stage: re.compile(rf"(?:^|.*[-_.])(?:{names})(?:[-_.].*|\d*)$", re.IGNORECASE) for stage, names in _STAGES}
_EXACT = re.compile("|".join(rf"(?:{names})\d*" for _, names in _STAGES), re.IGNORECASE)
_FOLDERS = frozenset({"overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "stages"})


def stage_of(name: str) -> str:
    """What an environment of this name is for: development, test, staging, production or other."""
    # "preprod" and "non-prod" speak of production only to say that they are not it.
    if re.search(r"non[-_]?prod", name, re.IGNORECASE):
        return "other"
    if re.search(r"pre[-_]?prod", name, re.IGNORECASE):
        return "staging"
    return next((stage for stage, names in _NAMED.items() if names.match(name)), "other")


def known_environment(name: str) -> bool:
    """Whether a bare word is one of the usual names of environments."""
    return _EXACT.fullmatch(name) is not None


def environment_of(path: str) -> str:
    """The environment that a file's folders name (`overlays/prod/app.yaml`: prod), or ""."""
    folders = path.split("/")[:-1]
    for at in range(len(folders) - 1, -1, -1):
        if at and folders[at - 1].lower() in _FOLDERS and folders[at].lower() != "base":
            return folders[at]
        # Above the file only: a whole repository of tests is not an environment called test.
        if at and known_environment(folders[at]):
            return folders[at]
    return ""


def for_production(items: Iterable[_T], environment: Callable[[_T], str]) -> list[_T]:
    """What is judged: where something is kept for production, nothing of other stages counts.

    Things of no environment, or of one whose name tells no stage, always count: they may well run in
    production. Where nothing is named after production everything counts.
    """
    staged = [(item, stage_of(name) if (name := environment(item)) else "other") for item in items]
    produced = any(stage == "production" for _, stage in staged)
    return [item for item, stage in staged if not produced or stage in ("production", "other")]
