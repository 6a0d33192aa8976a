"""Metrics for Prometheus.

Requests are counted by the process that answers them: each web process is scraped by itself. All
else is read from the database when it is asked for, so that every web process tells the same;
workers write what they did into their heartbeat. No process shares files with another.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count, Min
from prometheus_client import GC_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry, Histogram, generate_latest
from prometheus_client import Counter as Total
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from greenboard import __version__
from greenboard.catalog.models import EntityVersion
from greenboard.core import clock
from greenboard.project.models import Heartbeat
from greenboard.project.observing import beating
from greenboard.results import store
from greenboard.results.models import Mark
from greenboard.rules.types import Outcome

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0)
_KEPT_SECONDS = 60.0

registry = CollectorRegistry()
registry.register(PROCESS_COLLECTOR)
registry.register(GC_COLLECTOR)
_seconds = Histogram(
    "greenboard_request_seconds", "Time to answer a request", ["route", "method"], buckets=_BUCKETS, registry=registry
)
_requests = Total("greenboard_requests", "Requests answered", ["route", "method", "status"], registry=registry)


def count(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request. Methods and routes are few: what is unknown counts as `other`."""
    method = method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"
    _seconds.labels(route, method).observe(seconds)
    _requests.labels(route, method, str(status)).inc()


def text() -> bytes:
    """All metrics, as Prometheus reads them."""
    return generate_latest(registry)


class _Installation(Collector):
    """What the database tells. Counts of results take long on large installations, and are kept for a minute."""

    def __init__(self) -> None:
        self._outcomes: dict[str, Counter[Outcome]] = {}
        self._counted = -_KEPT_SECONDS

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("greenboard_database_up", "Whether the database answers")
        try:
            found = [*_marks(), _entities(), *_workers(), self._results()]
        except DatabaseError:
            found = []
        up.add_metric([], float(bool(found)))
        about = GaugeMetricFamily("greenboard_info", "The version that runs", labels=["version"])
        about.add_metric([__version__], 1)
        yield from (about, up, *found)

    def describe(self) -> list[Metric]:
        return []  # so that registering asks nothing of the database

    def _results(self) -> Metric:
        if time.monotonic() - self._counted > _KEPT_SECONDS:
            self._outcomes = {name: _summed(name) for name in store.ladders()}
            self._counted = time.monotonic()
        told = GaugeMetricFamily("greenboard_results", "Current results", labels=["scorecard", "outcome"])
        for scorecard, counts in self._outcomes.items():
            for outcome in Outcome:
                told.add_metric([scorecard, outcome.value], counts[outcome])
        return told


def _summed(scorecard: str) -> Counter[Outcome]:
    return sum(store.rule_counts(scorecard).values(), Counter())


def _marks() -> Iterator[Metric]:
    waiting = Mark.objects.filter(done=False).aggregate(count=Count("id"), oldest=Min("at"))
    age = max((clock.now() - waiting["oldest"]).total_seconds(), 0) if waiting["oldest"] else 0
    yield GaugeMetricFamily("greenboard_marks_waiting", "Changes that wait to be judged", value=waiting["count"])
    yield GaugeMetricFamily("greenboard_oldest_mark_seconds", "How long the oldest of them waits", value=age)


def _entities() -> Metric:
    told = GaugeMetricFamily("greenboard_entities", "Entities of the catalog", labels=["kind"])
    rows = EntityVersion.objects.filter(valid_to=None).values_list("kind").annotate(count=Count("id"))
    for kind, number in sorted(rows):
        told.add_metric([kind], number)
    return told


def _workers() -> Iterator[Metric]:
    beats = list(Heartbeat.objects.order_by("worker"))
    ages = GaugeMetricFamily("greenboard_worker_beat_age_seconds", "Since a worker last said so", labels=["worker"])
    turns = HistogramMetricFamily("greenboard_worker_turn_seconds", "Time that a turn took", labels=["worker"])
    for beat in beats:
        ages.add_metric([beat.worker], max((clock.now() - beat.beat_at).total_seconds(), 0))
        turns.add_metric([beat.worker], _buckets(beat.spread), beat.seconds)
    yield from (ages, turns)
    for column, what in _COUNTED.items():
        total = CounterMetricFamily(f"greenboard_worker_{column}", what, labels=["worker"])
        for beat in beats:
            total.add_metric([beat.worker], getattr(beat, column))
        yield total


_COUNTED = {
    "marks": "Changes that a worker worked off",
    "results_changed": "Results that a worker changed",
    "levels_changed": "Levels that a worker changed",
    "refusals": "Times that the database refused a worker",
}


def _buckets(spread: list[int]) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in beating.BOUNDS), "+Inf"]
    return [(bound, float(sum(spread[: place + 1]))) for place, bound in enumerate(bounds)]


registry.register(_Installation())
