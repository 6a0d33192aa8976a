"""GitHub Actions: workflows and the composite actions of the tree.

Contract: the workflow syntax of GitHub's documentation. `on` is the boolean true to a YAML 1.1
parser, so both spellings of the key are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.ci.conditions import Moment, holds
from greenboard.repository.ci.shape import Data, combinations, expand, folder_of, mapping, script, strings
from greenboard.repository.ci.triggers import Start, named, reduce, starts
from greenboard.repository.ci.types import Command, Job, Pipeline, Unseen, Use, When
from greenboard.repository.tree import Tree

_COMMIT = re.compile(r"[0-9a-f]{40}")
_ENV = re.compile(r"\$\{\{\s*env\.(\w+)\s*\}\}")
_DEEPEST = 4


def read(tree: Tree) -> Iterator[Pipeline | tuple[str, str]]:
    """Each workflow of the tree, or the path and reason of one that could not be read."""
    found: dict[str, yaml.Document] = {}
    for path in tree.files:
        if not re.fullmatch(r"\.github/workflows/[^/]+\.ya?ml", path):
            continue
        try:
            documents = tree.yaml(path)
        except UserError as error:
            yield path, str(error)
            continue
        if documents and isinstance(documents[0].data, dict) and "jobs" in documents[0].data:
            found[path] = documents[0]
        else:
            yield path, f"{path}:1: not a workflow (expected a mapping with jobs)"
    head = tree.git("symbolic-ref", "--short", "refs/remotes/origin/HEAD", check=False).strip()
    calendar = _Calendar(found, head.partition("/")[2])
    for document in found.values():
        yield _workflow(tree, document, calendar)


class _Calendar:
    """What starts each workflow and job, through calls of one workflow by another and through `needs`."""

    def __init__(self, documents: Mapping[str, yaml.Document], main: str) -> None:
        self.main = main
        self.documents = documents
        self.callers: dict[str, list[tuple[str, str]]] = {}
        for path, document in documents.items():
            for name, job in mapping(document.data["jobs"]).items():
                called = mapping(job).get("uses")
                if isinstance(called, str) and called.startswith("./"):
                    self.callers.setdefault(called.removeprefix("./"), []).append((path, str(name)))

    def workflow(self, path: str, depth: int = 0) -> tuple[Start, ...]:
        """The events that start a workflow; a call counts as the events that start its caller."""
        data = self.documents[path].data
        own = starts(data.get("on", data.get(True)), self.main)
        if not any(start.event == "workflow_call" for start in own) or depth >= _DEEPEST:
            return own
        callers = self.callers.get(path, ())
        inherited = [start for caller, job in callers for start in self.job(caller, job, depth + 1)]
        return (*inherited, *(start for start in own if start.event != "workflow_call" or not callers))

    def job(self, path: str, name: str, depth: int = 0, through: tuple[str, ...] = ()) -> tuple[Start, ...]:
        """The events that start a job, each as far as its condition and the jobs that it needs let it."""
        jobs = mapping(self.documents[path].data["jobs"])
        job = mapping(jobs.get(name))
        condition = job.get("if")
        axes = combinations(mapping(job.get("strategy")).get("matrix"))
        found = self.under(self.workflow(path, depth), condition, axes)
        if not re.search(r"always\(\)|cancelled\(\)|failure\(\)", str(condition)):
            for needed in strings(job.get("needs")):
                if needed in jobs and needed not in through:
                    others = self.job(path, needed, depth, (*through, name))
                    found = tuple(
                        one.given(other.changes if one.changes else True)
                        for one, other in zip(found, others, strict=True)
                    )
        return found

    def under(self, found: Sequence[Start], condition: object, axes: Mapping[str, list[str]]) -> tuple[Start, ...]:
        """These events as far as a condition lets them."""
        return tuple(start.given(holds(condition, Moment(start.event, self.main, axes))) for start in found)


def _workflow(tree: Tree, document: yaml.Document, calendar: _Calendar) -> Pipeline:
    data = document.data
    jobs = {str(name): mapping(job) for name, job in mapping(data["jobs"]).items()}
    active = [name for name, job in jobs.items() if job.get("if") not in (False, "false", "${{ false }}")]
    triggers = data.get("on", data.get(True))
    changed, key = _on_change(triggers, calendar.main)
    restricted, where = _restricted(data, jobs, triggers)
    return Pipeline(
        system="github-actions",
        path=document.path,
        jobs=tuple(_job(tree, document, name, calendar) for name in active),
        on_change=changed,
        on_change_place=document.at(*_on_path(data), *key),
        token_restricted=restricted,
        token_place=document.at(*where),
    )


def _on_path(data: Data) -> yaml.Path:
    return ("on",) if "on" in data else (True,)


def _on_change(triggers: object, main: str) -> tuple[bool | None, yaml.Path]:
    """Whether every proposed change starts the workflow: None when only some may."""
    found = starts(triggers, main)
    filters = named(triggers)
    for start in found:
        here = (start.event,) if isinstance(triggers, dict) else ()
        if start.event in ("pull_request", "pull_request_target", "merge_group"):
            return (True if start.changes and not start.only and not start.ignored else None), here
    for start in found:
        if start.event == "push" and start.changes is not False:
            # A push to named branches may be the way that changes are proposed; that is not said here.
            narrowed = {"branches", "branches-ignore", "tags"} & set(mapping(filters["push"]))
            return (True if not narrowed and not start.only and not start.ignored else None), ()
    return (None if any(start.changes is None for start in found) else False), ()


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


def _job(tree: Tree, document: yaml.Document, name: str, calendar: _Calendar) -> Job:
    job = mapping(mapping(document.data["jobs"]).get(name))
    place = document.at("jobs", name)
    reader = _Steps(tree, document, combinations(mapping(job.get("strategy")).get("matrix")))
    reader.env |= _literals(job)
    reader.calendar, reader.starts = calendar, calendar.job(document.path, name)
    base = folder_of(_default_folder(document.data))
    reader.folder = folder_of(_default_folder(job), base)
    called = job.get("uses")
    if isinstance(called, str):
        reader.called(called, document.at("jobs", name, "uses"))
    reader.read(job.get("steps"), ("jobs", name, "steps"), 0)
    return Job(
        f"{name} {job.get('name', '')}".strip(),
        place,
        tuple(reader.commands),
        tuple(reader.uses),
        tuple(reader.unseen),
        reduce(reader.starts),
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
        self.calendar: _Calendar | None = None
        self.starts: tuple[Start, ...] = ()
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
            if not isinstance(step, dict) or step.get("if") in (False, "false", "${{ false }}"):
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
            commands = script(self.document, text, (*path, "run"), folder_of(where, self.folder))
            self.commands += [replace(command, when=self.when(step)) for command in commands]

    def when(self, step: Data) -> When | None:
        """When a step with a condition runs, in this job."""
        if "if" not in step or self.calendar is None:
            return reduce(self.starts) if self.calendar is not None else None
        return reduce(self.calendar.under(self.starts, step["if"], self.axes))

    def use(self, step: Data, path: yaml.Path, depth: int) -> None:
        name, place = step["uses"], self.document.at(*path, "uses")
        if name.startswith(("./", "../")):
            self.local(step, place, depth)
            return
        inputs = tuple((str(key), str(value)) for key, value in mapping(step.get("with")).items())
        if name.startswith("docker://"):
            pinned = "@sha256:" in name
        else:
            pinned = bool(_COMMIT.fullmatch(name.rpartition("@")[2]))
        self.uses.append(Use(name, place, inputs, pinned, when=self.when(step)))

    def local(self, step: Data, place: str, depth: int) -> None:
        """An action of this tree: its steps count as the job's own."""
        name = step["uses"]
        folder = folder_of(name)
        document = self._action(folder) if folder is not None else None
        runs = mapping(document.data.get("runs")) if document else {}
        if document is None or runs.get("using") != "composite" or depth >= _DEEPEST:
            self.unseen.append(Unseen(f"the action {name}", place))
            return
        inner = _Steps(self.tree, document, self.axes)
        inner.folder = self.folder
        inner.env |= self.env
        inner.calendar = self.calendar
        inner.starts = self.calendar.under(self.starts, step.get("if"), self.axes) if self.calendar else ()
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
