"""A new version of a scorecard is put in force and judged in parts, which workers share."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from greenboard.results import marks, parts, service, versions
from greenboard.results.ground import Ground
from greenboard.results.live import Live
from greenboard.results.memory import Memory
from greenboard.results.service import Carried, Task
from greenboard.scorecards.types import Scorecard

_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Rollout:
    """New versions on the way to being judged; `size` is how many entities make a part."""

    live: Live
    size: int

    def open(self, cards: Sequence[Scorecard], known: Collection[str], now: datetime) -> bool:
        """Put versions in force and divide what they ask, where one asks more than a part; whether one does.

        `known` are the names of those whose results are at hand already; none of the others is in parts.
        """
        if not self._large(cards, known, self.live.ground(now)):
            return False
        with transaction.atomic():
            last = service.lock([card.name for card in cards])
            if parts.left(cards):
                return True  # another worker was faster
            at = now if last is None else max(now, last + _NEXT)
            ground = self.live.ground(at)
            large = self._large(cards, known, ground)
            opened = [card for card in cards if large and (card.name in large or self._is_new(card))]
            for card in opened:
                versions.adopt(card, at)
                parts.divide(card, ground.ids[ground.covered(card.scope) != 0], at, self.size)
            if len(opened) == len(cards):
                marks.finish_all()  # whatever they tell of is judged after this
        return bool(large)

    def _large(self, cards: Sequence[Scorecard], known: Collection[str], ground: Ground) -> set[str]:
        """The names of those that ask more than a part of what was not judged yet."""
        found = set()
        for card in cards:
            if card.name not in known:
                new = np.count_nonzero(ground.covered(card.scope)) if self._is_new(card) else None
                asked = len(service.unjudged(card, ground)) if new is None else new
                found |= {card.name} if asked > self.size else set()
        return found

    def _is_new(self, card: Scorecard) -> bool:
        current = versions.current().get(card.name)
        return current is None or current.digest != card.digest

    def part(self, memory: Memory, now: datetime) -> Carried | None:
        """Judge a part, and remember what it came to; None where others have all that are left in hand."""
        card = memory.scorecard
        with transaction.atomic():
            last = service.share(card.name)
            adoption = versions.in_force(card, memory.adoption)
            part = parts.take(card)
            if part is None or adoption is None:
                return None
            at = max(now, part.opened_at, last or now)
            ground = self.live.ground(at)
            within = (ground.ids >= part.first) & (ground.ids <= part.last) & (ground.covered(card.scope) != 0)
            task = Task(ground, at, np.flatnonzero(within), adoption=adoption, part=True)
            carried = service.carry_out(card, task)
            self.live.tell(card.name, ground.ids[carried.moved].tolist(), at)
            parts.finish(part)
        memory.keep(carried, ground)
        memory.part, memory.looked = part.id, part.opened_at
        return carried
