"""What hooks are told of. Pure."""

from __future__ import annotations

from enum import StrEnum


class Happening(StrEnum):
    """What happened, as subscribers name it."""

    ENTITY_CHANGED = "entity.changed"
    FACTS_CHANGED = "facts.changed"
    RESULT_CHANGED = "result.changed"
    LEVEL_CHANGED = "level.changed"
    RULE_SAVED = "rule.saved"
    HOOK_TESTED = "hook.tested"


class State(StrEnum):
    """How far a delivery is."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
