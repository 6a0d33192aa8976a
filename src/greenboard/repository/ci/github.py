"""GitHub Actions: workflows and the composite actions of the tree.

Contract: the workflow syntax of GitHub's documentation. `on` is the boolean true to a YAML 1.1
parser, so both spellings of the key are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.ci.shape import Data, combinations, expand, folder_of, mapping, script, strings
from greenboard.repository.ci.types import Command, Job, Pipeline, Unseen, Use
from greenboard.repository.tree import Tree

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DOCS_ONLY = re.compile(
    r"(.*\.(md|rst|txt|adoc|png|svg|jpg)|docs?/.*|LICENSE.*|\.gitignore|.*README.*|.*CHANGELOG.*)", re.IGNORECASE
)
_MAIN = re.compile(r"(main|master|trunk|develop|dev|\*\*?|default)$")
_ENV = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")
_DEEPEST = 4


def read(tree: Tree) -> Iterator[Pipeline | tuple[str, str]]:
    """Each workflow of the tree, or the path and reason of one that could not be read."""
    for path in tree.files:
        if not re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path):
            continue
        try:
            documents = tree.yaml(path)
        except UserError as error:
            yield path, str(error)
            continue
        if documents and isinstance(documents[0].data, dict) and "jobs" in documents[0].data:
            yield _workflow(tree, documents[0])
        else:
            yield path, f"{path}:1: not a workflow (expected a mapping with jobs)"


def _workflow(tree: Tree, document: yaml.Document) -> Pipeline:
    data = document.data
    jobs = {str(name): mapping(job) for name, job in mapping(data["jobs"]).items()}
    active = {name: job for name, job in jobs.items() if job.get("if") not in (False, "false", "${{ false }}")}
    triggers = data.get("on", data.get(True))
    changed, key = _on_change(triggers)
    restricted, where = _restricted(data, jobs, triggers)
    return Pipeline(
        system="github-actions",
        path=document.path,
        jobs=tuple(_job(tree, document, name, job) for name, job in active.items()),
        on_change=changed,
        on_change_place=document.at(*_on_path(data), *key),
        token_restricted=restricted,
        token_place=document.at(*where),
    )


def _on_path(data: Data) -> yaml.Path:
    return ("on",) if "on" in data else (True,)


def _on_change(triggers: object) -> tuple[bool | None, yaml.Path]:
    """Whether every proposed change starts the workflow: None when only some may."""
    named: Data = {name: {} for name in strings(triggers)} or mapping(triggers)
    for event in ("pull_request", "pull_request_target", "merge_group"):
        if event in named:
            return (True if _unfiltered(mapping(named[event])) else None), (
                (event,) if isinstance(triggers, dict) else ()
            )
    if "push" in named:
        push = mapping(named["push"])
        if "branches" not in push and "tags" not in push and _unfiltered(push):
            return True, ()
        # A push to named branches may be the way that changes are proposed; that is not said here.
        only_tags = "branches" not in push and "branches-ignore" not in push
        return (False if only_tags else None), ()
    return (None if "workflow_call" in named and len(named) == 1 else False), ()


def _unfiltered(event: Data) -> bool:
    if event.get("paths") is not None:
        return False
    if not all(_DOCS_ONLY.fullmatch(path) for path in strings(event.get("paths-ignore"))):
        return False
    types = strings(event.get("types"))
    branches = strings(event.get("branches"))
    return (not branches or any(_MAIN.match(branch) for branch in branches)) and (not types or "synchronize" in types)


def _restricted(data: Data, jobs: Mapping[str, Data], triggers: object) -> tuple[bool | None, yaml.Path]:
    """Whether the token is limited for every job; None for a workflow that is only called."""
    if strings(triggers) == ["workflow_call"] or list(mapping(triggers)) == ["workflow_call"]:
        return None, ()
    for name, job in jobs.items():
        if "permissions" in job and not _limits(job["permissions"]):
            return False, ("jobs", name, "permissions")
    if "permissions" in data:
        if _limits(data["permissions"]):
            return True, ("permissions",)
        return all("permissions" in job for job in jobs.values()), ("permissions",)
    open_jobs = [name for name, job in jobs.items() if "permissions" not in job]
    return (False, ("jobs", open_jobs[0])) if open_jobs else (True, ("jobs",))


def _limits(permissions: object) -> bool:
    return isinstance(permissions, dict) or permissions == "read-all"


def _job(tree: Tree, document: yaml.Document, name: str, job: Data) -> Job:
    place = document.at("jobs", name)
    reader = _Steps(tree, document, combinations(mapping(job.get("strategy")).get("matrix")))
    reader.env |= _literals(job)
    base = folder_of(_default_folder(document.data))
    reader.folder = folder_of(_default_folder(job), base)
    called = job.get("uses")
    if isinstance(called, str):
        reader.called(called, document.at("jobs", name, "uses"))
    reader.read(job.get("steps"), ("jobs", name, "steps"), 0)
    return Job(
        f"{name} {job.get('name', '')}".strip(), place, tuple(reader.commands), tuple(reader.uses), tuple(reader.unseen)
    )


def _default_folder(data: Data) -> object:
    return mapping(mapping(data.get("defaults")).get("run")).get("working-directory")


def _literals(part: Data) -> dict[str, str]:
    """The variables that a workflow, job or step sets to a plain text."""
    return {
        str(name): value
        for name, value in mapping(part.get("env")).items()
        if isinstance(value, str) and "$" not in value
    }


class _Steps:
    """Collects what the steps of a job, or of a composite action, run and use."""

    def __init__(self, tree: Tree, document: yaml.Document, axes: Mapping[str, list[str]]) -> None:
        self.tree = tree
        self.document = document
        self.axes = axes
        self.folder: str | None = ""
        self.env: dict[str, str] = _literals(document.data)
        self.commands: list[Command] = []
        self.uses: list[Use] = []
        self.unseen: list[Unseen] = []

    def called(self, name: str, place: str) -> None:
        """A reusable workflow. One of this tree is read on its own, as a workflow."""
        if not name.startswith("./"):
            self.uses.append(Use(name, place, pinned=bool(_COMMIT.fullmatch(name.rpartition("@")[2]))))

    def read(self, steps: object, path: yaml.Path, depth: int) -> None:
        for at, step in enumerate(steps if isinstance(steps, list) else ()):
            if not isinstance(step, dict) or step.get("if") is False:
                continue
            here = (*path, at)
            if isinstance(step.get("run"), str):
                self.run(step, here)
            elif isinstance(step.get("uses"), str):
                self.use(step, here, depth)

    def run(self, step: Data, path: yaml.Path) -> None:
        if re.match(r"python|node|perl|ruby", str(step.get("shell", ""))):
            self.unseen.append(Unseen(f"a step in {step['shell']}", self.document.at(*path)))
            return
        folder = str(step.get("working-directory") or "")
        names = {**self.env, **_literals(step)}
        text = _ENV.sub(lambda found: names.get(found[1], found[0]), f"{folder}\0{step['run']}")
        for shell in expand(text, self.axes):
            where, _, text = shell.partition("\0")
            self.commands += script(self.document, text, (*path, "run"), folder_of(where, self.folder))

    def use(self, step: Data, path: yaml.Path, depth: int) -> None:
        name, place = step["uses"], self.document.at(*path, "uses")
        if name.startswith(("./", "../")):
            self.local(name, place, depth)
            return
        inputs = tuple((str(key), str(value)) for key, value in mapping(step.get("with")).items())
        if name.startswith("docker://"):
            pinned = "@sha256:" in name
        else:
            pinned = bool(_COMMIT.fullmatch(name.rpartition("@")[2]))
        self.uses.append(Use(name, place, inputs, pinned))

    def local(self, name: str, place: str, depth: int) -> None:
        """An action of this tree: its steps count as the job's own."""
        folder = folder_of(name)
        document = self._action(folder) if folder is not None else None
        runs = mapping(document.data.get("runs")) if document else {}
        if document is None or runs.get("using") != "composite" or depth >= _DEEPEST:
            self.unseen.append(Unseen(f"the action {name}", place))
            return
        inner = _Steps(self.tree, document, self.axes)
        inner.folder = self.folder
        inner.env |= self.env
        inner.read(runs.get("steps"), ("runs", "steps"), depth + 1)
        self.commands += inner.commands
        self.uses += inner.uses
        self.unseen += inner.unseen

    def _action(self, folder: str) -> yaml.Document | None:
        for name in ("action.yml", "action.yaml"):
            path = f"{folder}/{name}" if folder else name
            try:
                found = self.tree.yaml(path) if self.tree.has(path) else []
            except UserError:
                return None
            if found and isinstance(found[0].data, dict):
                return found[0]
        return None
