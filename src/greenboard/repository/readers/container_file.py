"""Dockerfiles and Containerfiles: base image, how it is pinned, the user, the health check."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.containers.build_file import Stage, parse
from greenboard.repository.containers.images import Image, default_root, parse_image
from greenboard.repository.kubernetes.belonging import belongs
from greenboard.repository.samples import is_sample
from greenboard.repository.types import Found, Missed, Reader, Scope

_NAME = re.compile(
    r"(?:^|/)(?:(?:dockerfile|containerfile)(?:[.-][^/]+)?|[^/]+\.(?:dockerfile|containerfile))$", re.IGNORECASE
)
_NOT = re.compile(
    r"\.(?:md|txt|go|py|js|ts|rb|java|rs|lock|dockerignore|j2|jinja|tmpl|tpl|erb|json|ya?ml|html|svg)$", re.IGNORECASE
)

_TEMPLATE = re.compile(r"(?:dockerfile|containerfile)[^/]*\.(?:j2|jinja2?|tmpl|tpl|erb)$", re.IGNORECASE)


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each build file of the component outside of tests and examples.

    The empty list where there is none for sure: not one in the component, nor one of nobody in a
    folder for all that may be its own.
    """
    items: list[dict[str, Any]] = []
    places: dict[str, str] = {}
    failed = False
    for path in (*_own(scope), *_shared(scope)):
        try:
            stages = parse(scope.tree.text(path), path)
        except UserError as error:
            yield Missed("container_file", error.what, str(error.place or path))
            failed = True
            continue
        item, lines = describe(stages)
        items.append({"path": path, **item})
        places[path] = f"{path}:{stages[-1].line}"
        places |= {f"{path}.{name}": f"{path}:{line}" for name, line in lines.items()}
    if items:
        yield Found("container_file", items, location=places[items[0]["path"]], places=places)
    elif not failed and not any(map(_may_be_one, scope.shared)) and not any(map(_TEMPLATE.search, scope.files)):
        yield Found("container_file", [], location=scope.component.path)


def _may_be_one(path: str) -> bool:
    return (_is_build_file(path) and not is_sample(path)) or _TEMPLATE.search(path) is not None


def _is_build_file(path: str) -> bool:
    return _NAME.search(path) is not None and _NOT.search(path) is None


def _own(scope: Scope) -> Iterator[str]:
    return (path for path in scope.files if _is_build_file(path) and not is_sample(path, below=scope.root))


def _shared(scope: Scope) -> Iterator[str]:
    """Build files in folders for all that bear the component's name (`docker/cart/`, `docker/Dockerfile.cart`)."""
    for path in scope.shared:
        if _is_build_file(path) and not is_sample(path):
            folder, _, name = path.rpartition("/")
            words = re.split(r"\.|(?i:dockerfile|containerfile)-", name)
            if belongs(scope, path, {folder.rpartition("/")[2], *words} - {""}):
                yield path


def describe(stages: Sequence[Stage]) -> tuple[dict[str, Any], dict[str, int]]:
    """The fields of a build file with the line of each; what cannot be known is absent."""
    chain = list(_chain(stages))
    outside = chain[-1]
    image = parse_image(outside.base) if outside.base else None
    item: dict[str, Any] = {"healthcheck": False}
    lines = {"base_image": outside.line, "healthcheck": stages[-1].line}
    if outside.base:
        item["base_image"] = outside.base
    for name, value, line in _pins(stages):
        item[name], lines[name] = value, line
    for stage in chain:
        if stage.health is not None:
            item["healthcheck"], lines["healthcheck"] = stage.health, stage.health_line
            break
    speaking = next((stage for stage in chain if stage.user != ""), None)
    if speaking is None:
        root = default_root(image) if image else None
        lines["runs_as_root"] = outside.line
    else:
        lines["user"] = lines["runs_as_root"] = speaking.user_line
        name = (speaking.user or "").partition(":")[0]
        root = name in ("root", "0") if speaking.user else None
        item |= {"user": speaking.user} if speaking.user else {}
    return (item | {"runs_as_root": root} if root is not None else item), lines


def _chain(stages: Sequence[Stage]) -> Iterator[Stage]:
    """The last stage, the stage it is built from, and so on to the one that names an outside image."""
    index = len(stages) - 1
    while True:
        yield stages[index]
        earlier = _earlier(stages[:index], stages[index].base)
        if earlier is None:
            return
        index = earlier


def _earlier(stages: Sequence[Stage], name: str | None) -> int | None:
    if name is None:
        return None
    matches = [at for at, stage in enumerate(stages) if stage.name and stage.name == name.lower()]
    if matches:
        return matches[-1]
    return int(name) if name.isdigit() and int(name) < len(stages) else None


def _pins(stages: Sequence[Stage]) -> Iterator[tuple[str, bool, int]]:
    """`base_pinned` and `base_tagged` over every image from outside, with the line that decides."""
    used: list[tuple[Image | None, int]] = []
    for at, stage in enumerate(stages):
        sources = [(stage.base, stage.line), *stage.copied_from]
        for name, line in sources:
            if name == "scratch" or (name and name.startswith(("./", "/"))):
                continue
            if _earlier(stages[: at + 1] if (name, line) in stage.copied_from else stages[:at], name) is None:
                used.append((parse_image(name) if name else None, line))
    for field in ("base_pinned", "base_tagged"):
        bad = next((line for image, line in used if image is not None and not getattr(image, field[5:])), None)
        if bad is not None:
            yield field, False, bad
        elif all(image is not None for image, _ in used):
            yield field, True, used[0][1] if used else stages[-1].line


READER = Reader(name="container file", types=("container_file",), about="component", read=read)
