"""What a collection says is true: facts of what was read, reasons for what was not, and never one for the other."""

import json
from datetime import timedelta

import httpx2
import pytest
from tests.connections import vendor

from greenboard.connections.types import Missed
from greenboard.facts.types import Partial

CHILDREN = {
    "streams": {
        "services": {"get": "/services", "items": "services", "one": {"get": "/services/{id}", "items": "service"}},
        "policies": {"get": "/policies", "items": "policies", "one": {"get": "/policies/{id}", "items": "policy"}},
        "incidents": {"get": "/services/{parent.id}/incidents", "items": "@", "for_each": {"stream": "services"}},
        "protection": {
            "get": "/services/{parent.id}/protection", "for_each": {"stream": "services"},
            "absent": {"status": [404], "when": "message == 'none'"},
        },
    },
    "facts": [
        {
            "type": "oncall", "about": "service",
            "join": {"policy": {"stream": "policies", "by": {"policy": "id"}}},
            "map": {"linked": "present(policy)", "loops": "policy.loops", "schedules": "len(schedules)"},
        },
        {
            "type": "incident", "about": "service",
            "join": {"all": {"stream": "incidents", "many": True}},
            "map": {"open": "count_where(all, &status == 'open')"},
        },
        {"type": "slo", "about": "service", "from": "incidents", "map": {"name": "id", "target_pct": "target"}},
        {
            "type": "branch_policy", "about": "service", "join": {"protection": {"stream": "protection"}},
            "map": {"protected": "present(protection)", "required_reviews": "when_absent(protection, `0`, protection.reviews)"},
        },
    ],
}  # fmt: skip


class Acme:
    """Two services, a policy, incidents of each; answers may be replaced by path."""

    def __init__(self, **other):
        self.other = {path.replace("__", "/"): answer for path, answer in other.items()}
        self.paths = {
            "/services": {"services": [{"id": "a", "name": "A", "policy": "p", "schedules": [1]}, {"id": "b", "name": "B", "policy": "q", "schedules": []}]},
            "/services/a": {"service": {"id": "a", "name": "A", "policy": "p", "schedules": [1, 2]}},
            "/policies": {"policies": [{"id": "p", "loops": 3}]},
            "/policies/p": {"policy": {"id": "p", "loops": 4}},
            "/services/a/incidents": [{"id": "i1", "status": "open", "target": 99.5}, {"id": "i2", "status": "closed"}],
            "/services/b/incidents": [],
            "/services/a/protection": {"reviews": 2},
            "/services/b/protection": httpx2.Response(404, json={"message": "none"}),
        }  # fmt: skip

    def __call__(self, request):
        path = request.url.path
        answer = self.other.get(path, self.paths.get(path))
        return httpx2.Response(500, json={"message": f"nothing at {path}"}) if answer is None else answer


@pytest.fixture
def acme(tmp_path):
    return vendor.integration(tmp_path, **CHILDREN)


def test_facts_come_of_records_joins_and_what_hangs_on_them(acme):
    told = vendor.Vendor(Acme()).collect(acme)
    assert told.facts == {
        ("oncall", "a"): {"linked": True, "loops": 3, "schedules": 1},
        ("oncall", "b"): {"linked": False, "schedules": 0},
        ("incident", "a"): {"open": 1},
        ("incident", "b"): {"open": 0},
        ("slo", "a"): ({"name": "i1", "target_pct": 99.5}, {"name": "i2"}),
        ("slo", "b"): (),
        ("branch_policy", "a"): {"protected": True, "required_reviews": 2},
        ("branch_policy", "b"): {"protected": False, "required_reviews": 0},
    }
    assert told.missed == []
    assert all(told.ended.complete.values())
    assert told.ended.streams["services"].records == 2


def test_nothing_at_all_says_nothing_where_the_manifest_says_so(tmp_path):
    streams = {**CHILDREN["streams"], "objectives": {"get": "/objectives", "empty": "No objectives are kept here."}}
    fact = {"type": "slo", "about": "service", "from": "objectives", "of": "service", "map": {"name": "id"}}
    asks = vendor.integration(tmp_path, streams=streams, facts=[fact])
    none = vendor.Vendor(Acme(__objectives=[])).collect(asks)
    assert none.facts == {}
    assert [(one.type, one.reason.text) for one in none.missed] == [("slo", "No objectives are kept here.")]
    assert not none.ended.complete["slo"]
    one = vendor.Vendor(Acme(__objectives=[{"id": "o", "service": "a"}])).collect(asks)
    assert one.facts == {("slo", "a"): ({"name": "o"},), ("slo", "b"): ()}


FAULTS = {
    "a token that is not accepted": (httpx2.Response(401, json={"message": "bad token s3cr3t-key"}), "permission"),
    "a permission that lacks": (httpx2.Response(403), "permission"),
    "nothing there": (httpx2.Response(404), "permission"),
    "a call that is not understood": (httpx2.Response(422, json={"error": "org?"}), "ours"),
    "another address": (httpx2.Response(302, headers={"Location": "https://evil.test"}), "ours"),
    "too many calls": (httpx2.Response(429, headers={"Retry-After": "1"}), "limit"),
    "a fault": (httpx2.Response(503), "theirs"),
    "a page of HTML": (httpx2.Response(200, text="<html>Sign in</html>"), "theirs"),
    "half a JSON": (httpx2.Response(200, text='{"services": [{"id": "a"'), "theirs"),
    "nothing at all": (httpx2.Response(200, text=""), "theirs"),
    "no list": ({"services": "many"}, "theirs"),
    "null": ({"services": None}, "theirs"),
    "another shape": ({"items": []}, "theirs"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_that_fails_yields_no_fact_and_a_reason(fault, acme):
    answer, whose = FAULTS[fault]
    told = vendor.Vendor(Acme(__services=answer)).collect(acme)
    assert told.facts == {}
    assert told.seen == []
    assert {one.type: one.reason.fault for one in told.missed} == dict.fromkeys(
        ("oncall", "incident", "slo", "branch_policy"), whose
    )
    assert told.ended.subjects == {"services": False}
    assert not any(told.ended.complete.values())
    assert "s3cr3t" not in repr(told.all)
    if whose == "permission":
        assert told.missed[0].reason.missing == "read (Read everything)"


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_need_the_stream_that_fails_is_known_all_the_same(fault, acme):
    answer, whose = FAULTS[fault]
    told = vendor.Vendor(Acme(__policies=answer)).collect(acme)
    assert told.facts["oncall", "a"] == {"schedules": 1}
    assert told.facts["incident", "a"] == {"open": 1}
    [missed] = told.missed
    assert (missed.type, missed.subject, missed.fields) == ("oncall", None, ("linked", "loops"))
    assert missed.reason.fault == whose
    assert told.ended.complete == {"oncall": False, "incident": True, "slo": True, "branch_policy": True}


def test_a_look_that_fails_for_one_leaves_that_one_unknown(acme):
    told = vendor.Vendor(Acme(__services__a__incidents=httpx2.Response(403))).collect(acme)
    assert ("incident", "a") not in told.facts
    assert told.facts["incident", "b"] == {"open": 0}
    assert ("slo", "a") not in told.facts
    assert {(one.type, one.subject.id) for one in told.missed} == {("incident", "a"), ("slo", "a")}
    assert told.ended.complete["incident"] is False


def test_a_404_that_does_not_say_what_it_means_is_no_absence(acme):
    told = vendor.Vendor(Acme(__services__b__protection=httpx2.Response(404))).collect(acme)
    assert ("branch_policy", "b") not in told.facts
    assert told.facts["branch_policy", "a"] == {"protected": True, "required_reviews": 2}


def test_a_value_that_does_not_fit_leaves_its_field_unknown_and_says_so(acme):
    records = [{"id": "a", "name": "A", "policy": "p", "schedules": {"not": "a list"}}]
    told = vendor.Vendor(Acme(__services={"services": records})).collect(acme)
    assert told.facts["oncall", "a"] == {"linked": True, "loops": 3}
    assert ("oncall", ("schedules",)) in {(one.type, one.fields) for one in told.missed}


def test_an_item_without_its_key_makes_the_list_partial(acme):
    told = vendor.Vendor(Acme(__services__a__incidents=[{"target": 99.0}, {"id": "x"}])).collect(acme)
    found = told.facts["slo", "a"]
    assert isinstance(found, Partial)
    assert found == ({"name": "x"},)


def test_items_of_the_same_name_are_told_apart(tmp_path):
    changed = json.loads(json.dumps(CHILDREN))
    changed["facts"][2]["map"] = {"name": "status"}
    told = vendor.Vendor(
        Acme(__services__a__incidents=[{"id": "x", "status": "s"}, {"id": "y", "status": "s"}])
    ).collect(vendor.integration(tmp_path, **changed))
    assert told.facts["slo", "a"] == ({"name": "s (x)"}, {"name": "s (y)"})


def test_a_scope_leaves_subjects_out_before_they_cost_calls(acme):
    asking = vendor.Vendor(Acme())
    told = asking.collect(acme, scope={"include": ["A"], "exclude": []})
    assert told.seen == ["a"]
    assert not [path for path in asking.asked if path.startswith("/services/b")]


def test_the_token_goes_with_every_call_and_nowhere_else(acme):
    asking = vendor.Vendor(Acme())
    told = asking.collect(acme)
    assert {request.headers["authorization"] for request in asking.requests} == {"Bearer s3cr3t-key"}
    assert "s3cr3t" not in repr(told.all)


def test_a_run_that_was_stopped_goes_on_where_it_was(acme, tmp_path):
    work, first = tmp_path / "work.sqlite3", vendor.Vendor(Acme())
    told = first.collect(acme, work=work, stop=lambda: len(first.asked) >= 3)
    assert told.facts == {}
    assert not any(told.ended.complete.values())
    second = vendor.Vendor(Acme())
    told = second.collect(acme, work=work)
    assert len(told.facts) == 8
    assert not set(first.asked[:2]) & set(second.asked)
    assert told.ended.streams["services"].calls == 1


def test_the_next_run_begins_anew(acme, tmp_path):
    work = tmp_path / "work.sqlite3"
    vendor.Vendor(Acme()).collect(acme, work=work)
    only = {"services": [{"id": "b", "name": "B", "policy": "q"}]}
    told = vendor.Vendor(Acme(__services=only)).collect(acme, work=work, now=vendor.NOW + timedelta(hours=1))
    assert told.seen == ["b"]


def test_a_work_file_that_is_damaged_is_begun_anew(acme, tmp_path):
    work = tmp_path / "work.sqlite3"
    work.write_bytes(b"no database" * 1000)
    assert len(vendor.Vendor(Acme()).collect(acme, work=work).facts) == 8


@pytest.mark.parametrize("known", [False, True], ids=["without a work file", "with the work file of a whole run"])
def test_a_refresh_reads_one_subject_and_what_belongs_to_it(known, acme, tmp_path):
    work = tmp_path / "work.sqlite3"
    if known:
        vendor.Vendor(Acme()).collect(acme, work=work)
    asking = vendor.Vendor(Acme())
    told = asking.collect(acme, work=work if known else None, only={"services": ("a",)})
    assert told.facts["oncall", "a"] == {"linked": True, "loops": 4, "schedules": 2}
    assert told.seen == ["a"]
    assert sorted(asking.asked) == ["/policies/p", "/services/a", "/services/a/incidents", "/services/a/protection"]
    assert not any(told.ended.complete.values())


def test_a_refresh_takes_lists_that_cannot_be_read_one_by_one_from_the_last_run(tmp_path):
    parts = json.loads(json.dumps(CHILDREN))
    del parts["streams"]["policies"]["one"]
    made = vendor.integration(tmp_path, **parts)
    work = tmp_path / "work.sqlite3"
    vendor.Vendor(Acme()).collect(made, work=work)
    asking = vendor.Vendor(Acme(__services__a={"service": {"id": "a", "name": "A", "policy": "new"}}))
    told = asking.collect(made, work=work, only={"services": ("a",)})
    assert "/policies" not in asking.asked
    assert "linked" not in told.facts.get(("oncall", "a"), {}), "what came after the run is not known to be absent"


def test_only_what_changed_is_asked_for_the_next_time(tmp_path):
    since = {"param": "since", "newest": "at", "overlap": "1h", "keep": "30d"}
    made = vendor.integration(
        tmp_path,
        streams={
            "services": {"get": "/services", "items": "services"},
            "incidents": {"get": "/incidents", "items": "@", "since": since},
        },
        facts=[{
            "type": "incident", "about": "service",
            "join": {"all": {"stream": "incidents", "by": {"id": "service"}, "many": True}},
            "map": {"open": "count_where(all, &open)", "count_30d": "len(all)"},
        }],
    )  # fmt: skip
    services = {"services": [{"id": "a", "name": "A"}]}
    incidents = [{"id": "1", "service": "a", "open": True, "at": "2026-11-20T00:00:00Z"}]
    work, asking = (
        tmp_path / "work.sqlite3",
        vendor.Vendor(lambda r: services if r.url.path == "/services" else incidents),
    )
    assert asking.collect(made, work=work).facts["incident", "a"] == {"open": 1, "count_30d": 1}
    assert asking.requests[-1].url.params["since"] == "2026-10-24T09:00:00Z"
    incidents = [{"id": "1", "service": "a", "open": False, "at": "2026-11-23T09:30:00Z"}]
    later = vendor.NOW + timedelta(hours=2)
    assert asking.collect(made, work=work, now=later).facts["incident", "a"] == {"open": 0, "count_30d": 1}
    assert asking.requests[-1].url.params["since"] == "2026-11-23T08:00:00Z"
    incidents = []
    much_later = vendor.NOW + timedelta(days=40)
    assert asking.collect(made, work=work, now=much_later).facts["incident", "a"] == {"open": 0, "count_30d": 0}


def test_an_answer_that_did_not_change_is_not_sent_again(tmp_path):
    made = vendor.integration(tmp_path, streams={"services": {"get": "/services", "items": "services", "etag": True}})

    def answer(request):
        if request.headers.get("If-None-Match") == '"1"':
            return httpx2.Response(304)
        return httpx2.Response(200, json={"services": [{"id": "a", "name": "A"}]}, headers={"ETag": '"1"'})

    work, asking = tmp_path / "work.sqlite3", vendor.Vendor(answer)
    first = asking.collect(made, work=work)
    second = asking.collect(made, work=work, now=vendor.NOW + timedelta(hours=1))
    assert first.seen == second.seen == ["a"]
    assert second.ended.streams["services"].bytes == 0


def test_a_refusal_with_status_200_is_one(tmp_path):
    api = {**vendor.BASE["api"], "refusal": {"when": "ok == `false`", "text": "error", "permission": ["missing_scope"]}}
    made = vendor.integration(tmp_path, api=api)
    told = vendor.Vendor(lambda _: {"ok": False, "error": "missing_scope"}).collect(made)
    [missed] = told.missed
    assert isinstance(missed, Missed)
    assert (missed.reason.fault, missed.reason.missing) == ("permission", "read (Read everything)")


def test_a_stream_may_be_read_for_each_value_of_a_setting(tmp_path):
    made = vendor.integration(
        tmp_path,
        settings={"teams": {"type": "list", "title": "Teams"}},
        streams={"services": {"get": "/teams/{parent.value}/services", "items": "@", "for_each": {"setting": "teams"}}},
    )
    asking = vendor.Vendor(lambda r: [{"id": r.url.path, "name": "x"}])
    asking.collect(made, settings={"teams": ["r/d", "ops"]})
    assert asking.asked == ["/teams/r%2Fd/services", "/teams/ops/services"]


def test_half_of_a_character_is_no_character_and_crashes_nothing(tmp_path):
    text = '{"services": [{"id": "a\\ud800", "name": "x"}, {"id": "\\ud83d\\ude00", "name": "y"}]}'
    told = vendor.Vendor(lambda _: httpx2.Response(200, text=text)).collect(vendor.integration(tmp_path))
    assert told.seen == ["a\ufffd", "\U0001f600"]
