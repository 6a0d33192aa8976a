"""Rules that look at related entities, on the server: judged, caused and explained."""

import pytest

from greenboard.catalog import store as catalog
from greenboard.catalog.types import Declared, Entity, Relation, RelationKind
from greenboard.core.refs import Ref
from greenboard.results import service, store
from greenboard.results.continuous import Continuous
from greenboard.results.live import Live
from greenboard.rules.types import Outcome

from .history_cast import BRONZE, CARD, CHECKOUT, day, enter, say, scorecard

pytestmark = pytest.mark.django_db
LEDGER = Ref("service", "default", "ledger")
SOUND = ("sound", "dependencies().all(d, d.coverage.line_pct >= 70.0)", "silver")


@pytest.fixture
def shop(tmp_path):
    """Checkout depends on the ledger; one scorecard asks for sound dependencies, one above it for their level."""
    enter()
    depends = (Relation(RelationKind.DEPENDS_ON, CHECKOUT, LEDGER),)
    catalog.save(Declared((Entity(CHECKOUT, tier=1), Entity(LEDGER)), depends), day(0.1), cause="test")
    cards = [
        scorecard(tmp_path, BRONZE, SOUND),
        scorecard(tmp_path, ("rests", f'dependencies().all(d, d.reached("{CARD}", "bronze"))', "bronze"), name="above"),
    ]
    watch = Continuous(lambda: cards, Live())
    for ref in (CHECKOUT, LEDGER):
        say(1, ("coverage", {"line_pct": 80.0}), entity=ref)
    watch.turn(day(1))
    return cards, watch


def test_a_changed_dependency_turns_the_result_of_who_depends_on_it_and_is_the_cause(shop):
    cards, watch = shop
    say(2, ("coverage", {"line_pct": 60.0}), entity=LEDGER)
    watch.turn(day(2))
    (change,) = store.changes(CARD, day(1.5), entity=CHECKOUT, rule="sound")
    assert (change.before, change.after, change.cause.text) == (
        "pass",
        "fail",
        "ledger: Coverage: lines 80 → 60 %",
    )
    result = service.explain(cards[0], CHECKOUT).result("sound")
    assert result.outcome is Outcome.FAIL
    assert "ledger" in result.message
    assert "60" in result.message
    assert "Codecov" in [part.source for part in result.evidence if part.decisive]


def test_a_level_that_moves_turns_the_scorecard_above_in_the_same_turn(shop):
    cards, watch = shop
    say(2, ("coverage", {"line_pct": 60.0}), entity=LEDGER)
    watch.turn(day(2))
    (change,) = store.changes("above", day(1.5), entity=CHECKOUT, rule="rests")
    assert (change.after, change.at) == ("fail", day(2))
    assert change.cause.text == "ledger: bronze → no level on shop"
    assert service.explain(cards[1], CHECKOUT).result("rests").outcome is Outcome.FAIL


def test_a_new_dependency_turns_the_result_and_says_so(shop):
    _, watch = shop
    other = Ref("service", "default", "mail")
    depends = tuple(Relation(RelationKind.DEPENDS_ON, CHECKOUT, ref) for ref in (LEDGER, other))
    catalog.save(Declared((Entity(CHECKOUT, tier=1), Entity(other)), depends), day(2), cause="test")
    watch.turn(day(2))
    (change,) = store.changes(CARD, day(1.5), entity=CHECKOUT, rule="sound")
    assert (change.after, change.cause.kind) == ("no_data", "scope")
