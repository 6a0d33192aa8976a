"""Who fills which field, for how many entities, and how fresh."""

from datetime import UTC, datetime, timedelta

from greenboard.facts.filling import EMPTY, reckon
from greenboard.facts.vocabulary import load

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VOCABULARY = load()


def row(entity, source, text, days):
    return entity, "connection", source, text, NOW - timedelta(days=days)


def test_each_field_has_its_sources_and_ages():
    rows = [
        row(1, "GitHub", '{"protected": true, "required_reviews": 2}', 1),
        row(2, "GitHub", '{"protected": true}', 3),
        row(2, "GitLab", '{"protected": false}', 30),
    ]
    found = reckon(VOCABULARY.types["branch_policy"], rows, NOW)
    assert set(found) == {"protected", "required_reviews"}
    protected = found["protected"]
    assert (protected.entities, protected.stale) == (2, 0)
    assert (protected.age.median, protected.age.oldest) == (timedelta(days=3), timedelta(days=30))
    assert [(one.name, one.entities) for one in protected.by] == [("GitHub", 2), ("GitLab", 1)]


def test_what_is_too_old_everywhere_is_told_apart():
    (found,) = reckon(VOCABULARY.types["branch_policy"], [row(1, "GitHub", '{"protected": true}', 8)], NOW).values()
    assert (found.entities, found.stale) == (1, 1)


def test_several_facts_of_an_entity_count_once_and_an_empty_list_is_known():
    rows = [
        row(1, "Trivy", '[{"kind": "sca", "open_high": 0}, {"kind": "iac"}]', 1),
        row(2, "Trivy", "[]", 1),
        row(3, "Trivy", '[{"kind": "sca", "of_long_ago": 1}]', 1),
    ]
    found = reckon(VOCABULARY.types["vulnerability"], rows, NOW)
    assert (found["kind"].entities, found["open_high"].entities, found[EMPTY].entities) == (2, 1, 1)
    assert "of_long_ago" not in found
