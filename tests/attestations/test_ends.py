"""What ends an attestation: its date, with reminders before; an event, with its reason. Each exactly once."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.attestations import cast
from tests.attestations.cast import DAY, NOW, OTHER, OTHERS, SERVICE

from greenboard.attestations import deciding, service, tending
from greenboard.attestations.basis import Basis, deployments
from greenboard.attestations.models import Attestation, Step
from greenboard.attestations.types import Cause
from greenboard.catalog import store as catalog
from greenboard.core.happened import Happening
from greenboard.core.refs import Ref
from greenboard.facts.service import record
from greenboard.facts.types import Fact, Source, SourceKind

pytestmark = pytest.mark.django_db
TOOL = Source(SourceKind.CONNECTION, "Argo CD")
LATER = NOW + 10 * DAY


@pytest.fixture
def ada():  # type: ignore[no-untyped-def]
    cast.declared()
    return cast.person("ada")


def said(type_: str, value: object, at: datetime) -> None:
    record([Fact(SERVICE, type_, value, TOOL, at)], [], at)  # type: ignore[arg-type]


def deployed(version: str, at: datetime, environment: str = "production") -> None:
    said("deployment", ({"environment": environment, "version": version, "last_deployed_at": at},), at)


def ended(row: Attestation) -> tuple[str, str]:
    row.refresh_from_db()
    return row.cause, row.reason


def test_another_owner_ends_it_with_the_reason(ada) -> None:  # type: ignore[no-untyped-def]
    row = cast.give(ada)
    with cast.heard() as told:
        cast.declared(LATER, owner=OTHERS)
    assert ended(row) == ("owner_changed", "Its owner changed from team:default/payments to team:default/platform.")
    assert [(one.kind, one.why, one.people) for one in told] == [(Happening.ATTESTATION_ENDED, row.reason, ("ada",))]
    assert cast.listed() == {}


def test_another_tier_or_data_classification_or_dependency_ends_those_that_say_so(ada) -> None:  # type: ignore[no-untyped-def]
    rows = {item: cast.give(ada, item) for item in ("REL.4", "COD.4", "OPS.3", "SEC.2")}
    cast.declared(LATER, tier=0)
    assert [ended(rows[item])[0] for item in rows] == ["tier_changed", "", "", ""]
    cast.declared(LATER + DAY, tier=0, needs=[OTHER])
    assert ended(rows["COD.4"]) == ("new_dependency", "It depends on something new: service:default/ledger.")
    assert [ended(rows[item])[0] for item in ("OPS.3", "SEC.2")] == ["", ""]
    cast.declared(LATER + 2 * DAY, tier=0, needs=[OTHER], data_classification="restricted")
    why = "Its data classification changed from not stated to restricted."
    assert ended(rows["SEC.2"]) == ("data_classification_changed", why)


def test_a_dependency_that_goes_ends_nothing_and_one_that_comes_back_is_new(ada) -> None:  # type: ignore[no-untyped-def]
    cast.declared(NOW - DAY, needs=[OTHER])
    row = cast.give(ada)
    cast.declared(LATER)
    assert ended(row)[0] == ""
    cast.declared(LATER + DAY, needs=[OTHER])
    assert ended(row)[0] == "new_dependency"


def test_a_dependency_with_another_name_is_no_new_one(ada) -> None:  # type: ignore[no-untyped-def]
    cast.declared(NOW - DAY, needs=[OTHER])
    row = cast.give(ada)
    catalog.rename(OTHER, Ref("service", "default", "books"), LATER, cause="test")
    said("external_dependency", ({"name": "Card network"},), LATER)
    assert ended(row) == ("new_dependency", "It depends on something new: Card network.")


def test_a_major_version_ends_it_and_a_minor_one_or_an_unknown_one_does_not(ada) -> None:  # type: ignore[no-untyped-def]
    row = cast.give(ada)
    for number, version in enumerate(("2.4.0", "2.5.1", "4f2a91c", "v2.6")):
        deployed(version, LATER + number * DAY)
        assert ended(row)[0] == "", version
    deployed("3.0.0", LATER + 9 * DAY)
    assert ended(row) == ("major_version", "Its major version changed from 2 to 3.")


def test_so_many_deployments_end_it(ada, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    from greenboard.attestations import policies

    policy = policies.of("COD.4")
    three = replace(policy, ends=replace(policy.ends, causes=frozenset(), deployments=3))
    monkeypatch.setattr(policies, "shipped", lambda: {"COD.4": three})
    deployed("1.0", NOW - DAY)
    row = cast.give(ada)
    for number in range(2):
        deployed("1.0", LATER + number * DAY)
        deployed("1.0", LATER + number * DAY)  # seen once more
    deployed("9.0", LATER + 3 * DAY, "staging")
    assert ended(row)[0] == ""
    deployed("1.1", LATER + 5 * DAY)
    assert ended(row) == ("deployments", "It was deployed 3 times since, and holds for 3.")


def test_deployments_between_two_looks_count_as_many_as_the_tool_counts() -> None:
    def seen(version: str, *counted: int) -> Basis:
        return Basis(deployed={"prod": version}, deploys=dict.fromkeys(["prod"], *counted) if counted else {})

    assert deployments(seen("1", 10), seen("4", 13)) == 3
    assert deployments(seen("1", 10), seen("2", 7)) == 1  # older ones left the 30 days
    assert deployments(seen("1", 10), seen("1", 12)) == 0  # nothing else runs
    assert deployments(seen("1"), seen("3", 20)) == 1  # what was not counted then is not guessed now


def test_what_a_tool_cannot_say_any_more_ends_nothing(ada) -> None:  # type: ignore[no-untyped-def]
    said("external_dependency", ({"name": "Card network"},), NOW - DAY)
    row = cast.give(ada)
    said("external_dependency", (), LATER)
    assert ended(row)[0] == ""


def test_one_is_reminded_thirty_seven_and_one_days_before_and_told_the_end(ada) -> None:  # type: ignore[no-untyped-def]
    row = cast.give(ada, until=(NOW + 60 * DAY).date())
    with cast.heard() as told:
        moment = NOW
        while moment < NOW + 70 * DAY:
            tending.tend(moment)
            moment += timedelta(hours=1)
    kinds = [one.kind for one in told]
    assert kinds == [Happening.ATTESTATION_ENDING] * 3 + [Happening.ATTESTATION_ENDED]
    ends = row.expires_at
    assert [ends - one.at for one in told] == [30 * DAY, 7 * DAY, DAY, timedelta(0)]
    assert told[0].title == "The attestation of COD.4 of checkout ends in 30 days"
    assert ended(row) == ("date", "Its last day was 25 Jan 2027.")
    assert cast.listed() == {}


def test_after_a_week_without_anybody_only_the_newest_reminder_is_sent(ada) -> None:  # type: ignore[no-untyped-def]
    cast.give(ada, until=(NOW + 60 * DAY).date())
    with cast.heard() as told:
        tending.tend(NOW + 60 * DAY)
        tending.tend(NOW + 60 * DAY)
    assert [one.title for one in told] == ["The attestation of COD.4 of checkout ends in 1 day"]


def test_who_attests_for_a_week_is_not_reminded_at_once(ada) -> None:  # type: ignore[no-untyped-def]
    cast.give(ada, until=(NOW + 6 * DAY).date())
    assert tending.tend(NOW) == 0


def test_what_nobody_confirmed_ends_by_its_date_too() -> None:
    cast.declared()
    row = cast.give(cast.person("mia", role="maintainer"), "SEC.2", until=NOW.date())
    tending.tend(NOW + 2 * DAY)
    assert ended(row)[0] == "date"
    assert cast.listed() == {}


Look = tuple[datetime, datetime]
"""From the look before to this one."""


def simulated(seed: int, days: int, several: int, by) -> None:  # type: ignore[no-untyped-def]
    """Time goes by, with workers that sleep, stop for days, and look twice; somebody renews now and then."""
    random_ = random.Random(seed)
    lasts = [(NOW + random_.randint(1, 179) * DAY).date() for _ in range(several)]
    rows = [cast.give(by, "OPS.3", environment=f"e{number}", until=day) for number, day in enumerate(lasts)]
    looks: list[Look] = [(NOW, NOW)]
    told: list[tuple[Happening, object, Look]] = []
    with cast.heard() as heard:
        while looks[-1][1] < NOW + days * DAY:
            before = looks[-1][1]
            moment = before + timedelta(minutes=random_.choice((5, 60, 600, 1440, 8 * 1440, 40 * 1440)))
            looks.append((before, moment))
            for _ in range(random_.randint(1, 3)):
                tending.tend(moment)
            told += [(one.kind, one.data["attestation"], looks[-1]) for one in heard]
            if random_.random() < 0.2:
                number = random_.randrange(several)
                rows[number] = renewed(rows[number], by, moment)
            heard.clear()
    for row in Attestation.objects.all():
        check(row, [(kind, look) for kind, about, look in told if about == row.pk], looks)


def renewed(row: Attestation, by, at: datetime) -> Attestation:  # type: ignore[no-untyped-def]
    answers = {**cast.ANSWERS["OPS.3"], "held_on": str(at.date())}
    wish = cast.wish("OPS.3", environment=row.environment, answers=answers)
    return service.give(wish, by, at, service.Said(renews=row.pk))


def check(row: Attestation, told: list[tuple[Happening, Look]], looks: list[Look]) -> None:
    """Each end was told once, at the first look after it, and each reminder once, at the first look after its day."""
    last, stop = looks[-1][1], row.ended_at or looks[-1][1]
    ends = [look for kind, look in told if kind is Happening.ATTESTATION_ENDED]
    assert ends == [look for look in looks if row.cause == Cause.DATE and look[0] < row.expires_at <= look[1]]
    assert row.cause in (Cause.DATE, Cause.RENEWED) or row.expires_at > last
    due = [row.expires_at - days * DAY for days in (30, 7, 1) if row.expires_at - days * DAY > row.given_at]
    wanted = [look for look in looks if look[1] <= stop and any(look[0] < at <= look[1] < row.expires_at for at in due)]
    assert [look for kind, look in told if kind is Happening.ATTESTATION_ENDING] == wanted
    assert Step.objects.filter(attestation=row, done="reminded").count() == len(wanted)


def test_half_a_year_goes_by(ada) -> None:  # type: ignore[no-untyped-def]
    simulated(1, 200, 6, ada)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_two_years_go_by(ada, seed: int) -> None:  # type: ignore[no-untyped-def]
    simulated(seed, 730, 25, ada)


def test_a_day_means_its_end_in_utc_whatever_the_zone_does() -> None:
    day = datetime(2027, 3, 28).date()
    assert deciding.end_of(day).isoformat() == "2027-03-29T00:00:00+00:00"


def test_a_policy_is_refused_with_the_place_of_each_mistake() -> None:
    from greenboard.attestations import policies
    from greenboard.core.errors import UserError

    text = (
        "item: COD.4\ntitle: T\nstatement: S\nwho: {}\nvalid_for: 20y\nends_on: [owner_chnged]\n"
        "questions:\n  - {id: a, ask: A?, type: choice}\n  - {id: b, ask: B?, type: colour}\n"
    )
    with pytest.raises(UserError) as refused:
        policies.parse(text, "cod-4.yaml")
    said_ = str(refused.value)
    for part in ("cod-4.yaml:4:", "cod-4.yaml:5:", "cod-4.yaml:6:", "cod-4.yaml:8:", "cod-4.yaml:9:", "names nobody"):
        assert part in said_, part
