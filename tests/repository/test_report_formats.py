"""Each format of reports: how it is recognised, what it says, and that no input does harm."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime

import pytest
from tests.repository import samples_of_reports as samples

from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.repository.reports import recognise, summary
from greenboard.repository.reports.reading import read, unpacked
from greenboard.repository.reports.types import MAX_BYTES, MAX_PARTS
from greenboard.repository.types import Found

VOCABULARY = vocabulary.load()
TEXTS = {**samples.ALL, **samples.SENT}
NOW = datetime(2026, 11, 23, tzinfo=UTC)
MADE = datetime(2026, 11, 22, 10, tzinfo=UTC)


def told(name, text=None):
    """What one report says, by fact type; the reasons why it does not."""
    raw = (TEXTS[name] if text is None else text).encode()
    form = recognise.known()[samples.FORMATS[name]]
    said = list(summary.told([read(raw, name, form, NOW)], NOW))
    found = {one.type: one for one in said if isinstance(one, Found)}
    for one in found.values():
        VOCABULARY.normalise(one.type, one.value)
    return found, [one for one in said if not isinstance(one, Found)]


def edited(name, change):
    """A sample in JSON, changed."""
    data = json.loads(TEXTS[name])
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize("name", sorted(samples.FORMATS))
def test_a_format_is_recognised_by_its_content(name):
    assert recognise.recognise("report", TEXTS[name].encode()[: recognise.START]).name == samples.FORMATS[name]


def test_every_format_has_a_sample_and_names_what_it_follows():
    assert set(recognise.known()) == set(samples.FORMATS.values())
    assert all(form.follows.startswith(("https://", "docs/")) for form in recognise.known().values())
    assert all(name in VOCABULARY.stored for form in recognise.known().values() for name in form.types)


@pytest.mark.parametrize("name", sorted(samples.FORMATS))
def test_a_format_says_what_it_declares(name):
    found, missed = told(name)
    assert not missed
    declared = recognise.known()[samples.FORMATS[name]].types
    assert found.keys() == set(declared or ("coverage", "slo")) - {"network"} | (found.keys() & {"network"})


def test_trivy_counts_by_kind_and_knows_what_can_be_fixed():
    items = {item["kind"]: item for item in told("trivy.json")[0]["vulnerability"].value}
    assert items.keys() == {"container", "iac"}
    image = {"open_critical": 2, "open_high": 0, "open_medium": 0, "open_low": 1, "fixable_critical": 1}
    assert image.items() <= items["container"].items()
    assert (items["iac"]["open_high"], items["iac"]["scanned"]) == (1, True)
    assert items["container"]["last_scan_at"] == MADE.replace(microsecond=123456)


def test_a_finding_that_trivy_does_not_rate_leaves_severities_unknown():
    def rate(data):
        data["Results"][0]["Vulnerabilities"][1]["Severity"] = "UNKNOWN"

    found, missed = told("trivy.json", edited("trivy.json", rate))
    image = next(item for item in found["vulnerability"].value if item["kind"] == "container")
    assert image["scanned"]
    assert not any(name.startswith("open_") for name in image)
    assert "carry no severity" in missed[0].reason


def test_where_trivy_looked_at_nothing_nothing_is_clean():
    found, missed = told("trivy.json", edited("trivy.json", lambda data: data.pop("Results")))
    assert not found
    assert "nothing was scanned" in missed[0].reason


def test_grype_tells_what_is_exploited():
    (item,) = told("grype.json")[0]["vulnerability"].value
    wanted = {"kind": "sca", "open_critical": 1, "open_low": 1, "fixable_critical": 1, "known_exploited": 1}
    assert wanted.items() <= item.items()


def test_osv_scanner_counts_a_weakness_once_under_all_its_names():
    (item,) = told("osv.json")[0]["vulnerability"].value
    assert {"kind": "sca", "open_critical": 1, "open_medium": 1}.items() <= item.items()
    clean, _ = told("osv.json", '{"results": [], "experimental_config": {}}')
    assert {"open_critical": 0, "known_exploited": 0}.items() <= clean["vulnerability"].value[0].items()


def test_a_practice_that_could_not_be_judged_has_no_score():
    items = {item["name"]: item for item in told("scorecard.json")[0]["security_practice"].value}
    assert items["overall"]["score"] == 7.4
    assert items["Token-Permissions"]["score"] == 10.0
    assert "score" not in items["Packaging"]


def test_gatling_writes_numbers_as_texts():
    (item,) = told("stats.json")[0]["load_test"].value
    assert {"tool": "gatling", "mean_rps": 33.3, "p95_ms": 180.0, "error_pct": 1.0}.items() <= item.items()


def test_lighthouse_tells_of_access_and_speed():
    found, _ = told("lighthouse.json")
    assert found["accessibility"].value["score"] == 92.0
    page = found["page_speed"].value[0]
    assert (page["url"], page["score"], page["largest_paint_ms"]) == ("https://shop.example.com/", 81.0, 1900.5)


def test_a_plan_tells_of_resources_and_keeps_no_secret():
    found, _ = told("tfplan.json")
    assert found["iac"].value == [
        {"tool": "terraform", "resources": 2, "drifted": 1, "workspaces": 1, "tool_version": "1.9.8"}
    ]
    (database,) = found["cloud_resource"].value
    wanted = {"address": "aws_db_instance.orders", "encrypted": True, "public": False, "multi_zone": True}
    assert wanted.items() <= database.items()
    assert {
        "backup_retention_days": 14,
        "engine_version": "16.4",
        "tags": ["team=payments"],
    }.items() <= database.items()
    assert found["network"].value["open_to_world"] == ["module.net.aws_security_group.admin: 22"]
    assert "hunter2" not in repr(found)


def test_what_only_the_apply_will_tell_is_not_known():
    def open_(data):
        data["resource_changes"][0]["change"]["after_unknown"] = {"storage_encrypted": True}
        del data["planned_values"]["root_module"]["resources"][0]["values"]["storage_encrypted"]

    (database,) = told("tfplan.json", edited("tfplan.json", open_))[0]["cloud_resource"].value
    assert "encrypted" not in database
    assert database["deletion_protection"] is True


def test_a_plan_that_did_not_succeed_says_nothing():
    found, missed = told("tfplan.json", edited("tfplan.json", lambda data: data.update(errored=True)))
    assert not found
    assert {one.type for one in missed} == {"iac", "cloud_resource", "network"}


def test_rendered_objects_say_what_is_absent():
    (item,) = told("manifests.yaml")[0]["workload"].value
    wanted = {"name": "deployment/cart", "replicas": 3, "pdb": True, "readiness": True, "autoscaled": False}
    assert wanted.items() <= item.items()


def test_objects_of_a_cluster_say_what_is_ready_and_of_nothing_that_it_is_absent():
    live = samples.MANIFESTS.partition("---")[0].replace("{name: cart}", "{name: cart, uid: a}", 1)
    found, _ = told("manifests.yaml", f"{live}status: {{replicas: 3, readyReplicas: 2}}\n")
    (item,) = found["workload"].value
    assert item["ready"] == 2
    assert not {"pdb", "autoscaled"} & item.keys()


def test_facts_of_ones_own_are_passed_on_as_they_are():
    found, _ = told("costs.json")
    assert found["slo"].value == [{"name": "orders", "target_pct": 99.9}]
    assert (found["coverage"].tool, found["coverage"].observed_at) == ("costs", MADE)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("junit.xml", "<testsuite>" + "<a/>" * (MAX_PARTS + 1) + "</testsuite>"),
        ("trivy.json", '{"SchemaVersion": 2, "Results": [' + "[]," * MAX_PARTS + "[]]}"),
        ("junit.xml", '<!DOCTYPE x [<!ENTITY a "aa">]><testsuite name="&a;"/>'),
    ],
)
def test_what_would_grow_in_memory_is_refused(name, text):
    found, missed = told(name, text)
    assert not found
    assert "refused for safety" in missed[0].reason


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifests.yaml", "apiVersion: v1\nkind: &a [" + "[" * 5000),
        ("tfplan.json", '{"a":' * 100_000),
        ("junit.xml", "<testsuite>" + "<a>" * 200_000 + "</a>" * 200_000 + "</testsuite>"),
    ],
)
def test_what_is_nested_without_end_ends(name, text):
    found, missed = told(name, text)
    assert missed or found["test_suite"].value[0]["total"] == 0


def test_a_packed_report_is_unpacked_within_bounds():
    assert unpacked(gzip.compress(b"mode: set\n"), "a.gz") == b"mode: set\n"
    assert unpacked(b"mode: set\n", "a") == b"mode: set\n"
    for raw, said in (
        (gzip.compress(b"\0" * (MAX_BYTES + 1)), "refused for safety"),
        (gzip.compress(b"mode: set\n")[:-9], "not whole"),
        (b"PK\x03\x04abc", "archive"),
    ):
        with pytest.raises(UserError, match=said):
            unpacked(raw, "a.gz")
