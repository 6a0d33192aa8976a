"""Why a result or level changed: the choice among what changed beneath it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenboard.facts import change
from greenboard.facts.merge import Snapshot
from greenboard.facts.store import Step
from greenboard.facts.types import SourceKind
from greenboard.facts.vocabulary import Vocabulary
from greenboard.results.rows import OUTCOMES, Cause, CauseKind, worse
from greenboard.rules.types import Outcome
from greenboard.scorecards.types import Rule, Scorecard

FIRST = Cause("first", "Looked at for the first time")
ELSEWHERE = Cause("scope", "What it is related to changed")
_UNDECIDED = (Outcome.NO_DATA, Outcome.ERROR)


@dataclass(frozen=True)
class Turn:
    """A result that changed: the rule, what it came to before and now, and why."""

    rule: Rule
    before: Outcome | None
    after: Outcome
    cause: Cause
    exempt_before: bool = False
    exempt: bool = False

    @property
    def standing(self) -> tuple[Outcome | None, Outcome]:
        """What it counted as for the level before and now: what is exempt stands in nobody's way."""
        before = Outcome.PASS if self.exempt_before and self.before is not None else self.before
        return before, Outcome.PASS if self.exempt else self.after


def of_result(
    rule: Rule,
    outcomes: tuple[Outcome | None, Outcome],
    steps: Sequence[Step],
    known: tuple[Snapshot, Vocabulary],
    beyond: Cause | None = None,
) -> Cause:
    """The cause of a changed result of a rule that asks the same as before.

    `steps` are the changes of facts since the entity was last judged. What the rule reads goes
    before what it does not; then comes `beyond`, what changed of other entities that it looks at.
    Where nothing that it reads changed, the clock is left.
    """
    snapshot, words = known
    before, after = outcomes
    if before is None:
        return FIRST
    read = [step for step in steps if step.type in rule.types]
    moved = [step for step in read if step.gap is None and _touches(rule, step, words)]
    failed = [step for step in read if step.gap is not None]
    entity = [step for step in steps if step.type == "entity"]
    if entity and Outcome.NOT_APPLICABLE in outcomes:
        return _scope(entity[-1], words)
    if after in _UNDECIDED and failed and not any(step.after is None for step in moved):
        stale = failed[-1].type in snapshot.stale
        return _clock(rule, after, snapshot, words) if stale else _failed(failed[-1])
    if moved:
        return _fact(rule, _telling(moved, after), words)
    if beyond is not None:
        return beyond
    if entity:
        return _scope(entity[-1], words)
    if read:
        return _failed(failed[-1]) if failed else _fact(rule, read[-1], words)
    if rule.looks_beyond and not any(program.reads_clock for program in rule.programs):
        return ELSEWHERE
    return _clock(rule, after, snapshot, words)


def of_related(steps: Sequence[Step], reads: Collection[str], words: Vocabulary) -> Cause | None:
    """The latest change, among the steps of another entity, of what a rule reads of it; its name comes first."""
    types = {path.partition(".")[0] for path in reads}
    read = [step for step in steps if step.type in types]
    if not read:
        return None
    step = max(read, key=lambda one: one.at)
    fields = {path.partition(".")[2] for path in reads if path.startswith(f"{step.type}.")}
    if step.gap is not None:
        text = f"{step.source.name} could not be read: {step.gap.reason}"
    elif step.after is None:
        text = f"{words.types[step.type].title}: no longer said by {step.source.name}"
    else:
        text = change.describe(words.types[step.type], *step.values, fields)
    return _cause("fact", f"{step.entity.short}: {text}", step)


def _touches(rule: Rule, step: Step, words: Vocabulary) -> bool:
    """Whether a field that the rule reads is among what changed."""
    fields = _fields(rule, step.type)
    declared = words.types[step.type]
    if not fields or declared.many is not None:
        return True
    before, after = (value if isinstance(value, Mapping) else {} for value in step.values)
    return any(before.get(name) != after.get(name) for name in fields)


def _telling(moved: Sequence[Step], after: Outcome) -> Step:
    """The step that tells most: for lost data one that ended, otherwise the latest one that did not."""
    ended = [step for step in moved if step.after is None]
    wanted = ended if after in _UNDECIDED and ended else [step for step in moved if step not in ended] or ended
    return max(wanted, key=lambda step: step.at)


def _fields(rule: Rule, name: str) -> frozenset[str]:
    return frozenset(path.partition(".")[2] for path in rule.reads if path.startswith(f"{name}."))


def _fact(rule: Rule, step: Step, words: Vocabulary) -> Cause:
    declared = words.types[step.type]
    if step.after is None:
        text = f"{declared.title}: no longer said by {step.source.name}"
    else:
        text = change.describe(declared, *step.values, _fields(rule, step.type))
    return _cause("fact", text, step)


def _failed(step: Step) -> Cause:
    reason = step.gap.reason if step.gap else ""
    return _cause("fact", f"{step.source.name} could not be read: {reason}", step)


def _scope(step: Step, words: Vocabulary) -> Cause:
    text = change.describe(words.types[step.type], *step.values, ("tier", "lifecycle", "kind", "tags"))
    return _cause("scope", text, step)


def _clock(rule: Rule, after: Outcome, snapshot: Snapshot, words: Vocabulary) -> Cause:
    """Nothing changed but the time: a fact went stale, or a rule that reads the clock turned."""
    for name in sorted(rule.types):
        stale = snapshot.stale.get(name)
        if stale is None or after is not Outcome.NO_DATA:
            continue
        gaps = snapshot.gaps.get(name, ())
        why = f": {gaps[0].reason}" if gaps else ""
        days = stale.max_age.total_seconds() / 86_400
        text = (
            f"{words.types[name].title}: {stale.source} last answered on {stale.observed_at:%d %b}, "
            f"longer than {days:g} days ago{why}"
        )
        return Cause("clock", text, name, stale.source)
    for name in sorted(rule.types) if after is Outcome.NO_DATA else ():
        for gap in snapshot.gaps.get(name, ()):  # what was last said still counts, but says nothing of today
            text = f"{gap.source.name} could not be read: {gap.reason}"
            return Cause("clock", text, name, gap.source.name, gap.source.link)
    if any(program.looks_around for program in rule.programs):
        return Cause("fact", "Something around it changed: a related entity, its level or its team")
    return Cause("clock", "Time passed: the rule compares a moment with now")


def _cause(kind: CauseKind, text: str, step: Step) -> Cause:
    source = step.source
    in_tree = source.kind in (SourceKind.REPOSITORY, SourceKind.REPORT, SourceKind.DESCRIPTOR)
    where = source.location if in_tree and source.location else source.name
    return Cause(kind, text, step.type, where, source.link, source.commit)


def of_level(
    scorecard: Scorecard, ranks: tuple[int | None, int], turns: Iterable[Turn], at: datetime, released: Turn | None
) -> Cause:
    """The cause of a changed level: the turn of a rule that explains it best.

    `released` is the turn that left a rule undecided for longer than its grace.
    """
    before, after = ranks
    if before is None:
        return FIRST
    fell = after < before
    bound = before if fell else after
    telling = [turn for turn in turns if scorecard.rank(turn.rule.level) <= bound and _explains(turn, fell=fell)]
    if telling:
        best = min(telling, key=lambda turn: _order(scorecard, turn, fell=fell))
        cause = best.cause
        text = f"{best.rule.title}: {cause.text}"
        return Cause(cause.kind, text, cause.fact_type, cause.source, cause.link, cause.commit)
    if released is not None:
        rule, cause = released.rule, released.cause
        text = f"{rule.title}: no data for longer than {rule.grace.total_seconds() / 86_400:g} days"
        return Cause("clock", text, cause.fact_type, cause.source, cause.link, cause.commit)
    begun = [rule for rule in scorecard.rules if rule.enabled_from and rule.enabled_from <= at]
    if begun and fell:
        return Cause("clock", f"{begun[-1].title} counts since {begun[-1].enabled_from:%d %b %Y}")
    return Cause("rule", "The scorecard asks something else than before")


def _explains(turn: Turn, *, fell: bool) -> bool:
    before, after = turn.standing
    if before is None:
        return fell == (after in (Outcome.FAIL, *_UNDECIDED))
    return worse(before, after) if fell else worse(after, before)


def _order(scorecard: Scorecard, turn: Turn, *, fell: bool) -> tuple[int, int]:
    """For a fall, failures of the lowest level first; for a rise, what was last in the way."""
    rank = scorecard.rank(turn.rule.level)
    return (OUTCOMES.index(turn.after), rank) if fell else (-rank, 0)
