"""Reads of a process take turns; a write waits for none, and nobody waits for long."""

import threading
import time

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from greenboard.project import turns
from greenboard.project.turns import AT_ONCE, Turns

SECONDS = 30
ask = RequestFactory()


class Slow:
    """A view that answers when it is told to."""

    def __init__(self):
        self.inside = threading.Semaphore(0)
        self.answer = threading.Event()

    def __call__(self, request):
        self.inside.release()
        assert self.answer.wait(SECONDS)
        return HttpResponse(request.method)


@pytest.fixture
def slow():
    view = Slow()
    yield view
    view.answer.set()


def begin(middleware, request):
    thread = threading.Thread(target=middleware, args=(request,))
    thread.start()
    return thread


def test_so_many_reads_compute_at_once_and_the_next_begins_when_one_ends(slow, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", SECONDS)
    middleware = Turns(slow)
    several = [begin(middleware, ask.get("/")) for _ in range(AT_ONCE + 1)]
    for _ in range(AT_ONCE):
        assert slow.inside.acquire(timeout=SECONDS)
    assert not slow.inside.acquire(timeout=0.3)
    slow.answer.set()
    assert slow.inside.acquire(timeout=SECONDS)
    for thread in several:
        thread.join(SECONDS)
        assert not thread.is_alive()


def test_a_write_waits_for_no_turn(slow, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", SECONDS)
    middleware = Turns(slow)
    several = [begin(middleware, ask.get("/")) for _ in range(AT_ONCE)] + [begin(middleware, ask.post("/"))]
    for _ in several:
        assert slow.inside.acquire(timeout=SECONDS)
    slow.answer.set()
    for thread in several:
        thread.join(SECONDS)


def test_nobody_waits_longer_than_is_bearable_and_a_fault_gives_the_turn_back(slow):
    middleware = Turns(slow)
    several = [begin(middleware, ask.get("/")) for _ in range(AT_ONCE)]
    began = time.monotonic()
    several.append(begin(middleware, ask.get("/")))
    for _ in several:
        assert slow.inside.acquire(timeout=SECONDS)
    assert time.monotonic() - began >= turns.PATIENCE_SECONDS
    slow.answer.set()
    for thread in several:
        thread.join(SECONDS)
    faulty = Turns(lambda _: 1 / 0)
    for _ in range(AT_ONCE + 1):
        began = time.monotonic()
        with pytest.raises(ZeroDivisionError):
            faulty(ask.get("/"))
        assert time.monotonic() - began < turns.PATIENCE_SECONDS
