"""What kind of component a folder holds, where no descriptor says it.

The guess goes by evidence, first match wins:

1. resource  - only Terraform or only a Helm chart, or nothing written in a programming language
2. job       - its Kubernetes manifests hold CronJobs or Jobs and nothing that runs on, or a dbt project
3. website   - the settings file of a site generator or browser framework stands in the folder
4. service   - a container file, Procfile or platform file in the folder, or a manifest that names a server
5. library   - its manifest publishes a package that others build on or install (tools included)
6. service   - whatever is left: it runs, and too much asked is better than too little

An entity whose kind was guessed is marked as discovered; a descriptor overrules all of this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from greenboard.core.errors import UserError
from greenboard.repository.manifests import is_container_file, json_object, table, toml_table
from greenboard.repository.tree import Tree

_SITE = re.compile(
    r"(next|nuxt|gatsby|astro|docusaurus|svelte|vitepress|remix|eleventy|\.eleventy)[.-]config\.[cm]?[jt]s"
    r"|angular\.json|hugo\.(toml|ya?ml|json)|gatsby-config\.[jt]s|\.eleventy\.js"
)
_PLATFORM = frozenset(
    {"procfile", "serverless.yml", "serverless.yaml", "fly.toml", "app.yaml", "config.ru", "manage.py"}
)
_BUILD_IMAGES = re.compile(r"(docker|container)file\.(dev|test|tests|ci|lint|build|builder|docs?)\b")
_JVM_SERVER = re.compile(
    r"spring-boot-maven-plugin|org\.springframework\.boot['\"]|quarkus-maven-plugin|io\.quarkus['\"]|<packaging>war<"
    r"|<mainClass>|mainClass\s*[=.]|id[ (]['\"](application|war|io\.ktor\.plugin|com\.android\.application)['\"]"
    r"|apply plugin: ['\"](application|war)['\"]"
)
_NET_SERVER = re.compile(r"Microsoft\.NET\.Sdk\.(Web|Worker)|<OutputType>\s*(Win)?Exe", re.IGNORECASE)
_RUNS_ON = re.compile(r"^\s*kind:\s*['\"]?(Deployment|StatefulSet|DaemonSet|Rollout)\b", re.MULTILINE)
_RUNS_OUT = re.compile(r"^\s*kind:\s*['\"]?(CronJob|Job)\b", re.MULTILINE)
_MARKUP = frozenset({"terraform", "shell", "powershell", "sql"})


def guess_kind(tree: Tree, folder: str, files: Sequence[str], languages: Sequence[str]) -> str:
    """The kind of the component in `folder`, of which `files` are its own."""
    prefix = f"{folder}/" if folder else ""
    here = {path[len(prefix) :].lower(): path for path in files if "/" not in path[len(prefix) :]}
    if any(_SITE.fullmatch(name) for name in here):
        return "website"
    if "dbt_project.yml" in here or _only_jobs(tree, files):
        return "job"
    if not set(languages) - _MARKUP and not any(is_container_file(name) for name in here):
        pages = "mkdocs.yml" in here or "_config.yml" in here
        return "website" if pages and "terraform" not in languages and "chart.yaml" not in here else "resource"
    if any(_serves(name) for name in here):
        return "service"
    return _by_manifest(tree, here, [path[len(prefix) :] for path in files])


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


def _npm(tree: Tree, path: str, _files: Sequence[str]) -> bool:
    manifest = json_object(tree, path)
    offered = any(manifest.get(key) for key in ("main", "module", "exports", "types", "typings", "bin", "files"))
    starts = "start" in table(manifest, "scripts")
    return bool(offered and not (starts and manifest.get("private")))


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
    return not _JVM_SERVER.search(tree.text(path))


def _net(tree: Tree, path: str, files: Sequence[str]) -> bool:
    projects = [path.rpartition("/")[0] + "/" + name for name in files if name.endswith((".csproj", ".fsproj"))]
    return not any(_NET_SERVER.search(tree.text(found)) for found in (projects or [path]) if tree.has(found))


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
    (".csproj", _net),
    (".fsproj", _net),
    (".gemspec", _published),
    ("composer.json", _php),
    ("pyproject.toml", _python),
    ("setup.py", _published),
    ("setup.cfg", _published),
    ("package.json", _npm),
)
