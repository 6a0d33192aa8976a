"""Environments: overlays, values, variable files, folders, compose overrides and workflow environments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from greenboard.core.errors import UserError
from greenboard.repository.helm.values import environments as chart_environments
from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.kubernetes.objects import mapping
from greenboard.repository.samples import is_sample
from greenboard.repository.stages import environment_of, known_environment, stage_of
from greenboard.repository.tree import Tree
from greenboard.repository.types import Found, Missed, Reader, Scope

_TFVARS = re.compile(r"(?:^|/)(?:terraform[-_.])?([\w-]+)\.(?:auto\.)?tfvars(?:\.json)?$")
_COMPOSE = re.compile(r"(?:^|/)(?:docker-)?compose[.-]([\w-]+)\.ya?ml$")
_WORKFLOW = re.compile(r"^\.github/workflows/[^/]+\.ya?ml$")


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each environment that is named; nothing where none is."""
    found: dict[str, str] = {}
    for source in (_overlays, _charts, _files, _workflows):
        for name, place in source(scope):
            found.setdefault(name, place)
    if found:
        items = [
            {"name": name, "stage": stage_of(name), "path": place.partition(":")[0]} for name, place in found.items()
        ]
        yield Found("environment", items, location=next(iter(found.values())), places=found)


def _overlays(scope: Scope) -> Iterator[tuple[str, str]]:
    """Environments of the component's Kubernetes objects."""
    for item in of_component(scope).objects:
        if item.environment:
            yield item.environment, f"{item.home}:1"


def _charts(scope: Scope) -> Iterator[tuple[str, str]]:
    charts = [path for path in scope.files if path.endswith("Chart.yaml") and not is_sample(path, below=scope.root)]
    for path in charts:
        folder = path.rpartition("/")[0]
        files = [file for file in scope.files if file.startswith(f"{folder}/" if folder else "")]
        for name, file in chart_environments(folder, files):
            yield name, f"{file}:1"


def _files(scope: Scope) -> Iterator[tuple[str, str]]:
    """Variable files and folders of Terraform, and overrides of compose."""
    for path in scope.files:
        if path.endswith((".tfvars", ".tfvars.json")):
            named = _TFVARS.search(path)
            name = named[1] if named and known_environment(named[1]) else environment_of(path)
        elif path.endswith(".tf"):
            name = environment_of(path)
        else:
            override = _COMPOSE.search(path)
            name = override[1] if override and known_environment(override[1]) else ""
        if name and not is_sample(path, below=scope.root):
            yield name, f"{path}:1"


def _workflows(scope: Scope) -> Iterator[tuple[str, str]]:
    """The `environment` of jobs in GitHub's workflows, where it is a plain name. They serve the whole tree."""
    if scope.component.path:
        return
    for path in scope.files:
        if _WORKFLOW.match(path) and _mentions(scope.tree, path):
            try:
                documents = scope.tree.yaml(path)
            except UserError:
                continue  # The reader of CI tells of it; nothing is claimed from it here.
            for document in documents:
                for job, data in mapping(mapping(document.data).get("jobs")).items():
                    stated = mapping(data).get("environment")
                    name = mapping(stated).get("name") if isinstance(stated, dict) else stated
                    if isinstance(name, str) and name and "${{" not in name:
                        yield name, document.at("jobs", job, "environment")


def _mentions(tree: Tree, path: str) -> bool:
    try:
        return "environment:" in tree.text(path)
    except UserError:
        return False


READER = Reader(name="environments", types=("environment",), about="component", read=read)
