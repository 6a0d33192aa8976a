"""Everything that can be said about the folder of an integration without calling anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from greenboard.connections import quality, recordings, replaying
from greenboard.connections.contract import bundles, doing, records
from greenboard.connections.contract.lint import Finding, Lint
from greenboard.connections.contract.trying import Trial
from greenboard.connections.integration import MANIFEST, Integration, load
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.facts.vocabulary import Vocabulary

SPECS = "specs"


@dataclass(frozen=True)
class Report:
    """What was found in a folder. `held` says against which description; "" where there was none."""

    folder: Path
    problems: tuple[str, ...]
    held: str = ""
    streams: int = 0
    recordings: int = 0
    grade: str = ""


def check(folder: Path, words: Vocabulary, specs: Path | None) -> Report:
    """Check a folder: the manifest, the contract, the recordings, the quality."""
    try:
        integration = load(folder, words)
    except UserError as error:
        several = error.errors if isinstance(error, UserErrors) else (error,)
        return Report(folder, tuple(str(one) for one in several))
    problems: list[str] = []
    against = _bundles(integration, specs)
    if against:
        problems += _contract(integration, against)
    contract = not problems if against else None
    paths = recordings.paths(folder)
    for path in paths:
        problems += [f"{folder.name}/{recordings.FOLDER}/{path.name}: {one}" for one in _replayed(integration, path)]
    problems += [str(one) for one in quality.findings(integration, contract=contract)]
    held = ", ".join(path.name for path in against)
    return Report(folder, tuple(problems), held, len(integration.plan.streams), len(paths), _grade(folder))


def _grade(folder: Path) -> str:
    try:
        return quality.load(folder).told.grade
    except UserError:
        return ""


def _bundles(integration: Integration, specs: Path | None) -> list[Path]:
    """The bundles that the manifest names, in the folder; a missing one is not held against anybody."""
    return [path for name in _named(integration) if specs is not None and (path := specs / name).is_file()]


def _named(integration: Integration) -> tuple[str, ...]:
    told = integration.manifest.contract.spec
    return (told,) if isinstance(told, str) else told


def _contract(integration: Integration, against: list[Path]) -> Iterator[str]:
    bundle = bundles.load(against)
    found = records.described(integration.plan, bundle, integration.functions)
    lint = Lint(integration, found)
    lint.run()
    # Where a bundle is missing, it may be the one that describes what is done at the tool.
    lint.findings += doing.findings(integration, bundle, whole=len(against) == len(_named(integration)))
    # What is tried goes wrong where something was found already; it need not be said twice.
    tried = (one for one in Trial(lint).findings() if not any(_within(one, found) for found in lint.findings))
    several = [*lint.findings, *tried]
    ignored = {one.what: False for one in integration.manifest.contract.ignore}
    for finding in dict.fromkeys(several):
        accepted = [what for what in ignored if what in _said(finding)]
        ignored.update(dict.fromkeys(accepted, True))
        if not accepted:
            yield f"{integration.document.place(*finding.path)}: {_said(finding)}"
    for at, (what, used) in enumerate(ignored.items()):
        if not used:
            place = integration.document.place("contract", "ignore", at)
            yield f"{place}: contract.ignore: nothing is found any more that contains {what!r}"


def _within(one: Finding, other: Finding) -> bool:
    return other.path[: len(one.path)] == one.path


def _said(finding: Finding) -> str:
    return f"{'.'.join(map(str, finding.path))}: {finding.what}"


def _replayed(integration: Integration, path: Path) -> Iterator[str]:
    try:
        yield from replaying.unmet(integration, recordings.load(path))
    except UserError as error:
        yield str(error)


def folders(paths: list[Path]) -> Iterator[Path]:
    """The folders of integrations among paths, and within them. Raises UserError for a path that is or has none."""
    for path in paths:
        inside = [path] if (path / MANIFEST).is_file() else sorted(one.parent for one in path.glob(f"*/{MANIFEST}"))
        if not inside:
            raise UserError("no integration here", place=Place(str(path)), expected=f"a folder with {MANIFEST}")
        yield from inside
