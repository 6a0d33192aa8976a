"""What was rendered and packed is forgotten once nobody needs it."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import pytest

from greenboard.core import clock
from greenboard.scaffolds import keeping
from greenboard.scaffolds.models import Making, Packed, Source
from greenboard.scaffolds.types import Landing, State

old = import_module("tests.scaffolds.test_telling").old
pytestmark = pytest.mark.django_db


def rendered(name: str, **more: object) -> Making:
    ended = clock.now() - timedelta(days=100)
    return old(name, **{"tree": b"zip", "ended_at": ended, "landed_at": ended, **more})


def test_what_the_next_update_starts_from_stays_and_the_rest_goes():
    first = rendered("pay")
    update = rendered("pay", first=first, version="0.2.0")
    alone = rendered("cart")
    rendered("down", way=Landing.DOWNLOAD.value, landed_at=None)
    rendered("failed", state=State.FAILED.value, landed_at=None)
    rendered("closed", closed_at=clock.now(), landed_at=None)
    waits = rendered("waits", landed_at=None)
    fresh = rendered("fresh", way=Landing.DOWNLOAD.value, ended_at=clock.now())
    assert keeping.forget(clock.now() - keeping.KEPT) == 4
    kept = set(Making.objects.exclude(tree=None).values_list("pk", flat=True))
    assert kept == {update.pk, alone.pk, waits.pk, fresh.pk}


def test_packed_scaffolds_that_nothing_is_made_of_any_more_go():
    at = clock.now() - timedelta(days=100)
    source = Source.objects.create(name="acme", address="https://x.example/y", added_at=at, added_by="root")
    several = [
        Packed.objects.create(
            source=source, name="job", version="1.0.0", digest=digest, content=b"", at=at, current=now
        )
        for digest, now in (("a", False), ("b", False), ("c", True))
    ]
    rendered("pay", packed=several[0])
    failed = rendered("cart", packed=several[1], state=State.FAILED.value, landed_at=None, tree=None)
    assert keeping.forget(clock.now() - keeping.KEPT) == 1
    assert set(Packed.objects.values_list("digest", flat=True)) == {"b", "c"}
    assert Making.objects.get(pk=failed.pk).packed_id == several[1].pk
