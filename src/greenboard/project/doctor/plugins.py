"""Plugins: who is broken or off, and with whom something went wrong lately."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

from greenboard.core import clock
from greenboard.plugins import installation, registry
from greenboard.plugins.types import State
from greenboard.project.doctor.types import Finding, Look, fail, good, warn
from greenboard.project.environment import Environment

LATELY = timedelta(days=1)


def plugins(_: Environment) -> Iterator[Finding]:
    """Each plugin that is installed does what it should; those that do nothing are named."""
    several, faults, now = registry.plugins(), installation.faults(), clock.now()
    yield from _named({one.name for one in several})
    for one in several:
        fault = faults.get(one.name)
        if one.state is State.BROKEN:
            todo = "Mend or remove it; greenboard plugin check says more."
            yield fail("plugins", f"{one.name} is broken and does nothing: {one.why}", todo)
        elif one.state is State.OFF:
            yield warn("plugins", f"{one.name} is off: {one.why}", "Switch it on, or remove its package.")
        elif fault and now - fault.at < LATELY:
            yield warn("plugins", f"{one.name} broke in {fault.where}: {fault.said}", "Its page and the log say more.")
    if several and all(one.state is State.READY for one in several):
        yield good("plugins", f"{len(several)} ready")


def _named(installed: set[str]) -> Iterator[Finding]:
    told = {name.strip() for name in os.environ.get(registry.SETTING, "").split(",")} - {"", registry.NONE}
    for name in sorted(told - installed):
        yield warn("plugins", f"{registry.SETTING} names {name}, which is not installed", "Install it, or take it out.")


LOOKS: tuple[Look, ...] = (plugins,)
