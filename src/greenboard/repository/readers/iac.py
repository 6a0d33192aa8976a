"""Which infrastructure tools describe the component, and how much of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.belonging import of_component
from greenboard.repository.samples import is_sample
from greenboard.repository.terraform import cloudformation
from greenboard.repository.terraform.blocks import Block, Module
from greenboard.repository.terraform.owned import modules_of
from greenboard.repository.types import Found, Missed, Reader, Scope

_PRESENCE = {
    "pulumi": re.compile(r"(?:^|/)Pulumi\.ya?ml$"),
    "cdk": re.compile(r"(?:^|/)cdk\.json$"),
    "bicep": re.compile(r"\.bicep$"),
    "ansible": re.compile(r"(?:^|/)(?:ansible\.cfg|playbook[\w-]*\.ya?ml|roles/[^/]+/tasks/main\.ya?ml)$"),
    "compose": re.compile(r"(?:^|/)(?:docker-)?compose(?:[.-][\w-]+)*\.ya?ml$"),
}
_TOOLS = {"plain": "kubernetes", "helm": "helm", "kustomize": "kustomize"}
_Item = tuple[dict[str, Any], str]


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each tool found; nothing where there is none."""
    found: list[_Item] = []
    files = [path for path in scope.files if not is_sample(path, below=scope.root)]
    for item in (*_terraform(scope, files), *_cloudformation(scope), *_kubernetes(scope)):
        if isinstance(item, Missed):
            yield item
        else:
            found.append(item)
    for tool, pattern in _PRESENCE.items():
        paths = [path for path in files if pattern.search(path)]
        if paths:
            found.append(({"tool": tool, "files": len(paths)}, f"{paths[0]}:1"))
    if found:
        places = {value["tool"]: place for value, place in found}
        yield Found("iac", [value for value, _ in found], location=found[0][1], places=places)


def _kubernetes(scope: Scope) -> Iterator[_Item]:
    objects = of_component(scope).objects
    for tool, name in _TOOLS.items():
        mine = [item for item in objects if item.tool == tool]
        if mine:
            count = {(item.label, item.namespace, item.api) for item in mine}
            files = {item.document.path for item in mine}
            yield {"tool": name, "files": len(files), "resources": len(count)}, mine[0].at()


def _cloudformation(scope: Scope) -> Iterator[_Item | Missed]:
    files, count, first = 0, 0, ""
    for path in cloudformation.templates(scope.tree, frozenset(scope.files)):
        try:
            found = list(cloudformation.resources(scope.tree, path))
        except UserError as error:
            yield Missed("iac", error.what, str(error.place or path))
            continue
        files, count, first = files + bool(found), count + len(found), first or f"{path}:1"
    if files:
        yield {"tool": "cloudformation", "files": files, "resources": count}, first


def _terraform(scope: Scope, files: list[str]) -> Iterator[_Item | Missed]:
    mine = modules_of(scope)
    if not mine:
        return
    for module in mine:
        yield from (Missed("iac", error.what, str(error.place or module.folder)) for error in module.failed)
    value: dict[str, Any] = {
        "tool": "terraform",
        "files": sum(len(module.files) for module in mine),
        "resources": sum(len(module.of("resource")) for module in mine),
    }
    try:
        value |= {"state_remote": _remote(mine, files), "providers_pinned": _pinned(mine, files)}
    except UserError as error:
        yield Missed("iac", error.what, str(error.place or ""))
    yield {name: data for name, data in value.items() if data is not None}, f"{mine[0].files[0]}:1"


def _remote(mine: list[Module], files: list[str]) -> bool | None:
    """Whether state is kept remotely. Without a backend a root module keeps it in a file (Terraform's default)."""
    backends = [block for module in mine for block in module.of("terraform") if _has_backend(block)]
    if backends:
        return not all(re.search(r'\bbackend\s+"local"', block.text) for block in backends)
    if any(path.endswith("terragrunt.hcl") for path in files):
        return None  # Terragrunt writes the backend.
    return False if any(module.of("provider") for module in mine) else None


def _has_backend(block: Block) -> bool:
    return bool(block.body.get("backend") or block.body.get("cloud"))


def _pinned(mine: list[Module], files: list[str]) -> bool | None:
    """Whether every provider and every module from elsewhere has a bound on its version; None where none is named.

    What is applied needs an upper bound, or a lock file for its providers. A module for others to
    call should only name the least version (Terraform's documentation on version constraints).
    """
    bounds = [bound for module in mine for bound in (*_providers(module), *_calls(module))]
    if False in bounds:
        return any(path.endswith(".terraform.lock.hcl") for path in files) and not any(
            bound is False for module in mine for bound in _calls(module)
        )
    if bounds:
        return True
    return False if any(module.of("resource") for module in mine) and len(mine) == 1 else None


def _providers(module: Module) -> Iterator[bool]:
    for block in module.of("terraform"):
        for part in block.body.get("required_providers") or ():
            for name, wanted in part.items() if isinstance(part, dict) else ():
                if not str(name).startswith("__"):
                    version = wanted.get("version") if isinstance(wanted, dict) else wanted
                    yield isinstance(version, str) and _bounded(version, module)


def _calls(module: Module) -> Iterator[bool]:
    for block in module.of("module"):
        source = block.get("source")
        if not isinstance(source, str) or source.startswith(("./", "../", "/")):
            continue
        if re.search(r"^git::|^git@|github\.com/|bitbucket\.org/|^hg::|\.git\b", source):
            yield "ref=" in source
        elif not re.search(r"^https?://|^s3::|^gcs::", source):
            version = block.get("version")
            yield isinstance(version, str) and _bounded(version, module)


def _bounded(version: str, module: Module) -> bool:
    """Whether a version constraint holds back the next release, where the module is applied by itself."""
    terms = [term.strip() for term in version.strip('"').split(",") if term.strip()]
    return bool(terms) and (not module.root or any(not term.startswith((">", "!=")) for term in terms))


READER = Reader(name="infrastructure as code", types=("iac",), about="component", read=read)
