"""Calls are tried again where that helps, paced, bounded, and end with an answer or a reason."""

from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.connections import vendor

from greenboard.connections import calling, configured, probing
from greenboard.connections.types import Failed, Request

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
REQUEST = Request("GET", "https://acme.test/services", bucket="key", label="GET /services")


@pytest.fixture
def call(tmp_path):
    made = configured.connection(vendor.integration(tmp_path), {}, {"key": "s3cr3t"}, name="acme")

    def calling_with(*answers, **more):
        several = iter(answers)
        asked = vendor.Vendor(lambda _: next(several))
        return asked, asked.caller(made, now=lambda: NOW, **more)

    return calling_with


def test_what_passes_is_tried_again_after_as_long_as_the_tool_asks(call):
    asked, make = call(httpx2.Response(429, headers={"Retry-After": "3"}), httpx2.Response(503), {"ok": True})
    assert make(REQUEST).calls == 3
    assert len(asked.asked) == 3
    assert sum(asked.slept) >= 3


def test_a_date_to_come_back_at_is_understood(call):
    asked, make = call(httpx2.Response(503, headers={"Retry-After": "Mon, 23 Nov 2026 09:00:05 GMT"}), {})
    make(REQUEST)
    assert sum(asked.slept) == pytest.approx(5, abs=0.3)


def test_a_wait_that_is_too_long_is_not_waited(call):
    asked, make = call(httpx2.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert failed.value.reason.fault == "limit"
    assert asked.slept == []


def test_what_does_not_pass_is_not_tried_again(call):
    asked, make = call(httpx2.Response(404))
    with pytest.raises(Failed):
        make(REQUEST)
    assert len(asked.asked) == 1


def test_a_fault_that_stays_is_given_up(call):
    asked, make = call(*[httpx2.Response(500)] * 9)
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert (failed.value.reason.fault, failed.value.reason.status, failed.value.calls) == ("theirs", 500, 5)
    assert len(asked.asked) == 5


def test_a_403_with_nothing_left_is_a_limit_that_everybody_waits_for(tmp_path):
    limits = {"key": {"rate": "10/s", "headers": {"remaining": "x-left", "reset": "x-reset"}}}
    made = configured.connection(vendor.integration(tmp_path, limits=limits), {}, {"key": "k"}, name="acme")
    until = NOW + timedelta(seconds=600)
    headers = {"x-left": "0", "x-reset": str(int(until.timestamp()))}
    asked, buckets = vendor.Vendor(lambda _: httpx2.Response(403, headers=headers)), calling.MemoryBuckets()
    make = asked.caller(made, buckets=buckets, now=lambda: NOW)
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert failed.value.reason.fault == "limit"
    assert buckets.take("acme", "key", 10, 10, NOW) > 0
    assert buckets.take("acme", "key", 10, 10, until + timedelta(seconds=5)) == 0


def test_an_answer_that_is_too_large_is_not_read(call, monkeypatch):
    monkeypatch.setattr(calling, "MAX_BYTES", 1000)
    _, make = call(httpx2.Response(200, content=b"x" * 2000))
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert failed.value.reason.fault == "limit"


@pytest.mark.parametrize("error", [httpx2.ReadTimeout, httpx2.ConnectError, httpx2.RemoteProtocolError])
def test_a_connection_that_breaks_is_the_fault_of_the_tool(call, error):
    def broken(request):
        raise error("broken")

    asked, make = call()
    asked.answer = broken
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert failed.value.reason.fault == "theirs"
    assert len(asked.asked) == 5


def test_waiting_ends_when_the_collection_is_stopped(call):
    _, make = call(httpx2.Response(503), {}, stop=lambda: True)
    with pytest.raises(Failed) as failed:
        make(REQUEST)
    assert failed.value.reason.fault == "stopped"


def test_a_bucket_lets_through_what_the_rate_allows():
    buckets = calling.MemoryBuckets()
    assert [buckets.take("a", "b", 2.0, 2, NOW) for _ in range(4)] == [0, 0, 0.5, 1.0]
    assert buckets.take("a", "b", 2.0, 2, NOW + timedelta(seconds=10)) == 0
    assert buckets.take("other", "b", 2.0, 2, NOW) == 0


def test_a_probe_says_which_permission_is_missing_for_which_facts(tmp_path):
    streams = {
        "services": {"get": "/services", "items": "services"},
        "incidents": {"get": "/services/{parent.id}/incidents", "for_each": {"stream": "services"}},
    }
    facts = [
        {"type": "oncall", "about": "service", "map": {"schedules": "len(schedules)"}},
        {"type": "incident", "about": "service", "join": {"all": {"stream": "incidents", "many": True}}, "map": {"open": "len(all)"}},
    ]  # fmt: skip
    permissions = [{"name": "incidents:read", "streams": ["incidents"]}]
    made = vendor.integration(tmp_path, streams=streams, facts=facts, permissions=permissions)
    connection = configured.connection(made, {}, {"key": "k"}, name="acme")
    answers = {"/services": {"services": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}}
    asked = vendor.Vendor(lambda request: answers.get(request.url.path) or httpx2.Response(403))
    probe = probing.probe(connection, now=NOW, call=asked.caller(connection))
    assert probe.ok is False
    assert [(one.what, one.ok) for one in probe.checks] == [("services", True), ("incidents", False)]
    assert probe.checks[1].types == ("incident",)
    assert probe.checks[1].reason.missing == "incidents:read"
    assert asked.asked == ["/services", "/services/a/incidents"]


def test_a_token_is_fetched_once_and_shown_with_every_call(tmp_path):
    auth = {"kind": "oauth_client", "token_url": "/oauth/token", "client_id": "us", "client_secret": "{secrets.key}"}
    made = vendor.integration(tmp_path, api={"url": "https://acme.test", "auth": auth})

    def answer(request):
        if request.url.path == "/oauth/token":
            return {"access_token": "t1", "expires_in": 3600}
        at = int(request.url.params.get("offset", 0))
        return {"services": [{"id": f"s{at + n}", "name": "x"} for n in range(10 if at < 20 else 0)]}

    asked = vendor.Vendor(answer)
    page = {"kind": "offset", "param": "offset", "size": 10}
    made = vendor.integration(
        tmp_path,
        api={"url": "https://acme.test", "auth": auth},
        streams={"services": {"get": "/services", "items": "services", "page": page}},
    )
    assert len(asked.collect(made).seen) == 20
    assert asked.asked[0] == "/oauth/token"
    assert asked.asked.count("/oauth/token") == 1
    assert {request.headers["authorization"] for request in asked.requests[1:]} == {"Bearer t1"}
