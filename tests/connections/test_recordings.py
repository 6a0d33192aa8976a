"""Each integration makes of what its tool answered the facts that its recordings say."""

from pathlib import Path

import pytest

from greenboard.connections import discovery, recordings, replaying

ALL = [(one, path) for one in discovery.found().values() for path in recordings.paths(one.folder)]


def test_every_folder_of_an_integration_can_be_read():
    assert discovery.broken() == ()


@pytest.mark.parametrize(("integration", "path"), ALL, ids=[f"{one.name}-{path.stem}" for one, path in ALL])
def test_what_was_recorded_comes_to_the_facts_that_are_expected(integration, path: Path):
    assert list(replaying.unmet(integration, recordings.load(path))) == []
