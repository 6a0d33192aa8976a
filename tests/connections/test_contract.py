"""Integrations hold against their vendors' descriptions, and the check finds what does not."""

import json
import os
import shutil
from pathlib import Path

import pytest
import yaml
from tests.connections import vendor

from greenboard.connections.contract import checking
from greenboard.connections.integration import SHIPPED

SPECS = Path(os.environ.get("GREENBOARD_SPECS", Path(__file__).resolve().parents[3] / "shared" / "specs"))
FOLDERS = list(checking.folders([SHIPPED]))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda one: one.name)
def test_an_integration_has_no_mistakes_and_invents_nothing(folder: Path):
    if not SPECS.is_dir():
        pytest.skip("GREENBOARD_SPECS names no folder with vendors' descriptions")
    assert checking.check(folder, vendor.WORDS, SPECS).problems == ()


SERVICE = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {
        "id": {"type": "string"},
        "name": {"type": "string"},
        "state": {"type": "string", "enum": ["open", "closed"]},
        "rules": {"type": ["array", "null"], "items": {"type": "object", "properties": {"on": {"type": "boolean"}}}},
        "made_at": {"type": "string", "format": "date-time"},
        "limit": {"type": ["integer", "null"]},
    },
}
BUNDLE = {
    "operations": {
        "GET /v1/services": {
            "params": [
                {"name": "offset", "in": "query", "required": False},
                {"name": "tenant", "in": "query", "required": True},
            ],
            "response": {
                "type": "object",
                "properties": {
                    "services": {"type": "array", "items": {"$ref": "#/$defs/service"}},
                    "more": {"type": "boolean"},
                },
                "required": ["services"],
                "$defs": {"service": SERVICE},
            },
        }
    }
}
STREAM = {
    "get": "/services",
    "items": "services",
    "query": {"tenant": "a"},
    "page": {"kind": "offset", "param": "offset", "more": "more"},
}


@pytest.fixture
def check(tmp_path):
    specs = tmp_path / "specs"
    specs.mkdir()
    (specs / "acme.json").write_text(json.dumps(BUNDLE))

    def problems(fields, *, stream=STREAM, assumes=None, kind="oncall", **contract):
        facts = [{"type": kind, "about": "service", "map": fields, "assumes": assumes or {}}]
        made = vendor.integration(
            tmp_path,
            streams={"services": stream},
            permissions=[],
            facts=facts,
            contract={"spec": "acme.json", "prefix": "/v1", **contract},
        )
        found = checking.check(made.folder, vendor.WORDS, specs).problems
        return [one for one in found if "quality.yaml" not in one]

    return problems


def test_a_mapping_that_keeps_unknown_unknown_is_well(check):
    fields = {
        "schedules": "count_where(rules, &on)",
        "linked": "one_of(state, ['open', 'closed']) == 'open'",
        "loops": "limit",
        "ack_timeout": "between(made_at, made_at)",
    }
    assert check(fields) == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"schedules": "len(rulez)"}, "there is no 'rulez'. Did you mean 'rules'?"),
        ({"schedules": "len(rules[].off)"}, "there is no 'off' in rules.[]"),
        ({"schedules": "len(name)"}, "len takes array, and gets string"),
        ({"schedules": "name"}, "int is expected, and this is string"),
        ({"current": "name"}, "list<string> is expected, and this is string"),
        ({"linked": "state == 'shut'"}, "it is never 'shut': it is one of closed, open"),
        ({"linked": "state == 'open'"}, "False and not True when services: state is a word that nobody knows"),
        ({"linked": "state == `null`"}, "True and not False when services: state is not told"),
    ],
)
def test_what_does_not_fit_the_description_or_invents_is_found_at_its_place(check, fields, said):
    [problem] = check(fields)
    assert said in problem
    assert ":" in problem
    assert f"facts.0.map.{next(iter(fields))}" in problem


def test_what_the_vendor_means_by_nothing_may_be_assumed(check):
    fields = {"linked": "state == `null`"}
    assert check(fields, assumes={"linked": "The reference says that state is null until it is opened."}) == []


def test_words_of_a_field_have_to_be_those_of_the_fact_type(check):
    [problem] = check({"last_run_status": "state"}, kind="ci")
    assert "this may be closed, open: use map_value" in problem


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"get": "/servicez"}, "the description has no GET /servicez"),
        ({"query": {"tenant": "a", "limit": 5}}, "has no parameter 'limit'"),
        ({"query": {}}, "needs the parameter 'tenant'"),
        ({"items": "service"}, "there is no 'service'. Did you mean 'services'?"),
        ({"items": "more"}, "records are expected, and this is boolean"),
    ],
)
def test_operations_and_parameters_have_to_be_described(check, change, said):
    assert any(said in one for one in check({"loops": "limit"}, stream={**STREAM, **change}))


def test_findings_are_accepted_with_a_reason_and_only_while_there_are_some(check):
    ignore = [{"what": "has no parameter 'limit'", "reason": "The description is old."}]
    stream = {**STREAM, "query": {"tenant": "a", "limit": 5}}
    assert check({"loops": "limit"}, stream=stream, ignore=ignore) == []
    [left] = check({"loops": "limit"}, ignore=ignore)
    assert "nothing is found any more" in left


INCIDENT = {"fields": ["incident.last_drill_at"], "why": "The reference has no drills."}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"without": []}, "nothing fills incident.followups_open, incident.followups_overdue, incident.last_drill_at"),
        ({"without": [{**INCIDENT, "fields": ["incident.open"]}]}, "incident.open: it is filled"),
        ({"without": [{**INCIDENT, "fields": ["incident.opn"]}]}, "incident.opn: no field of a fact type"),
        ({"rules": {"readme": "done"}}, "manifest: not said"),
        ({"rules": {"complete": {"todo": "All."}}}, "the rules come to silver, not gold"),
        (
            {"rules": {"webhook": {"exempt": "None."}, "incremental": {"todo": "By time."}}},
            "the rules come to bronze, not gold",
        ),
        ({}, "has no picture"),
        ({"rules": {"webhoo": "done"}}, "unknown rule 'webhoo'"),
        ({"rules": {"real": {}}}, "real: not said"),
    ],
)
def test_quality_that_is_said_and_not_so_is_found(tmp_path, change, said):
    folder = tmp_path / "pagerduty"
    shutil.copytree(SHIPPED / "pagerduty", folder)
    for picture in folder.glob("*.png") if "picture" in said else ():
        picture.unlink()
    told = yaml.safe_load((folder / "quality.yaml").read_text())
    rules = {"readme": "done"} if "manifest" in said else {**told["rules"], **change.get("rules", {})}
    (folder / "quality.yaml").write_text(yaml.safe_dump({**told, **change, "rules": rules}))
    assert any(said in one for one in checking.check(folder, vendor.WORDS, None).problems)
