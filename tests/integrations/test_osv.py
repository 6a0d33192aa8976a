"""The score of a CVSS vector is the one that the standard's own calculator gives; odd entries are told as such."""

import copy

import pytest

from greenboard.connections.expressions import Mistyped
from greenboard.integrations.osv.collect import weaknesses
from greenboard.integrations.osv.cvss import base_score

PURL = "pkg:pypi/jinja2@2.4.1"
ENTRY = {
    "id": "GHSA-1",
    "parent": {"purls": [PURL]},
    "aliases": ["CVE-1"],
    "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
    "database_specific": {"severity": "LOW"},
    "affected": [
        {
            "package": {"purl": "pkg:pypi/jinja2"},
            "severity": [],
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3"}]}],
        }
    ],
}


@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N", 5.9),
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H/E:P", 7.8),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
        ("CVSS:3.1/AV:N/AC:L", None),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", None),
    ],
)
def test_a_vector_has_the_score_of_the_standard(vector, score):
    assert base_score(vector) == score


def test_an_entry_counts_with_the_highest_severity_that_it_says():
    told = {"id": "GHSA-1", "severity": "critical", "fixed": True, "packages": [PURL]}
    assert weaknesses([ENTRY], [PURL]) == [told]


def places(value, path=()):
    """Every place in an entry."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from (((*path, key)), *places(part, (*path, key)))
    elif isinstance(value, list):
        for at, part in enumerate(value):
            yield from (((*path, at)), *places(part, (*path, at)))


@pytest.mark.parametrize("odd", [None, 7, "odd", [7], {"odd": 7}], ids=repr)
def test_whatever_stands_in_an_entry_it_is_counted_once_or_told_as_odd(odd):
    for path in places(ENTRY):
        entry = copy.deepcopy(ENTRY)
        place = entry
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = odd
        try:
            found = weaknesses([entry], [PURL])
        except Mistyped:
            continue
        assert len(found) <= 1
