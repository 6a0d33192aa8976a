"""What templates see: `.Values`, `.Chart`, `.Release`, `.Capabilities`, `.Files`, `.Template`.

A release is named after its chart, and the cluster is a plain one of a recent version: the same
assumptions that `helm template` makes when it is told nothing.
"""

from __future__ import annotations

import base64
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any

from greenboard.core.errors import UserError
from greenboard.repository.helm.printing import Method, Value, show, to_yaml

if TYPE_CHECKING:
    from greenboard.repository.helm.charts import Chart

KUBERNETES = ("1", "33")
_SERVED = frozenset(
    [
        "v1",
        "apps/v1",
        "batch/v1",
        "autoscaling/v1",
        "autoscaling/v2",
        "policy/v1",
        "networking.k8s.io/v1",
        "rbac.authorization.k8s.io/v1",
        "storage.k8s.io/v1",
        "admissionregistration.k8s.io/v1",
        "apiextensions.k8s.io/v1",
        "apiregistration.k8s.io/v1",
        "authentication.k8s.io/v1",
        "authorization.k8s.io/v1",
        "certificates.k8s.io/v1",
        "coordination.k8s.io/v1",
        "discovery.k8s.io/v1",
        "events.k8s.io/v1",
        "flowcontrol.apiserver.k8s.io/v1",
        "node.k8s.io/v1",
        "scheduling.k8s.io/v1",
    ]
)


def context(chart: Chart, release: str, values: dict[str, Any], template: str) -> dict[str, Value]:
    """The dot of a template."""
    version = f"v{KUBERNETES[0]}.{KUBERNETES[1]}.0"
    return {
        "Values": values,
        "Chart": _chart(chart),
        "Release": {
            "Name": release,
            "Namespace": "default",
            "Service": "Helm",
            "IsInstall": True,
            "IsUpgrade": False,
            "Revision": 1,
        },
        "Capabilities": {
            "KubeVersion": {
                "Version": version,
                "GitVersion": version,
                "Major": KUBERNETES[0],
                "Minor": KUBERNETES[1],
            },
            "APIVersions": {"Has": Method(lambda name: _served(show(name)))},
            "HelmVersion": {"Version": "v3.18.0", "GitCommit": "", "GoVersion": "go1.24"},
        },
        "Files": _files(chart),
        "Template": {"Name": template, "BasePath": f"{chart.name}/templates"},
        "Subcharts": {},
    }


def _served(name: str) -> bool:
    """Whether the cluster serves `group/version`, or `group/version/Kind`."""
    head = name.rpartition("/")[0]
    return name in _SERVED or (head in _SERVED and name.rpartition("/")[2][:1].isupper())


def _chart(chart: Chart) -> dict[str, Value]:
    named = {key[:1].upper() + key[1:]: value for key, value in chart.meta.items()}
    return {"Version": "", "AppVersion": "", "Name": chart.name, "IsRoot": not chart.alias, **named}


def _files(chart: Chart) -> dict[str, Value]:
    prefix = f"{chart.folder}/" if chart.folder else ""

    def get(name: Value) -> str:
        try:
            return chart.tree.text(prefix + show(name)) if chart.tree.has(prefix + show(name)) else ""
        except UserError:
            raise ValueError(f"the file {show(name)} cannot be read") from None

    def glob(pattern: Value) -> dict[str, Value]:
        inside = [path[len(prefix) :] for path in chart.files if not path.startswith(f"{prefix}templates/")]
        return _globbed({name: get(name) for name in inside if fnmatch(name, show(pattern))})

    return {
        "Get": Method(get),
        "GetBytes": Method(get),
        "Lines": Method(lambda n: get(n).splitlines()),
        "Glob": Method(glob),
    }


def _globbed(found: dict[str, str]) -> dict[str, Value]:
    by_name = {path.rpartition("/")[2]: text for path, text in found.items()}
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in by_name.items()}
    return _Files(
        found,
        {"AsConfig": Method(lambda: to_yaml(by_name)), "AsSecrets": Method(lambda: to_yaml(encoded))},
    )


class _Files(dict[str, Value]):
    """Files by path, which can be ranged over, with methods beside them."""

    def __init__(self, files: dict[str, str], methods: dict[str, Method]) -> None:
        super().__init__(files)
        self.methods = methods | {"Get": Method(lambda name: files.get(show(name), ""))}

    def get(self, key: str, default: Value = None) -> Value:
        return self.methods.get(key, super().get(key, default))
