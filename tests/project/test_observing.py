"""Health, metrics and the log, as machines ask for them."""

from __future__ import annotations

import json
import logging
import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client

from greenboard.core import clock, discreet
from greenboard.hooks import service as hooks
from greenboard.hooks.models import Hook
from greenboard.hooks.service import Wish
from greenboard.project.models import Heartbeat
from greenboard.project.observing import beating, logs, metrics, readiness
from greenboard.project.observing.beating import Beating
from greenboard.results.continuous import Done

TOKEN = "a-token-of-our-own"
pytestmark = pytest.mark.django_db


@pytest.fixture
def scrape(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.setattr(settings, "GREENBOARD", SimpleNamespace(metrics_token=TOKEN, log_requests=True))

    def scraped() -> str:
        return Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()

    return scraped


def test_it_is_alive_and_ready_whatever_name_it_is_called_by() -> None:
    for path in ("/health/live", "/health/ready", "/healthz"):
        answer = Client().get(path, headers={"Host": "10.1.2.3:8000"})
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert Client().post(path).status_code == 405
    assert Client().get("/", headers={"Host": "10.1.2.3:8000"}).status_code == 400


def test_a_database_that_lacks_a_migration_is_not_ready_but_alive() -> None:
    MigrationRecorder(connection).record_unapplied("facts", "0002_by_type")
    answer = Client().get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["reasons"] == ["the database lacks 1 migrations: run greenboard migrate"]
    assert Client().get("/health/live").status_code == 200


def test_a_database_of_a_newer_version_is_ready() -> None:
    MigrationRecorder(connection).record_applied("facts", "0099_later")
    assert Client().get("/health/ready").status_code == 200
    assert readiness.beyond() == ["facts.0099_later"]


def test_metrics_are_for_who_has_the_token(monkeypatch: pytest.MonkeyPatch, scrape) -> None:  # type: ignore[no-untyped-def]
    assert "greenboard_database_up 1.0" in scrape()
    assert Client().get("/metrics").status_code == 401
    for given in ("Bearer wrong", f"Basic {TOKEN}", "Bearer", TOKEN):
        assert Client().get("/metrics", headers={"Authorization": given}).status_code == 401
    monkeypatch.setattr(settings, "GREENBOARD", SimpleNamespace(metrics_token="", log_requests=False))
    assert Client().get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_route_and_never_by_what_was_asked_for(scrape) -> None:  # type: ignore[no-untyped-def]
    Client().get("/entities/service/default/checkout")
    Client().get("/nothing/of/the/kind")
    Client().generic("BREW", "/sign-in")
    told = scrape()
    route = re.escape("/entities/<str:kind>/<str:namespace>/<str:name>")
    assert re.search(rf'greenboard_requests_total{{method="GET",route="{route}",status="302"}} \d', told)
    assert 'route="unknown",status="404"' in told
    assert 'method="other"' in told
    assert "checkout" not in told
    assert "BREW" not in told


def test_what_a_worker_did_is_in_the_metrics_of_every_web_process(tmp_path, scrape) -> None:  # type: ignore[no-untyped-def]
    worker = Beating(tmp_path / "beat", worker="board:7")
    worker.count(Done(clock.now(), marks=3, results_changed=5), 0.2)
    worker.count(Done(clock.now(), marks=1), 300)
    worker.beat()
    told = scrape()
    assert 'greenboard_worker_marks_total{worker="board:7"} 4.0' in told
    assert 'greenboard_worker_results_changed_total{worker="board:7"} 5.0' in told
    assert 'greenboard_worker_turn_seconds_bucket{le="0.1",worker="board:7"} 0.0' in told
    assert 'greenboard_worker_turn_seconds_bucket{le="0.25",worker="board:7"} 1.0' in told
    assert 'greenboard_worker_turn_seconds_bucket{le="+Inf",worker="board:7"} 2.0' in told
    assert (tmp_path / "beat").exists()
    worker.end()
    assert "board:7" not in scrape()


def test_a_worker_beats_seldom_and_forgets_those_that_are_long_gone(tmp_path) -> None:  # type: ignore[no-untyped-def]
    long_ago = clock.now() - timedelta(days=2)
    Heartbeat.objects.create(worker="gone", began_at=long_ago, beat_at=long_ago)
    worker = Beating(tmp_path / "beat", worker="here")
    worker.beat()
    first = Heartbeat.objects.get(worker="here").beat_at
    worker.beat()
    assert Heartbeat.objects.get(worker="here").beat_at == first
    assert not Heartbeat.objects.filter(worker="gone").exists()
    assert len(worker.spread) == len(beating.BOUNDS) + 1


def test_without_a_database_the_metrics_say_so() -> None:
    assert b"greenboard_database_up" in metrics.text()


SECRETS = ("hunter2-of-the-database",)


def written(form: str, message: str, *arguments: object, error: Exception | None = None, **extra: object) -> str:
    kind = logs.Json if form == "json" else logs.Text
    told = None
    if error is not None:
        try:
            raise error
        except type(error) as raised:
            told = (type(raised), raised, raised.__traceback__)
    record = logging.LogRecord("greenboard.test", logging.INFO, __file__, 1, message, arguments, told)
    record.__dict__.update(extra)
    return kind(SECRETS).format(record)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "said",
    [
        "connecting with hunter2-of-the-database",
        "Authorization: Bearer abcdef0123456789",
        "{'authorization': 'Bearer abcdef0123456789'}",
        "password=abcdef0123456789&x=1",
        "'token': 'abcdef0123456789'",
        "postgresql://ada:abcdef0123456789@db/board",
        "used gb_abcdef0123456789",
    ],
)
def test_no_secret_is_in_the_log_wherever_it_stood(form: str, said: str) -> None:
    lines = (
        written(form, said),
        written(form, "said %s", said),
        written(form, "it broke", error=ValueError(said)),
        *([written(form, "with more", detail={"deep": [said]})] if form == "json" else []),
    )
    for line in lines:
        assert logs.HIDDEN in line
        assert "abcdef0123456789" not in line
        assert "hunter2" not in line


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_secret_of_a_hook_is_hidden_from_when_it_is_made_and_wherever_it_is_opened(form: str) -> None:
    discreet.forget()
    hook, secret = hooks.make(Wish("chat", "https://chat.example.com/hook"))
    assert written(form, f"made {secret}").count(logs.HIDDEN) == 1
    discreet.forget()  # as in another process, which sends to it
    assert Hook.objects.get(pk=hook.pk).secret.reveal() == secret
    assert secret not in written(form, "sent", error=ValueError(f"refused {secret}"))


def test_a_line_of_json_has_what_the_caller_gave_and_is_one_line() -> None:
    line = written("json", "two\nlines %s", "here", status=503, error=ValueError("x"))
    told = json.loads(line)
    assert "\n" not in line
    assert (told["message"], told["status"], told["level"]) == ("two\nlines here", 503, "info")
    assert "ValueError: x" in told["exception"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", told["time"])


def test_a_line_break_in_a_value_begins_no_line_of_its_own() -> None:
    assert written("text", "name %s", "x\n2026-11-26 ERROR forged").count("\n") == 0
    lines = written("text", "it broke", error=ValueError("x\n2026-11-26 ERROR forged")).splitlines()
    assert all(line.startswith("    ") for line in lines[1:])


def test_each_line_of_a_request_carries_its_id(monkeypatch: pytest.MonkeyPatch, scrape) -> None:  # type: ignore[no-untyped-def]
    seen: list[str] = []
    monkeypatch.setattr(
        logging.getLogger("greenboard.request"), "handle", lambda one: seen.append(logs.Json().format(one))
    )
    Client().get("/sign-in", headers={"X-Request-Id": "from-the-proxy-1"})
    told = json.loads(seen[-1])
    assert told["request_id"] == "from-the-proxy-1"
    assert (told["route"], told["method"], told["status"]) == ("/sign-in", "GET", 200)
