"""The doctor names plugins that do nothing, and what went wrong lately."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.plugins.conftest import Install

from greenboard.core import clock
from greenboard.plugins import installation
from greenboard.plugins.models import Kept
from greenboard.project.doctor.plugins import plugins
from greenboard.project.environment import Environment

pytestmark = pytest.mark.django_db


def found() -> list[tuple[str, str]]:
    return [(one.state.value, one.said) for one in plugins(Environment.read())]


def test_whoever_is_broken_or_off_is_named(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install(good="", bad="import nothing_of_that_name")
    (said,) = [said for state, said in found() if state == "fail"]
    assert said.startswith("bad is broken and does nothing: it cannot be imported")
    installation.switch("good", enabled=False, by="ada")
    assert ("warn", "good is off: somebody switched it off") in found()
    monkeypatch.setenv("GREENBOARD_PLUGINS", "good, missing")
    assert ("warn", "GREENBOARD_PLUGINS names missing, which is not installed") in found()


def test_a_fault_of_the_last_day_is_told_and_without_any_all_is_well(install: Install) -> None:
    install(good="")
    assert found() == [("pass", "1 ready")]
    installation.note("good", "the panel x", "ValueError: no")
    assert ("warn", "good broke in the panel x: ValueError: no") in found()
    Kept.objects.update(fault_at=clock.now() - timedelta(days=2))
    assert found() == [("pass", "1 ready")]
    install()
    assert found() == []
