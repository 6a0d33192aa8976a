"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Shared machines stall: no example fails for its time. CI repeats the same examples, so that a
# submission fails for what it changed; people at their desks look for new ones.
settings.register_profile("greenboard", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("greenboard"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "greenboard")
