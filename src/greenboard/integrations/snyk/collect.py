"""What the manifest of Snyk cannot say: what kind of scan a project is, what a bill says, where the next page is."""

from __future__ import annotations

from typing import Any

from greenboard.connections.expressions.function import Mistyped, Registry

FUNCTIONS = Registry()
_ECOSYSTEMS = {
    "npm": "npm", "yarn": "npm", "yarn-workspace": "npm", "pnpm": "npm",
    "pip": "pypi", "pipenv": "pypi", "poetry": "pypi",
    "maven": "maven", "gradle": "gradle", "gomodules": "go", "golangdep": "go", "govendor": "go", "cargo": "cargo",
    "nuget": "nuget", "paket": "nuget", "rubygems": "rubygems", "composer": "composer",
}  # fmt: skip
"""The types of projects that the vocabulary knows the packages of."""
_KINDS = (
    dict.fromkeys((*_ECOSYSTEMS, "sbt", "cocoapods", "hex", "swift", "cpp", "unmanaged", "pub"), "sca")
    | dict.fromkeys(("apk", "deb", "rpm", "linux", "dockerfile"), "container")
    | dict.fromkeys(("k8sconfig", "helmconfig", "terraformconfig", "armconfig", "cloudformationconfig"), "iac")
    | {"sast": "sast"}
)


@FUNCTIONS.add("text", gives="text", example="scan(attributes.type)")
def scan(kind: str) -> str | None:
    """Which kind of scan a project is; a type that Snyk does not document is unknown."""
    return _KINDS.get(kind)


@FUNCTIONS.add("text", gives="text", example="ecosystem(attributes.type)")
def ecosystem(kind: str) -> str | None:
    """Whose packages a project has."""
    return _ECOSYSTEMS.get(kind)


@FUNCTIONS.add("object", gives="text", example="level(attributes)")
def level(attributes: dict[str, Any]) -> str | None:
    """How severe an issue is, after the policies of the organization; a new word is unknown."""
    told = attributes.get("effective_severity_level")
    return told if told in ("critical", "high", "medium", "low", "info") else None


@FUNCTIONS.add("object", gives="int", example="direct(bill)")
def direct(bill: dict[str, Any]) -> int | None:
    """How many packages the root of a bill (CycloneDX) depends on; unknown where it does not say so of its root."""
    root = ((bill.get("metadata") or {}).get("component") or {}).get("bom-ref")
    several = bill.get("dependencies")
    if root is None or not isinstance(several, list):
        return None
    told = [one.get("dependsOn", []) for one in several if isinstance(one, dict) and one.get("ref") == root]
    return len(set(told[0])) if len(told) == 1 and isinstance(told[0], list) else None


@FUNCTIONS.add("any", gives="text", example="next_page(links.next)")
def next_page(link: Any) -> str | None:
    """The address of the next page, which is a text or an object with `href`, as a path of the API."""
    address = link.get("href") if isinstance(link, dict) else link
    if not isinstance(address, str):
        raise Mistyped("next_page: expected an address")
    return address.removeprefix("/rest")
