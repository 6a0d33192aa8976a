"""Which objects a patch is for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from greenboard.core.errors import Place, UserError
from greenboard.repository.kustomize.parts import Part


def meant(parts: Sequence[Part], patch: Part) -> list[Part]:
    """The objects of a patch's own kind and name (one it has or had)."""
    namespace = patch.metadata.get("namespace")
    return [
        part
        for part in parts
        if part.kind == patch.kind
        and part.group == patch.group
        and patch.name in part.names
        and (namespace is None or part.metadata.get("namespace") in (namespace, None))
    ]


def selected(parts: Sequence[Part], target: Mapping[str, Any], place: Place) -> list[Part]:
    """The objects that a target selects: group, version, kind exactly, name and namespace as anchored patterns.

    Raises:
        UserError: a pattern or label selector that cannot be read.

    """
    return [part for part in parts if _fits(part, target, place)]


def _fits(part: Part, target: Mapping[str, Any], place: Place) -> bool:
    group, _, version = part.api.rpartition("/")
    wanted = {"group": group, "version": version}
    if any(target.get(name) not in (None, "", value) for name, value in wanted.items()):
        return False
    try:
        if target.get("kind") and not re.fullmatch(str(target["kind"]), part.kind):
            return False
        if target.get("name") and not any(re.fullmatch(str(target["name"]), name) for name in part.names):
            return False
        if target.get("namespace"):
            held = str(part.metadata.get("namespace") or "default")
            if not re.fullmatch(str(target["namespace"]), held):
                return False
    except re.error:
        raise UserError("a target that is no pattern", place=place) from None
    chosen = ((target.get("labelSelector"), "labels"), (target.get("annotationSelector"), "annotations"))
    return all(_labelled(str(text), part.metadata.get(name), place) for text, name in chosen if text)


def _labelled(text: str, held: object, place: Place) -> bool:
    labels = held if isinstance(held, Mapping) else {}
    for term in text.split(","):
        found = re.fullmatch(r"\s*(?P<not>!)?\s*(?P<key>[\w./-]+)\s*(?:(?P<how>==?|!=)\s*(?P<value>[\w.-]*))?\s*", term)
        if found is None:
            raise UserError(f"a label selector that is not read: {text}", place=place)
        if found["how"] is None:
            fits = (found["key"] in labels) is not bool(found["not"])
        else:
            fits = (str(labels.get(found["key"])) == found["value"]) is (found["how"] != "!=")
        if not fits:
            return False
    return True
