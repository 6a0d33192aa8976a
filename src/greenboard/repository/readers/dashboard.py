"""Dashboards kept as files: Grafana, Perses, and those that Terraform declares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.kubernetes.belonging import belongs, of_component
from greenboard.repository.kubernetes.objects import dig, mapping, sequence
from greenboard.repository.sniff import candidates
from greenboard.repository.terraform.owned import resources_of
from greenboard.repository.types import Found, Missed, Reader, Scope

_RESOURCES = frozenset(
    [
        "grafana_dashboard",
        "datadog_dashboard",
        "datadog_dashboard_json",
        "aws_cloudwatch_dashboard",
        "google_monitoring_dashboard",
        "azurerm_portal_dashboard",
        "newrelic_one_dashboard",
        "signalfx_dashboard",
    ]
)
_Item = tuple[dict[str, Any], str]


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One item for each dashboard found; nothing where none is."""
    items: dict[str, _Item] = {}
    for item in (*_files(scope), *_objects(scope), *_terraform(scope)):
        if isinstance(item, Missed):
            yield item
            continue
        value, place = item
        if any(
            value["name"] == known["name"] and value.get("panels") == known.get("panels") for known, _ in items.values()
        ):
            continue  # The same board once more, as a file and as the ConfigMap that is made of it.
        title = value["name"]
        choices = (title, f"{title} ({place})", f"{title} ({len(items) + 1})")
        name = next((choice for choice in choices if choice not in items), choices[-1])
        items[name] = ({**value, "name": name}, place)
    if items:
        places = {name: place for name, (_, place) in items.items()}
        yield Found(
            "dashboard", [value for value, _ in items.values()], location=next(iter(places.values())), places=places
        )


def _files(scope: Scope) -> Iterator[_Item | Missed]:
    for path in candidates(scope.tree, "dashboard"):
        name, _, _ = path.rpartition("/")[2].partition(".")
        if not path.endswith(".json") or not belongs(scope, path, (name,)):
            continue
        try:
            data = json.loads(scope.tree.text(path))
        except UserError as error:
            yield Missed("dashboard", error.what, str(error.place or path))
            continue
        except json.JSONDecodeError as error:
            yield Missed("dashboard", f"not JSON: {error.msg}", f"{path}:{error.lineno}:{error.colno}")
            continue
        except RecursionError:
            yield Missed("dashboard", "nested too deeply", path)
            continue
        item = describe(data)
        if item:
            yield {**item, "url": path}, f"{path}:1"


def describe(data: object) -> dict[str, Any] | None:
    """Title and panels of a Grafana or Perses dashboard; None for anything else."""
    found = mapping(data)
    found = mapping(found.get("dashboard")) or found
    if found.get("kind") == "Dashboard" and isinstance(dig(found, "spec", "panels"), dict):
        title = dig(found, "spec", "display", "name") or dig(found, "metadata", "name")
        return {"name": str(title), "panels": len(found["spec"]["panels"])} if title else None
    panels = found.get("panels") if isinstance(found.get("panels"), list) else None
    rows = found.get("rows") if isinstance(found.get("rows"), list) else None
    known = "schemaVersion" in found or "templating" in found or "__inputs" in found
    if not isinstance(found.get("title"), str) or not found["title"] or not known or panels is rows is None:
        return None
    return {"name": found["title"], "panels": _count(found, 0)}


def _count(holder: Mapping[str, Any], depth: int) -> int:
    """Panels, and those inside of rows; a row is no panel itself."""
    total = 0
    for panel in map(mapping, sequence(holder.get("panels"))):
        total += panel.get("type") != "row"
        total += _count(panel, depth + 1) if depth < 3 else 0
    return total + sum(_count(mapping(row), depth + 1) for row in sequence(holder.get("rows")) if depth < 3)


def _objects(scope: Scope) -> Iterator[_Item]:
    for item in of_component(scope).objects:
        if item.kind == "ConfigMap":
            texts = [text for name, text in mapping(item.data.get("data")).items() if str(name).endswith(".json")]
        elif item.kind == "GrafanaDashboard":
            texts = [dig(item.data, "spec", "json")]
        elif item.kind in ("PersesDashboard", "Dashboard") and "perses" in item.api:
            panels = mapping(dig(item.data, "spec", "panels") or dig(item.data, "spec", "config", "panels"))
            yield {"name": item.name, "panels": len(panels), "url": item.document.path}, item.at()
            continue
        else:
            continue
        for text in texts:
            if isinstance(text, str) and ('"panels"' in text or '"rows"' in text):
                try:
                    found = describe(json.loads(text))
                except (ValueError, RecursionError):
                    continue  # Not a dashboard that can be told from here.
                if found:
                    yield {**found, "url": item.document.path}, item.at()


def _terraform(scope: Scope) -> Iterator[_Item]:
    for block in resources_of(scope):
        if block.labels[0] in _RESOURCES:
            yield {"name": block.address, "url": block.path}, block.at()


READER = Reader(name="dashboards", types=("dashboard",), about="component", read=read)
