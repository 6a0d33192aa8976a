"""All pipelines of a tree, read once for the readers that ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from weakref import WeakKeyDictionary

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.ci import github, gitlab, jenkins, others
from greenboard.repository.ci.delegates import Delegates
from greenboard.repository.ci.judge import judge
from greenboard.repository.ci.types import Pipeline, Pipelines, Work
from greenboard.repository.tree import Tree

Answer = Iterator[Pipeline | tuple[str, str]]
_PLACES: tuple[tuple[str, Callable[[yaml.Document], Pipeline | None]], ...] = (
    (r"\.circleci/config\.ya?ml", others.circleci),
    (r"(.*/)?(\.?azure-pipelines?[\w.-]*\.ya?ml)|\.azure-?pipelines/[^/]+\.ya?ml|\.vsts-ci\.yml", others.azure),
    (r"\.buildkite/[^/]*pipeline[^/]*\.ya?ml", others.buildkite),
    (r"\.travis\.ya?ml", others.travis),
    (r"\.drone\.ya?ml|\.woodpecker(/[^/]+)?\.ya?ml", others.drone),
    (r"bitbucket-pipelines\.ya?ml", others.bitbucket),
)
_known: WeakKeyDictionary[Tree, tuple[Pipelines, Work]] = WeakKeyDictionary()


def pipelines(tree: Tree) -> tuple[Pipelines, Work]:
    """Every pipeline of a tree and what all of them together do."""
    if tree not in _known:
        found: list[Pipeline] = []
        broken: list[tuple[str, str]] = []
        for read in (github.read, gitlab.read, jenkins.read, _yaml_systems):
            for part in read(tree):
                if isinstance(part, Pipeline):
                    found.append(part)
                else:
                    broken.append(part)
        every = Pipelines(tuple(found), tuple(broken))
        _known[tree] = every, judge(every.jobs(), Delegates(tree))
    return _known[tree]


def _yaml_systems(tree: Tree) -> Answer:
    for path in tree.suffixed(".yml", ".yaml"):
        named = path.startswith(".") or "pipelines" in path
        read = next((read for pattern, read in _PLACES if re.fullmatch(pattern, path)), None) if named else None
        if read is None and _ANYWHERE.fullmatch(path) and _azure(tree, path):
            read = others.azure
        if read is not None:
            yield from _documents(tree, path, read)


_ANYWHERE = re.compile(
    r"([^/]+|(\.?build|\.?ci|eng|\.?azure[\w-]*|\.?pipelines?|\.ado|devops|\.devops)/([^/]+/)?[^/]+)\.ya?ml",
    re.IGNORECASE,
)
"""Where an Azure pipeline may lie under any name: its path is set in Azure."""


def _azure(tree: Tree, path: str) -> bool:
    """Whether a file is an Azure pipeline by what stands at its top: what starts it, and what it runs."""
    try:
        text = tree.text(path, 2**18)
    except UserError:
        return False
    starts = re.search(r"^(trigger|pr|pool|schedules):", text, re.MULTILINE)
    runs = re.search(r"^(stages|jobs|steps|extends):", text, re.MULTILINE)
    return bool(starts and runs) and not re.search(r"^(on|services|apiVersion|kind):", text, re.MULTILINE)


def _documents(tree: Tree, path: str, read: Callable[[yaml.Document], Pipeline | None]) -> Answer:
    try:
        documents = tree.yaml(path)
    except UserError as error:
        yield path, str(error)
        return
    for document in documents:
        if not isinstance(document.data, dict):
            yield path, f"{path}:1: not a pipeline (expected a mapping)"
            continue
        pipeline = read(document)
        if pipeline is not None:
            yield pipeline
