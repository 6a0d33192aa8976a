"""`python -m tests.project.clockwork FOLDER UNTIL KILL`: let time go by in an installation, from its last look on.

All that is known between two processes is in the database, but for the moment of the last look. With KILL above zero
the process is killed, within a transaction, when that many things were announced.
"""

import importlib
import os
import random
import signal
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

BEGAN = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
CAMPAIGNS = {
    "Europe/Berlin": (date(2026, 3, 20), date(2026, 4, 10)),
    "America/New_York": (date(2026, 10, 20), date(2026, 11, 20)),
    "Pacific/Chatham": (date(2026, 9, 20), date(2027, 4, 10)),
}
"""Each goes over a change of clocks: 29 March, 1 November, 27 September and 4 April."""
EXEMPT = (40, 239, 500)
ATTESTED, CONDITIONS = 150, (date(2026, 3, 29), date(2026, 10, 25), date(2027, 6, 30))
RULE = "cod-1-coverage"


def build():
    """A company with people, exemptions, attestations, campaigns and a signed review, as of `BEGAN`."""
    world = importlib.import_module("tests.reviews.world")
    world.build()
    people = world.People()
    _exempt(world, people)
    _campaigns()
    promises = [world.deciding.Promise(f"By {day}", "ada", str(day)) for day in CONDITIONS]
    world.signed(people, BEGAN, world.CHECKOUT, conditions=promises)
    world.signed(people, BEGAN, world.SEARCH)


def _exempt(world, people):
    from greenboard.exemptions import asking, deciding
    from greenboard.exemptions.types import Category, Pair, Terms

    for days, ref in zip(EXEMPT, (world.CHECKOUT, world.LEDGER, world.SEARCH), strict=True):
        terms = Terms(Category.WAIVED, "It is replaced before that", ends=BEGAN + days * DAY)
        pair = Pair(ref, "production-readiness", RULE)
        number = asking.ask([pair], terms, people.ada.person, BEGAN).made[0]
        deciding.approve({number: None}, "Agreed", people.mia.person, BEGAN)


def _campaigns():
    from greenboard.campaigns import service
    from greenboard.campaigns.definition import Definition

    asks = [{"scorecard": "production-readiness", "rules": ["own-1-owner"]}]
    for zone, (start, due) in CAMPAIGNS.items():
        parts = {"title": zone, "start": start, "due": due, "zone": zone, "asks": asks, "owner": "mia"}
        milestones = [{"on": start + 7 * DAY, "share": 50}]
        whole = Definition.model_validate({**parts, "reminders": [14, 3], "milestones": milestones})
        service.make(whole, "mia", BEGAN)


def attest(at):
    """Attest again what ended, as people do once they were told."""
    from greenboard.access.models import Person
    from greenboard.attestations import service
    from greenboard.attestations.models import Attestation
    from greenboard.attestations.permitting import Acting
    from greenboard.attestations.types import Given, Proof, Wish
    from greenboard.core.refs import Ref

    if Attestation.objects.filter(state="holds").exists():
        return
    root = Person.objects.filter(is_superuser=True).first() or Person.objects.create_superuser("root", password="x")
    answers = {"held_on": str((at - DAY).date()), "failure": "The database is away", "minutes": 12}
    until, evidence = (at + ATTESTED * DAY).date(), (Given(Proof.TEXT, "Notes of the drill."),)
    wish = Wish(Ref("service", "default", "ledger"), "OPS.3", answers=answers, evidence=evidence, until=until)
    service.give(wish, Acting.by(root), at)


def ends(begun):
    """What is told of an attestation that was given at a moment: kind and when."""
    midnight = begun.replace(hour=0, minute=0, second=0, microsecond=0) + (ATTESTED + 1) * DAY
    told_ = [("attestation.ending", midnight - days * DAY) for days in (30, 7, 1)]
    return [*told_, ("attestation.ended", midnight)]


def others():
    """What campaigns do besides, which has tests of its own: their days are counted, and their tickets follow."""
    from greenboard.campaigns import following, progress

    return (progress, "fill"), (following, "revive")


def looks(after, until):
    """The moments at which somebody looks: the same ones, wherever one begins."""
    at, number = BEGAN, 0
    while at < until:
        if at > after:
            yield at
        number += 1
        at += timedelta(hours=random.Random(number).choice((5, 11, 19, 26)))


def look(at):
    """What a worker and people do at a moment; what is only told or mailed of it has tests of its own."""
    from greenboard.attestations import tending as attestations
    from greenboard.campaigns import tending as campaigns
    from greenboard.exemptions import tending as exemptions
    from greenboard.reviews import tending as reviews

    several = (attestations, exemptions, campaigns, reviews)
    if sum(one.tend(at) for one in several):
        assert sum(one.tend(at) for one in several) == 0, "there was more to do at a second look"
    attest(at)


def due():
    """Who has to be told what at which moment, counted from the dates alone: `kind about: moment`."""
    found = []
    for days, name in zip(EXEMPT, ("checkout", "ledger", "search"), strict=True):
        ends = BEGAN + days * DAY
        found += [("exemption.ending", name, ends - before * DAY) for before in (30, 7, 1)]
        found.append(("exemption.ended", name, ends))
    for zone, (start, end) in CAMPAIGNS.items():
        own = ZoneInfo(zone)
        midnight = [datetime.combine(day, datetime.min.time(), own) for day in (start, start + 8 * DAY, end + DAY)]
        found += [("campaign.started", zone, midnight[0]), ("campaign.due", f"{zone}” is due:", midnight[2])]
        found.append(("campaign.due", f"{zone}” was to be at 50 %", midnight[1]))
        for days in (14, 3):
            morning = datetime.combine(end - days * DAY, datetime.min.time(), own).replace(hour=9)
            found.append(("campaign.due", f"{zone}” is due in {days} days", morning))
    for day in CONDITIONS:
        end = datetime.combine(day, datetime.max.time().replace(microsecond=0), UTC)
        found += [("review.due", f"{day}", end - 7 * DAY), ("review.reopened", f"{day}", end)]
    found.append(("review.due", "next stage", BEGAN + 90 * DAY))
    return [(kind, about, at.astimezone(UTC)) for kind, about, at in found]


def told():
    """What was written down to be told, by kind, with its moment, titles and reasons."""
    from greenboard.notifications.models import Notice

    kinds = {kind for kind, *_ in due()} | {"attestation.ending", "attestation.ended", "attestation.given"}
    rows = Notice.objects.filter(kind__in=kinds).exclude(kind="campaign.due", people=[])
    return [(row.kind, row.at, f"{row.title} {row.why}") for row in rows.order_by("at", "kind", "title")]


def main(folder, until, kill):
    from greenboard.project import running

    running.prepare(folder, sample=False)
    from greenboard.core import clock, events
    from greenboard.core.happened import Happened

    for module, name in others():
        setattr(module, name, lambda *_: 0)
    kept = folder / "looked"
    if not kept.exists():
        build()
        kept.write_text(clock.format_time(BEGAN))
    heard = []

    def hear(one):
        heard.append(one)
        if len(heard) == kill:
            os.kill(os.getpid(), signal.SIGKILL)

    events.subscribe(Happened, hear)
    for at in looks(clock.parse_time(kept.read_text()), until):
        look(at)
        kept.with_suffix(".new").write_text(clock.format_time(at))
        kept.with_suffix(".new").replace(kept)


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.fromisoformat(sys.argv[2]), int(sys.argv[3]))
