"""GitLab CI: `.gitlab-ci.yml` with local includes, `extends`, `default` and `!reference`.

Contract: the CI/CD YAML syntax reference of GitLab. Includes from other projects, addresses and
components cannot be read from here and are noted as unseen; GitLab's own templates are known by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from greenboard.core import yaml
from greenboard.core.errors import UserError
from greenboard.repository.ci.shape import Data, mapping, script, strings
from greenboard.repository.ci.types import Command, Job, Pipeline, Unseen, Use, When
from greenboard.repository.tree import Tree

_GLOBAL = frozenset(
    [
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "cache",
        "before_script",
        "after_script",
        "pages",
        "spec",
        "types",
    ]
)
_DEEPEST = 6


def read(tree: Tree) -> Iterator[Pipeline | tuple[str, str]]:
    """The pipeline of the tree, or the path and reason of a file that could not be read."""
    path = next((name for name in (".gitlab-ci.yml", ".gitlab-ci.yaml") if tree.has(name)), None)
    if path is None:
        return
    config = _Config(tree)
    config.load(path, 0)
    yield from config.broken
    if not config.broken or config.jobs:
        yield config.pipeline(path)


class _Config:
    """The merged configuration: jobs by name, each with the document it stands in."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.jobs: dict[str, tuple[yaml.Document, Data]] = {}
        self.globals: dict[str, tuple[yaml.Document, Any]] = {}
        self.uses: list[Use] = []
        self.unseen: list[Unseen] = []
        self.broken: list[tuple[str, str]] = []
        self.loaded: set[str] = set()

    def load(self, path: str, depth: int) -> None:
        if path in self.loaded or depth > _DEEPEST:
            return
        self.loaded.add(path)
        try:
            # With `spec:` the first document declares inputs and the last one is the configuration.
            document = self.tree.yaml(path)[-1]
        except UserError as error:
            self.broken.append((path, str(error)))
            return
        except IndexError:
            return
        if not isinstance(document.data, dict):
            self.broken.append((path, f"{path}:1: not a pipeline (expected a mapping)"))
            return
        self.include(document, depth)
        for name, value in document.data.items():
            if name in _GLOBAL and name != "pages":
                self.globals[name] = (document, value)
            elif isinstance(value, dict):
                before = self.jobs.get(str(name))
                self.jobs[str(name)] = (document, {**before[1], **value} if before else value)

    def include(self, document: yaml.Document, depth: int) -> None:
        listed = document.data.get("include")
        for at, part in enumerate(listed if isinstance(listed, list) else [listed] if listed else []):
            place = document.at("include", at)
            entry = {"local": part} if isinstance(part, str) and "://" not in part else mapping(part)
            if "local" in entry:
                self.local(str(entry["local"]), place, depth)
            elif "template" in entry:
                self.uses.append(Use(f"gitlab:{entry['template']}", place))
            else:
                what = entry.get("project") or entry.get("remote") or entry.get("component") or part
                self.unseen.append(Unseen(f"include of {what}", place))

    def local(self, name: str, place: str, depth: int) -> None:
        wanted = name.lstrip("/")
        found = [path for path in self.tree.files if fnmatchcase(path, wanted)] if "*" in wanted else []
        found += [wanted] if self.tree.has(wanted) else []
        if not found:
            self.unseen.append(Unseen(f"include of {name}", place))
        for path in found:
            self.load(path, depth + 1)

    def whole(self, name: str, depth: int = 0) -> Data:
        """A job with what it extends: its own keys win, mappings are merged."""
        document_job = self.jobs.get(name)
        if document_job is None or depth > _DEEPEST:
            return {}
        own = document_job[1]
        merged: Data = {}
        for parent in strings(own.get("extends")):
            merged = _merge(merged, self.whole(parent, depth + 1))
        return _merge(merged, own)

    def pipeline(self, path: str) -> Pipeline:
        jobs = [self.job(name) for name in self.jobs if not name.startswith(".")]
        if self.uses or self.unseen:
            jobs.append(Job("include", f"{path}:1", (), tuple(self.uses), tuple(self.unseen)))
        changed = self.on_change()
        return Pipeline("gitlab-ci", path, tuple(jobs), changed, f"{path}:1")

    def job(self, name: str) -> Job:
        document, _ = self.jobs[name]
        whole = self.whole(name)
        commands: list[Command] = []
        for key in ("before_script", "script", "after_script"):
            value = whole.get(key)
            source = document
            path: yaml.Path = (name, key) if key in self.jobs[name][1] else (name,)
            if value is None and key != "script":
                source, value, path = self.default(key, document)
            commands += script(source, self.resolve(value), path)
        trigger = whole.get("trigger")
        unseen = [Unseen(f"the pipeline that {name} triggers", document.at(name, "trigger"))] if trigger else []
        return Job(name, document.at(name), tuple(commands), (), tuple(unseen), self.when(name))

    def when(self, name: str) -> When:
        """When a job runs: the rules of the whole pipeline, then its own."""
        workflow = mapping(self.globals.get("workflow", (None, {}))[1])
        outer = _rules(workflow["rules"], pushed=True) if "rules" in workflow else True
        own = self.starts(name, pushed=True)
        by_hand = self.whole(name).get("when") == "manual"
        return When(False if False in (outer, own) else True if outer and own else None, by_hand=by_hand)

    def default(self, key: str, document: yaml.Document) -> tuple[yaml.Document, Any, yaml.Path]:
        if key in self.globals:
            source, value = self.globals[key]
            return source, value, (key,)
        source, value = self.globals.get("default", (document, {}))
        return source, mapping(value).get(key), ("default", key)

    def resolve(self, value: Any, depth: int = 0) -> Any:
        """Put in what `!reference [job, key]` points at; it reaches us as a list of names."""
        if not isinstance(value, list) or depth > _DEEPEST:
            return value
        if len(value) > 1 and all(isinstance(part, str) for part in value) and value[0] in self.jobs:
            target: Any = self.whole(value[0])
            for key in value[1:]:
                target = mapping(target).get(key)
            return self.resolve(target, depth + 1) if target is not None else value
        return [self.resolve(part, depth + 1) for part in value]

    def on_change(self) -> bool | None:
        """Whether merge requests or every pushed branch start some job."""
        workflow = mapping(self.globals.get("workflow", (None, {}))[1])
        if "rules" in workflow:
            return _rules(workflow["rules"])
        answers = [self.starts(name) for name in self.jobs if not name.startswith(".")]
        return True if True in answers else None if None in answers or self.unseen else False

    def starts(self, name: str, *, pushed: bool = False) -> bool | None:
        """Whether every change starts a job; with `pushed`, every push to the default branch is enough."""
        job = self.whole(name)
        if job.get("when") in ("manual", "never"):
            return False
        if "rules" in job:
            return _rules(job["rules"], pushed=pushed)
        only = job.get("only")
        if only is None:
            left_out = set(strings(job.get("except")))
            return True if "except" not in job or (left_out and left_out <= _NO_CHANGES) else None
        refs = strings(mapping(only).get("refs")) if isinstance(only, dict) else strings(only)
        if isinstance(only, dict) and ("changes" in only or "variables" in only):
            return None
        if {"merge_requests", "branches", "external_pull_requests"} & set(refs):
            return True
        if pushed and {"main", "master"} & set(refs) and "except" not in job:
            return True
        return False if refs and set(refs) <= _NO_CHANGES else None


def _merge(below: Data, above: Data) -> Data:
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


_NO_CHANGES = frozenset({"tags", "schedules", "web", "api", "triggers", "pipelines"})
_SOURCE = r"\s*\$CI_PIPELINE_SOURCE\s*==\s*['\"](%s)['\"]\s*"
_EVERY = re.compile(_SOURCE % "merge_request_event" + r"|\s*\$CI_(MERGE_REQUEST_I?ID|COMMIT_BRANCH)\s*")
_PUSHED = re.compile(r"\s*\$CI_COMMIT_(BRANCH|REF_NAME)\s*==\s*(\$CI_DEFAULT_BRANCH|['\"](main|master)['\"])\s*")
_OTHERS = re.compile(_SOURCE % "schedule|web|api|trigger|pipeline" + r"|\s*\$CI_COMMIT_TAG\s*")


def _rules(rules: object, *, pushed: bool = False) -> bool | None:
    """Whether some rule takes every change. A rule that keeps some away leaves the later ones in doubt."""
    answers: list[bool | None] = []
    doubt = False
    for rule in rules if isinstance(rules, list) else ():
        condition = str(mapping(rule).get("if", "")) if isinstance(rule, dict) else ""
        narrowed = mapping(rule).get("changes") or mapping(rule).get("exists")
        if mapping(rule).get("when") in ("never", "manual"):
            doubt = doubt or bool(narrowed) or not _OTHERS.fullmatch(condition)
        elif narrowed or not isinstance(rule, dict):
            answers.append(None)
        elif _EVERY.fullmatch(condition) or (pushed and _PUSHED.fullmatch(condition)) or not condition:
            answers.append(None if doubt else True)
        else:
            answers.append(False if _OTHERS.fullmatch(condition) else None)
    return True if True in answers else None if None in answers or not (answers or doubt) else False
