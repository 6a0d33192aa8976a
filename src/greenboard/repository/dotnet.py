"""Solutions of .NET: which of their projects run, which are offered to others, which are neither.

Sources: Microsoft "Solution (.sln) file", the XML of .slnx, ".NET project SDKs" and the MSBuild properties
`OutputType`, `IsPackable`, `PackAsTool`, `IsTestProject`. A project that merely belongs to one that
runs is a part of it; where none runs, every project that may be packed is a library.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath
from xml.etree.ElementTree import Element

from greenboard.repository.manifests import xml_root
from greenboard.repository.tree import Tree

PROJECTS = (".csproj", ".fsproj", ".vbproj")
_LISTED = re.compile(r'^Project\("[^"]*"\)\s*=\s*"[^"]*"\s*,\s*"([^"]+\.(?:cs|fs|vb)proj)"', re.MULTILINE)
_TESTS = re.compile(r"(^|[._-]|[a-z])(Tests?|Specs|Benchmarks?)$|^(tests?|specs)$")
_HOSTS = re.compile(r"Microsoft\.NET\.Sdk\.(Web|Worker|BlazorWebAssembly)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Project:
    """What a project file says of itself; `None` where it does not."""

    runs: bool
    packed: bool | None
    aside: bool


def projects(tree: Tree, path: str) -> list[str]:
    """The project files that a solution lists and that are there."""
    if path.endswith(".slnx"):
        stated = [element.get("Path") or "" for element in xml_root(tree, path).iter("Project")]
    else:
        stated = _LISTED.findall(tree.text(path))
    folder = path.rpartition("/")[0]
    found = (normpath(f"{folder}/{name}".lstrip("/").replace("\\", "/")) for name in stated if name)
    return [name for name in dict.fromkeys(found) if name.lower().endswith(PROJECTS) and tree.has(name)]


def built(tree: Tree, path: str) -> Iterator[str]:
    """The projects of a solution that are components of their own, as paths of their files."""
    known = {name: tree.once(f"project {name}", lambda name=name: project(tree, name)) for name in projects(tree, path)}  # type: ignore[misc]
    running = any(one.runs and not one.aside for one in known.values())
    for name, one in known.items():
        if not one.aside and (one.runs or one.packed or (not running and one.packed is not False)):
            yield name


def project(tree: Tree, path: str) -> Project:
    """Read one project file.

    Raises:
        UserError: unreadable or not well formed.

    """
    root = xml_root(tree, path)
    sdk = " ".join([root.get("Sdk") or "", *(element.get("Name") or "" for element in root.iter("Sdk"))])
    output = _texts(root, "OutputType")
    name = path.rpartition("/")[2].rpartition(".")[0]
    tests = "true" in _texts(root, "IsTestProject") or any(
        (entry.get("Include") or "").lower() == "microsoft.net.test.sdk" for entry in root.iter("PackageReference")
    )
    packable = _texts(root, "IsPackable")
    packed = None if not packable else "true" in packable
    if packed is None and ("true" in _texts(root, "PackAsTool") + _texts(root, "GeneratePackageOnBuild")):
        packed = True
    return Project(
        runs=bool(_HOSTS.search(sdk)) or any(kind in ("exe", "winexe") for kind in output),
        packed=packed,
        # The host of Aspire starts the others on a developer's machine.
        aside=tests
        or bool(_TESTS.search(name))
        or "aspire.apphost" in sdk.lower()
        or bool(_texts(root, "IsAspireHost")),
    )


def kind(tree: Tree, path: str) -> str:
    """The kind of component that a project file makes.

    A tool or an app that people install on their own machines is offered to others, as a library is.
    """
    root = xml_root(tree, path)
    sdk = " ".join([root.get("Sdk") or "", *(element.get("Name") or "" for element in root.iter("Sdk"))]).lower()
    if "blazorwebassembly" in sdk:
        return "website"
    if "true" in _texts(root, "PackAsTool") + _texts(root, "UseMaui") + _texts(root, "UseWPF"):
        return "library"
    if "true" in _texts(root, "UseWindowsForms") or "winexe" in _texts(root, "OutputType"):
        return "library"
    return "service" if _HOSTS.search(sdk) or "exe" in _texts(root, "OutputType") else "library"


def _texts(root: Element, name: str) -> list[str]:
    return [(element.text or "").strip().lower() for element in root.iter(name)]
