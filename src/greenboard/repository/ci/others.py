"""CircleCI, Azure Pipelines, Buildkite, Travis CI, Drone, Woodpecker and Bitbucket Pipelines.

Each function reads one system by its vendor's reference. What is set on the vendor's side (triggers
of Buildkite, branch policies of Azure Repos) is left unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from greenboard.core import yaml
from greenboard.repository.ci.shape import Data, folder_of, mapping, script, strings
from greenboard.repository.ci.types import Command, Job, Pipeline, Unseen, Use, When


def circleci(document: yaml.Document) -> Pipeline:
    """`.circleci/config.yml`: jobs, commands of the file, orbs. A job that no workflow names does not run."""
    data = document.data
    jobs: dict[str, Job] = {}
    for name, job in mapping(data.get("jobs")).items():
        body = mapping(job)
        folder = folder_of(_circle_folder(body))
        commands, uses = _circle_steps(document, body.get("steps"), ("jobs", name, "steps"), folder, 0)
        jobs[str(name)] = Job(str(name), document.at("jobs", name), tuple(commands), tuple(uses))
    started = dict(_circle_started(data))
    found = [] if "workflows" in data else [replace(job, when=When(True)) for job in jobs.values()]
    for (name, path), when in started.items():
        place = document.at(*path)
        orb = Job(name, place, uses=(Use(f"orb:{name}", place),))
        if name in jobs or "/" in name:
            found.append(replace(jobs.get(name, orb), when=when))
    if data.get("setup") is True:
        place = document.at("setup")
        found.append(Job("setup", place, unseen=(Unseen("a continued configuration", place),)))
    changed = True if "workflows" not in data or any(when.changes for when in started.values()) else None
    return Pipeline("circleci", document.path, tuple(found), changed, document.at("workflows"))


def _circle_started(data: Data) -> Iterator[tuple[tuple[str, yaml.Path], When]]:
    """Each job that a workflow names, with its place; every change starts it where no filter or approval stands."""
    for workflow, body in mapping(data.get("workflows")).items():
        listed = mapping(body).get("jobs")
        entries = [
            next(iter(entry.items())) if isinstance(entry, dict) and entry else (entry, {})
            for entry in (listed if isinstance(listed, list) else ())
        ]
        approvals = {name for name, options in entries if mapping(options).get("type") == "approval"}
        narrowed = mapping(body).get("triggers") or mapping(body).get("when") or mapping(body).get("unless")
        for at, (name, options) in enumerate(entries):
            options = mapping(options)
            held = approvals & set(strings(options.get("requires")))
            every = not (narrowed or held or options.get("filters"))
            if isinstance(name, str) and name not in approvals:
                yield (name, ("workflows", workflow, "jobs", at)), When(True if every else None)


def _circle_folder(job: Data) -> object:
    folder = str(job.get("working_directory") or "")
    # The folder that the code is checked out to is the root of the tree.
    return "" if re.match(r"(~|/)", folder) and folder.count("/") <= 2 else folder


def _circle_steps(
    document: yaml.Document, steps: object, path: yaml.Path, folder: str | None, depth: int
) -> tuple[list[Command], list[Use]]:
    commands: list[Command] = []
    uses: list[Use] = []
    own = mapping(document.data.get("commands"))
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        name, body = next(iter(step.items())) if isinstance(step, dict) and step else (step, {})
        here = (*path, at)
        if name == "run":
            text = body if isinstance(body, str) else mapping(body).get("command")
            where = folder_of(mapping(body).get("working_directory"), folder)
            commands += script(document, text, (*here, "run"), where)
        elif name in ("when", "unless"):
            inner = _circle_steps(document, mapping(body).get("steps"), (*here, name, "steps"), folder, depth + 1)
            commands, uses = commands + inner[0], uses + inner[1]
        elif name in own and depth < 5:
            inner = _circle_steps(
                document, mapping(own[name]).get("steps"), ("commands", name, "steps"), folder, depth + 1
            )
            commands, uses = commands + inner[0], uses + inner[1]
        elif isinstance(name, str) and "/" in name:
            uses.append(Use(f"orb:{name}", document.at(*here)))
    return commands, uses


def azure(document: yaml.Document) -> Pipeline:
    """`azure-pipelines.yml`: stages, jobs and steps; templates are noted as unseen."""
    data = document.data
    when = When(_azure_when(data))
    jobs = [replace(_azure_job(document, job, path), when=when) for job, path in _azure_jobs(data, ())]
    if _conditional(data):
        # Conditions of stages, jobs and steps are expressions over what is set in Azure.
        jobs = [replace(job, when=When(None if when.changes else when.changes)) for job in jobs]
    key = next((key for key in ("pr", "trigger") if key in data), None)
    return Pipeline(
        "azure-pipelines", document.path, tuple(jobs), _azure_change(data), document.at(*([key] if key else []))
    )


def _azure_jobs(data: Data, path: yaml.Path) -> Iterator[tuple[Data, yaml.Path]]:
    if "steps" in data or "template" in data or "extends" in data:
        yield data, path
    for key in ("stages", "jobs"):
        for at, part in enumerate(data.get(key) or () if isinstance(data.get(key), list) else ()):
            yield from _azure_jobs(mapping(part), (*path, key, at))
    for strategy in ("runOnce", "rolling", "canary"):
        deploy = mapping(mapping(mapping(data.get("strategy")).get(strategy)).get("deploy"))
        if deploy:
            yield from _azure_jobs(
                {**deploy, "deployment": data.get("deployment")}, (*path, "strategy", strategy, "deploy")
            )


def _azure_job(document: yaml.Document, job: Data, path: yaml.Path) -> Job:
    commands: list[Command] = []
    uses: list[Use] = []
    unseen: list[Unseen] = []
    if "template" in job or "extends" in job:
        unseen.append(Unseen(f"template {job.get('template') or 'extended'}", document.at(*path)))
    steps = job.get("steps")
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        here, body = (*path, "steps", at), mapping(step)
        key = next((name for name in ("script", "bash", "pwsh", "powershell") if name in body), None)
        if key:
            commands += script(document, body[key], (*here, key), folder_of(body.get("workingDirectory")))
        elif "task" in body:
            inputs = {str(name): str(value) for name, value in mapping(body.get("inputs")).items()}
            inline = [inputs[name] for name in ("script", "inlineScript") if name in inputs]
            commands += [Command(text, document.at(*here), None) for text in inline]
            if not inline:
                uses.append(Use(f"azure:{body['task']}", document.at(*here), tuple(inputs.items())))
        elif "template" in body:
            unseen.append(Unseen(f"template {body['template']}", document.at(*here)))
        elif any(str(name).startswith("${{") for name in body):
            unseen.append(Unseen("a computed step", document.at(*here)))
    name = str(job.get("job") or job.get("deployment") or job.get("stage") or "job")
    return Job(name, document.at(*path), tuple(commands), tuple(uses), tuple(unseen))


def _azure_change(data: Data) -> bool | None:
    pr, trigger = data.get("pr"), data.get("trigger")
    if pr == "none" and trigger == "none":
        return False
    if isinstance(pr, list | dict) and "paths" not in mapping(pr):
        return True
    return True if "pr" not in data and "trigger" not in data else None


def _conditional(data: object, depth: int = 0) -> bool:
    """Whether some stage, job or step has a condition of its own, besides those that change nothing for a change."""
    if isinstance(data, list):
        return any(_conditional(part, depth + 1) for part in data)
    if not isinstance(data, dict) or depth > 12:
        return False
    own = str(data.get("condition", "always()"))
    return own not in ("always()", "succeeded()", "succeededOrFailed()") or any(
        _conditional(data.get(key), depth + 1) for key in ("stages", "jobs", "steps")
    )


def _azure_when(data: Data) -> bool | None:
    """Whether each proposed change, or each push to the default branch, starts the pipeline."""
    if _azure_change(data) is not None:
        return _azure_change(data)
    trigger = data.get("trigger")
    branches = mapping(mapping(trigger).get("branches"))
    listed = strings(trigger) if isinstance(trigger, list) else strings(branches.get("include"))
    named = any(re.fullmatch(r"\*|main|master", branch) for branch in listed)
    return True if named and "paths" not in mapping(trigger) and not branches.get("exclude") else None


def buildkite(document: yaml.Document) -> Pipeline:
    """`.buildkite/pipeline.yml`: what starts it is set in Buildkite."""
    steps = document.data.get("steps") if isinstance(document.data, dict) else document.data
    path: yaml.Path = ("steps",) if isinstance(document.data, dict) else ()
    return Pipeline("buildkite", document.path, tuple(_buildkite_steps(document, steps, path)))


def _buildkite_steps(document: yaml.Document, steps: object, path: yaml.Path) -> Iterator[Job]:
    for at, step in enumerate(steps if isinstance(steps, list) else ()):
        body, here = mapping(step), (*path, at)
        if "group" in body:
            yield from _buildkite_steps(document, body.get("steps"), (*here, "steps"))
            continue
        key = "commands" if "commands" in body else "command"
        commands = [
            command
            for command in script(document, body.get(key), (*here, key))
            if "pipeline upload" not in command.text
        ]
        uploads = "pipeline upload" in " ".join(strings(body.get(key)))
        plugins = body.get("plugins")
        names = [name for part in (plugins if isinstance(plugins, list) else [plugins]) for name in _names(part)]
        uses = tuple(Use(f"bk:{name.partition('#')[0]}", document.at(*here, "plugins")) for name in names)
        unseen = (Unseen("an uploaded pipeline", document.at(*here)),) if uploads or "trigger" in body else ()
        label = str(body.get("label") or body.get("name") or body.get("key") or "step")
        yield Job(label, document.at(*here), tuple(commands), uses, unseen)


def _names(plugin: object) -> list[str]:
    return [plugin] if isinstance(plugin, str) else [str(name) for name in mapping(plugin)]


def travis(document: yaml.Document) -> Pipeline:
    """`.travis.yml`: phases; without `script` Travis runs the default of the language."""
    data = document.data
    jobs = [_travis_job(document, data, ())]
    for key in ("jobs", "matrix"):
        listed = mapping(data.get(key)).get("include")
        for at, part in enumerate(listed if isinstance(listed, list) else ()):
            jobs.append(_travis_job(document, mapping(part), (key, "include", at)))
    only = mapping(data.get("branches")).get("only")
    jobs = [replace(job, when=When(None if only or data.get("if") else job.when.changes)) for job in jobs]
    return Pipeline("travis", document.path, tuple(jobs), None if only else True, f"{document.path}:1")


_TRAVIS_DEFAULTS = {
    "go": "go test ./...",
    "node_js": "npm test",
    "rust": "cargo test",
    "java": "mvn test",
    "ruby": "rake",
}


def _travis_job(document: yaml.Document, data: Data, path: yaml.Path) -> Job:
    phases = ("before_install", "install", "before_script", "script", "after_success", "after_script", "before_deploy")
    commands = [command for key in phases for command in script(document, data.get(key), (*path, key))]
    default = _TRAVIS_DEFAULTS.get(str(data.get("language")))
    if "script" not in data and default and not path:
        commands.append(Command(default, document.at("language")))
    uses = (Use("appleboy/travis-deploy", document.at(*path, "deploy")),) if data.get("deploy") else ()
    when = When(None if data.get("if") else True)
    return Job(
        str(data.get("name") or data.get("stage") or "job"), document.at(*path), tuple(commands), uses, when=when
    )


def drone(document: yaml.Document) -> Pipeline | None:
    """`.drone.yml` (one pipeline for each document) and Woodpecker's files."""
    data = document.data
    if not isinstance(data, dict) or not ({"steps", "pipeline"} & set(data)):
        return None
    key = "steps" if "steps" in data else "pipeline"
    listed = data[key]
    pairs = [((key, at), mapping(step)) for at, step in enumerate(listed)] if isinstance(listed, list) else [
        ((key, name), {"name": name, **mapping(step)}) for name, step in mapping(listed).items()
    ]  # fmt: skip
    jobs = []
    for path, step in pairs:
        image = str(step.get("image", "")).partition(":")[0]
        commands = script(document, step.get("commands"), (*path, "commands"))
        uses = () if commands or not image else (Use(f"drone:{image}", document.at(*path)),)
        jobs.append(Job(str(step.get("name", "step")), document.at(*path), tuple(commands), uses))
    events = strings(mapping(data.get("trigger")).get("event")) + strings(mapping(data.get("when")).get("event"))
    changed = True if "pull_request" in events else None if events or data.get("trigger") or data.get("when") else True
    jobs = [
        replace(job, when=When(changed if not step.get("when") else None))
        for job, (_, step) in zip(jobs, pairs, strict=True)
    ]
    return Pipeline(
        "drone" if ".drone" in document.path else "woodpecker", document.path, tuple(jobs), changed, document.at()
    )


def bitbucket(document: yaml.Document) -> Pipeline:
    """`bitbucket-pipelines.yml`: every pipeline of the file."""
    pipelines = mapping(document.data.get("pipelines"))
    jobs: list[Job] = []
    _bitbucket_steps(document, pipelines, ("pipelines",), jobs)
    changed = True if {"default", "pull-requests"} & set(pipelines) else None
    return Pipeline("bitbucket-pipelines", document.path, tuple(jobs), changed, document.at("pipelines"))


def _bitbucket_steps(document: yaml.Document, data: object, path: yaml.Path, jobs: list[Job]) -> None:
    parts = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in parts:
        here = (*path, key)
        if key == "step" and isinstance(value, dict):
            scripts = value.get("script")
            pipes = [
                Use(f"pipe:{part['pipe'].partition(':')[0]}", document.at(*here))
                for part in (scripts if isinstance(scripts, list) else ())
                if isinstance(part, dict) and isinstance(part.get("pipe"), str)
            ]
            commands = script(document, scripts, (*here, "script"))
            name, when = str(value.get("name", "step")), _bitbucket_when(here, value)
            jobs.append(Job(name, document.at(*here), tuple(commands), tuple(pipes), when=when))
        elif len(here) < 12:
            _bitbucket_steps(document, value, here, jobs)


def _bitbucket_when(path: yaml.Path, step: Data) -> When:
    section = str(path[1]) if len(path) > 1 else ""
    if section in ("custom", "tags") or step.get("trigger") == "manual":
        return When(False, by_hand=section != "tags")
    started = section == "default" or (section in ("pull-requests", "branches") and path[2] in ("**", "main", "master"))
    return When(True if started and not step.get("condition") else None)
