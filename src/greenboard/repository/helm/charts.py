"""Charts in a tree: their parts, their values, and the objects that their templates render to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.repository.components import components
from greenboard.repository.helm import nodes
from greenboard.repository.helm.context import context
from greenboard.repository.helm.lexer import TemplateError
from greenboard.repository.helm.parser import Template, parse
from greenboard.repository.helm.printing import Value, plain
from greenboard.repository.helm.render import Renderer
from greenboard.repository.helm.values import copied, environments, merged, overlaid, switched_on
from greenboard.repository.kubernetes.gathered import Failed
from greenboard.repository.kubernetes.objects import Object, Origin, mapping, objects_of, sequence
from greenboard.repository.samples import is_sample
from greenboard.repository.stages import stage_of
from greenboard.repository.tree import Tree

_RENDERED = (".yaml", ".yml", ".json")
# Objects that say nothing about how workloads run: a template of these that fails hides nothing else.
_HARMLESS = frozenset(
    [
        "Secret",
        "ConfigMap",
        "ServiceAccount",
        "Role",
        "RoleBinding",
        "ClusterRole",
        "ClusterRoleBinding",
        "ServiceMonitor",
        "PodMonitor",
        "PrometheusRule",
        "Certificate",
        "Issuer",
        "ExternalSecret",
        "SealedSecret",
        "CustomResourceDefinition",
        "Namespace",
    ]
)


@dataclass
class Chart:
    """A chart and the charts inside of it. `alias` is the name that its parent's values know it by."""

    tree: Tree
    folder: str
    meta: dict[str, Any]
    alias: str = ""
    condition: str = ""
    tags: tuple[str, ...] = ()
    parts: list[Chart] = field(default_factory=list)
    missing: list[Failed] = field(default_factory=list)

    @property
    def home(self) -> str:
        return f"{self.folder}/Chart.yaml" if self.folder else "Chart.yaml"

    @property
    def name(self) -> str:
        return str(self.meta.get("name") or self.folder.rpartition("/")[2] or "chart")

    @property
    def library(self) -> bool:
        return self.meta.get("type") == "library"

    @cached_property
    def files(self) -> list[str]:
        prefix = f"{self.folder}/" if self.folder else ""
        return [path for path in self.tree.files if path.startswith(prefix)]

    @cached_property
    def templates(self) -> dict[str, Template | TemplateError]:
        """Each template file by path, parsed, or why it could not be."""
        prefix = f"{self.folder}/templates/" if self.folder else "templates/"
        found: dict[str, Template | TemplateError] = {}
        for path in self.files:
            if path.startswith(prefix) and path.endswith((*_RENDERED, ".tpl")):
                try:
                    found[path] = parse(self.tree.text(path), path)
                except TemplateError as error:
                    found[path] = error
                except UserError as error:
                    found[path] = TemplateError(error.what, place=error.place or Place(path))
        return found

    def values(self, path: str = "values.yaml") -> dict[str, Any]:
        """The values of a file of the chart, {} where there is no such file; UserError as for reading YAML."""
        full = posixpath.join(self.folder, path)
        if not self.tree.has(full):
            return {}
        documents = self.tree.yaml(full)
        return dict(mapping(plain(documents[0].data))) if documents else {}


def charts(tree: Tree) -> list[Chart]:
    """The charts outside of tests and examples that are installed by themselves.

    Not those that another chart contains, or takes from beside it within the same component; what a
    chart of another component builds on is still its own component's to install.
    """
    folders = {path.rpartition("/")[0] for path in tree.named("Chart.yaml") if not is_sample(path)}
    homes = {part.path for part in components(tree)}
    found: dict[str, Chart] = {}
    inner: set[str] = set()
    for folder in sorted(folders):
        chart = _open(tree, folder, 0)
        found[folder] = chart
        inner |= {part.folder for part in chart.parts if _home(part.folder, homes) == _home(folder, homes)}
    return [chart for folder, chart in found.items() if folder not in inner]


def _home(folder: str, homes: Collection[str]) -> str:
    """The folder of the innermost component around a folder."""
    while folder and folder not in homes:
        folder = folder.rpartition("/")[0]
    return folder


def _open(tree: Tree, folder: str, depth: int) -> Chart:
    path = posixpath.join(folder, "Chart.yaml")
    chart = Chart(tree, folder, {})
    try:
        documents = tree.yaml(path)
    except UserError as error:
        chart.missing.append(Failed(path, error.what, str(error.place or path)))
        return chart
    document = documents[0] if documents else yaml.Document({}, path)
    chart.meta = dict(mapping(plain(document.data)))
    requirements = posixpath.join(folder, "requirements.yaml")
    if "dependencies" not in chart.meta and tree.has(requirements):
        try:
            document = next(iter(tree.yaml(requirements)), document)
        except UserError as error:
            chart.missing.append(Failed(path, error.what, str(error.place or requirements)))
    if depth < 4:
        _parts(chart, document, depth)
    return chart


def _parts(chart: Chart, document: yaml.Document, depth: int) -> None:
    """Find each dependency in `charts/` or beside the chart, and note those that are not in the tree."""
    inside = posixpath.join(chart.folder, "charts")
    vendored = {
        path.split("/")[inside.count("/") + 1]
        for path in chart.tree.named("Chart.yaml", under=f"{inside}/")
        if path.count("/") == inside.count("/") + 2
    }
    declared = sequence(mapping(document.data).get("dependencies"))
    for index, entry in enumerate(map(mapping, declared)):
        name, repository = str(entry.get("name", "")), str(entry.get("repository", ""))
        folder = posixpath.join(inside, name)
        if name not in vendored and repository.startswith("file://"):
            folder = posixpath.normpath(posixpath.join(chart.folder, repository[7:]))
        alias = str(entry.get("alias") or name)
        condition = str(entry.get("condition") or "")
        tags = tuple(str(tag) for tag in sequence(entry.get("tags")))
        vendored.discard(name)
        if chart.tree.has(posixpath.join(folder, "Chart.yaml")):
            part = _open(chart.tree, folder, depth + 1)
            part.alias, part.condition, part.tags = alias, condition, tags
        else:
            part = Chart(chart.tree, folder, {"name": name}, alias, condition, tags)
            where = document.at("dependencies", index)
            part.missing.append(Failed(chart.home, f"the chart {name} is not in the tree", where, apart=True))
        chart.parts.append(part)
    for name in sorted(vendored):
        part = _open(chart.tree, posixpath.join(inside, name), depth + 1)
        part.alias = part.name
        chart.parts.append(part)


def render_chart(chart: Chart) -> Iterator[Object | Failed]:
    """The objects of a chart with its default values, and with those of each environment that it has values for."""
    if chart.library:
        return
    try:
        defaults = chart.values()
    except UserError as error:
        yield Failed(chart.home, error.what, str(error.place or chart.home))
        return
    found = environments(chart.folder, chart.files)
    # Where production has values of its own, the defaults by themselves run nowhere.
    if not any(stage_of(name) == "production" for name, _ in found):
        yield from _render(chart, chart, defaults, "")
    for name, path in found:
        try:
            documents = chart.tree.yaml(path)
        except UserError as error:
            yield Failed(chart.home, error.what, str(error.place or path))
            continue
        given = mapping(plain(documents[0].data)) if documents else {}
        yield from _render(chart, chart, overlaid(defaults, given), name)


def _render(chart: Chart, top: Chart, values: dict[str, Any], environment: str) -> Iterator[Object | Failed]:
    yield from chart.missing
    active: list[tuple[Chart, dict[str, Any]]] = []
    for part in chart.parts:
        if not switched_on(part.condition, part.tags, values):
            continue
        try:
            own = merged(part.values(), values.get(part.alias), values.get("global"))
        except UserError as error:
            yield Failed(top.home, error.what, str(error.place or part.home), apart=True)
            continue
        values[part.alias] = own
        active.append((part, own))
    if chart is top:
        yield from _print(chart, top, values, environment, _defines(chart))
    for part, own in active:
        yield from _render(part, top, own, environment)
        if not part.library:
            yield from _print(part, top, own, environment, _defines(top))


def _defines(chart: Chart) -> dict[str, nodes.Body]:
    """Every named template of a chart and its parts; the outer chart's own come last and win."""
    found: dict[str, nodes.Body] = {}
    for part in chart.parts:
        found |= _defines(part)
    for path, template in chart.templates.items():
        if isinstance(template, Template):
            found |= template.defines
            found[_known_as(chart, path)] = template.body
    return found


def _known_as(chart: Chart, path: str) -> str:
    """The name by which templates include another file: `chart/templates/config.yaml`."""
    return f"{chart.name}/{path[len(chart.folder) + 1 if chart.folder else 0 :]}"


def _print(
    chart: Chart, top: Chart, values: dict[str, Any], environment: str, defines: Mapping[str, nodes.Body]
) -> Iterator[Object | Failed]:
    group = f"helm:{top.folder}:{environment}"
    origin = Origin("helm", top.home, group, environment)
    for path, template in chart.templates.items():
        name = path.rpartition("/")[2]
        if isinstance(template, TemplateError):
            yield Failed(top.home, template.what, str(template.place or path))
            continue
        if name.startswith("_") or not name.endswith(_RENDERED):
            continue
        data = context(chart, top.name, copied(values), _known_as(chart, path))
        yield from _objects(chart, path, template, data, defines=defines, origin=origin)


def _objects(
    chart: Chart, path: str, template: Template, data: Value, *, defines: Mapping[str, nodes.Body], origin: Origin
) -> Iterator[Object | Failed]:
    """The objects that one template prints, with the lines of the template as their places."""
    try:
        output = Renderer(defines).render(template.body, data)
        lines = output.lines()
        text = output.text
        documents = list(yaml.stream(text, path)) if text.strip() else []
    except TemplateError as error:
        harmless = _harmless(chart, path)
        yield Failed(origin.home, error.what, str(error.place or path), apart=harmless, harmless=harmless)
        return
    except UserError as error:
        line = error.place.line if error.place else None
        at = lines[min(line, len(lines)) - 1] if line else 1
        harmless = _harmless(chart, path)
        yield Failed(origin.home, f"renders to {error.what}", f"{path}:{at}", apart=harmless, harmless=harmless)
        return
    for document in documents:
        places = {
            part: Place(path, lines[min(place.line or 1, len(lines)) - 1]) for part, place in document.places.items()
        }
        yield from objects_of(yaml.Document(document.data, path, places), origin)


def _harmless(chart: Chart, path: str) -> bool:
    """Whether a template that failed names only kinds that say nothing about workloads."""
    kinds = re.findall(r"^\s*kind:\s*(\S+)", chart.tree.text(path), re.MULTILINE)
    return bool(kinds) and all(kind.strip("\"'") in _HARMLESS for kind in kinds)
