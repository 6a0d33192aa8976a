"""What the pipelines of the repository do: test, lint, scan, deploy; how their tokens and actions are kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from greenboard.repository.ci.changes import lints_on_change, tests_on_change
from greenboard.repository.ci.pipelines import pipelines
from greenboard.repository.ci.types import Pipelines, Work
from greenboard.repository.components import components
from greenboard.repository.types import Found, Missed, Reader, Scope


def read(scope: Scope) -> Iterator[Found | Missed]:
    """One fact when there is any pipeline; nothing when there is none, since CI may be set up elsewhere."""
    every, work = pipelines(scope.tree)
    for path, reason in every.broken:
        yield Missed("ci_config", reason, path)
    if not every.all:
        return
    whole = not every.broken and not work.unseen
    value: dict[str, Any] = {"systems": list(every.systems), "pipelines": len({each.path for each in every.all})}
    places: dict[str, str] = {"systems": f"{every.all[0].path}:1", "pipelines": f"{every.all[0].path}:1"}
    for name, seen in (
        ("runs_tests", [run.place for run in work.runs]),
        ("lints", [lint.place for lint in work.lints]),
        ("scans", [place for _, place in work.scans]),
        ("deploys", work.deploys),
    ):
        if seen:
            value[name], places[name] = True, seen[0]
        elif whole and name not in work.doubts:
            value[name], places[name] = False, f"{every.all[0].path}:1"
    _scanners(work, whole and "scans" not in work.doubts, value, places)
    _triggers(every, value, places)
    parts = components(scope.tree)
    value["shared"] = len(parts) > 1
    for name, (answer, place) in (
        ("tests_on_change", tests_on_change(every, work)),
        ("lints_on_change", lints_on_change(scope.tree, every, work, parts)),
    ):
        if answer is not None:
            value[name], places[name] = answer, place
    _github(every, value, places)
    yield Found("ci_config", value, f"{every.all[0].path}:1", places)
    yield from _unseen(work, value)


def _scanners(work: Work, whole: bool, value: dict[str, Any], places: dict[str, str]) -> None:
    names = sorted({name for name, _ in work.scans})
    if names or whole:
        value["scanners"] = names
    if work.scans:
        places["scanners"] = work.scans[0][1]


def _triggers(every: Pipelines, value: dict[str, Any], places: dict[str, str]) -> None:
    answers = [(pipeline.on_change, pipeline.on_change_place) for pipeline in every.all]
    yes = [place for answer, place in answers if answer]
    if yes:
        value["on_change"], places["on_change"] = True, yes[0]
    elif not every.broken and all(answer is False for answer, _ in answers):
        value["on_change"], places["on_change"] = False, answers[0][1]


def _github(every: Pipelines, value: dict[str, Any], places: dict[str, str]) -> None:
    """Tokens and actions. A workflow that could not be read leaves them unknown, unless one is known to be open."""
    workflows = [pipeline for pipeline in every.all if pipeline.system == "github-actions"]
    broken = any(path.startswith(".github/") for path, _ in every.broken)
    judged = [pipeline for pipeline in workflows if pipeline.token_restricted is not None]
    opened = [pipeline for pipeline in judged if not pipeline.token_restricted]
    if opened:
        value["token_restricted"], places["token_restricted"] = False, opened[0].token_place
    elif judged and not broken:
        value["token_restricted"], places["token_restricted"] = True, judged[0].token_place
    # An action of this tree may be used by several jobs: each line counts once.
    uses = {use.place: use for each in workflows for job in each.jobs for use in job.uses if use.pinned is not None}
    if workflows and not broken:
        loose = [use.place for use in uses.values() if not use.pinned]
        value["actions"], value["actions_pinned"] = len(uses), len(uses) - len(loose)
        if uses:
            places["actions"] = next(iter(uses))
            places["actions_pinned"] = loose[0] if loose else next(iter(uses))


def _unseen(work: Work, value: dict[str, Any]) -> Iterator[Missed]:
    """Say why something is left unknown, with the first few calls that could not be looked into."""
    names = ("runs_tests", "tests_on_change", "lints", "lints_on_change", "scans", "deploys")
    absent = [name for name in names if name not in value]
    if absent and work.unseen:
        shown = list(dict.fromkeys(unseen.what for unseen in work.unseen))[:3]
        reason = f"{', '.join(absent)} not known: pipelines call what cannot be judged from here ({'; '.join(shown)})"
        yield Missed("ci_config", reason, work.unseen[0].place, unclear=True)


READER = Reader("ci_config", ("ci_config",), "repository", read)
