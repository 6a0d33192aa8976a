"""What kind of component a folder holds, where no descriptor says it.

The guess goes by evidence, first match wins:

1. website   - the settings file of a site generator stands in the folder, or it is an app for the browser
2. job       - its Kubernetes manifests hold CronJobs or Jobs and nothing that runs on, or a dbt project
3. resource  - only Terraform or only a Helm chart, or nothing in a programming language and no package
4. service   - a container file, Procfile or platform file in the folder, or a manifest that names a server
5. library   - its manifest publishes a package that others build on or install (tools included)
6. service   - whatever is left: it runs, and too much asked is better than too little

What lies in folders of examples, tests, documentation and tools does not make a program.

An entity whose kind was guessed is marked as discovered; a descriptor overrules all of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository import dotnet, webapps
from greenboard.repository.evidence import aside
from greenboard.repository.manifests import is_container_file, is_manifest, json_object, table, toml_table
from greenboard.repository.tree import Tree

_SITE = re.compile(
    r"(next|nuxt|gatsby|astro|docusaurus|svelte|vitepress|remix|eleventy|\.eleventy)[.-]config\.[cm]?[jt]s"
    r"|angular\.json|hugo\.(toml|ya?ml|json)|gatsby-config\.[jt]s|\.eleventy\.js"
)
_PLATFORM = frozenset(
    {"procfile", "serverless.yml", "serverless.yaml", "fly.toml", "app.yaml", "config.ru", "manage.py"}
)
_BUILD_IMAGES = re.compile(r"(docker|container)file\.(dev|test|tests|ci|lint|build|builder|docs?)\b")
_INSTALLED = re.compile(r"com\.android\.application")
"""An app that people install on a device of theirs."""
_JVM_SERVER = re.compile(
    r"spring-boot-maven-plugin|org\.springframework\.boot['\"]|quarkus-maven-plugin|io\.quarkus['\"]|<packaging>war<"
    r"|<mainClass>|id[ (]['\"](application|war|io\.ktor\.plugin)['\"]|apply plugin: ['\"](application|war)['\"]"
    r"|^\s*application$",
    re.MULTILINE,
)
_RUNS_ON = re.compile(r"^\s*kind:\s*['\"]?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_RUNS_OUT = re.compile(r"^\s*kind:\s*['\"]?(CronJob|Job)\b", re.MULTILINE)
_MARKUP = frozenset({"terraform", "shell", "powershell", "sql"})


def guess_kind(tree: Tree, folder: str, files: Sequence[str], languages: Sequence[str]) -> str:
    """The kind of the component in `folder`, of which `files` are its own."""
    prefix = f"{folder}/" if folder else ""
    here = {path[len(prefix) :].lower(): path for path in files if "/" not in path[len(prefix) :]}
    if any(_SITE.fullmatch(name) for name in here) or _for_browsers(tree, prefix, here):
        return "website"
    if "dbt_project.yml" in here or _only_jobs(tree, files):
        return "job"
    data = not languages and "chart.yaml" not in here and any(is_manifest(name) for name in here)
    if not data and not set(languages) - _MARKUP and not any(is_container_file(name) for name in here):
        pages = "mkdocs.yml" in here or "_config.yml" in here
        return "website" if pages and "terraform" not in languages and "chart.yaml" not in here else "resource"
    if any(_serves(name) for name in here):
        return "service"
    return _by_manifest(tree, here, [path[len(prefix) :] for path in files])


def _for_browsers(tree: Tree, prefix: str, here: Mapping[str, str]) -> bool:
    """Whether the folder holds an app for the browser, and no program that has a manifest of its own."""
    manifests = [name for name in here if is_manifest(name) or name in _PLATFORM - {"app.yaml"}]
    try:
        if manifests and all(name.endswith(dotnet.PROJECTS) for name in manifests):
            return {dotnet.kind(tree, here[name]) for name in manifests} == {"website"}
        if manifests != ["package.json"]:
            return False
        return webapps.for_browsers(json_object(tree, here["package.json"]), prefix, tree)
    except UserError:
        return False


def _serves(name: str) -> bool:
    return name in _PLATFORM or (is_container_file(name) and not _BUILD_IMAGES.match(name))


def _only_jobs(tree: Tree, files: Sequence[str]) -> bool:
    """Whether some manifest runs to completion and none runs on; one that cannot be read counts as running on."""
    manifests = [path for path in files if path.endswith((".yaml", ".yml")) and "/templates/" not in path]
    named = [path for path in manifests if "job" in path.rpartition("/")[2].lower()]
    try:
        if not any(_RUNS_OUT.search(tree.text(path)) for path in named[:20]) or len(manifests) > 200:
            return False
        return not any(_RUNS_ON.search(tree.text(path)) for path in manifests)
    except UserError:
        return False


_ENTRY = re.compile(r"(src/)?(server|app|main)\.[cm]?[jt]s")
_NOT_MAIN = {"examples", "example", "testdata", "_examples", "tools", "hack", "internal"}


def _by_manifest(tree: Tree, here: Mapping[str, str], files: Sequence[str]) -> str:
    for name, judge in _JUDGES:
        path = next((path for known, path in here.items() if known == name or known.endswith(name)), None)
        if path is None:
            continue
        try:
            library = judge(tree, path, files)
        except UserError:
            continue
        return "library" if library else "service"
    return "service"


def _npm(tree: Tree, path: str, files: Sequence[str]) -> bool:
    """A package that nothing starts is a part of others, offered to the world or not."""
    manifest = json_object(tree, path)
    if webapps.offered(manifest) and not (webapps.starts(manifest) and manifest.get("private")):
        return True
    return not (webapps.starts(manifest) or webapps.serves(manifest) or any(map(_ENTRY.fullmatch, files)))


def _cargo(tree: Tree, path: str, files: Sequence[str]) -> bool:
    package: Mapping[str, Any] = table(toml_table(tree, path), "package")
    published = package.get("publish") is not False and bool(package.get("license") or package.get("license-file"))
    return "src/lib.rs" in files or "lib" in toml_table(tree, path) or published


def _python(tree: Tree, path: str, _files: Sequence[str]) -> bool:
    manifest = toml_table(tree, path)
    named = table(manifest, "project").get("name") or table(manifest, "tool", "poetry").get("name")
    return bool(named) and "build-system" in manifest


def _go(tree: Tree, path: str, files: Sequence[str]) -> bool:
    tool = any(name in files for name in (".goreleaser.yml", ".goreleaser.yaml"))
    return tool or not any(_is_main(tree, path.removesuffix("go.mod"), name) for name in files)


def _is_main(tree: Tree, prefix: str, name: str) -> bool:
    folder, _, base = name.rpartition("/")
    if base == "main.go":
        return not set(folder.split("/")) & _NOT_MAIN
    if folder or not base.endswith(".go") or base.endswith("_test.go"):
        return False
    return "\npackage main\n" in f"\n{tree.text(prefix + name)}"


def _jvm(tree: Tree, path: str, _files: Sequence[str]) -> bool:
    text = tree.text(path)
    return bool(_INSTALLED.search(text)) or not _JVM_SERVER.search(text)


def _net(tree: Tree, path: str, files: Sequence[str]) -> bool:
    prefix = path[: path.rfind("/") + 1]
    near = [prefix + name for name in files if name.endswith(dotnet.PROJECTS) and not aside(name.rpartition("/")[0])]
    return "service" not in {dotnet.kind(tree, found) for found in near or [path] if tree.has(found)}


def _php(tree: Tree, path: str, files: Sequence[str]) -> bool:
    return json_object(tree, path).get("type", "library") != "project" and "public/index.php" not in files


def _published(_tree: Tree, _path: str, _files: Sequence[str]) -> bool:
    return True


_JUDGES: tuple[tuple[str, Callable[[Tree, str, Sequence[str]], bool]], ...] = (
    ("cargo.toml", _cargo),
    ("go.mod", _go),
    ("pom.xml", _jvm),
    ("build.gradle", _jvm),
    ("build.gradle.kts", _jvm),
    (".sln", _net),
    (".slnx", _net),
    (".csproj", _net),
    (".fsproj", _net),
    (".vbproj", _net),
    (".gemspec", _published),
    ("composer.json", _php),
    ("pyproject.toml", _python),
    ("setup.py", _published),
    ("setup.cfg", _published),
    ("package.json", _npm),
)
