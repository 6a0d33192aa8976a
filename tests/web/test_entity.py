import re
from datetime import timedelta

from greenboard.core import clock
from greenboard.core.content import library
from greenboard.web import content


def test_the_ladder_says_where_the_entity_stands_and_what_is_missing(page):
    text = page("/entities/service/default/ledger")
    assert re.search(r"</svg> Bronze</h2><p>\d+ rules? from Silver\.", text)
    states = re.findall(r'<span class="state">([^<]+)<', text)
    assert states == ["Current level", "Next", "Later"]


def test_next_steps_begin_with_what_fails_and_show_how_to_mend_it(page):
    text = page("/entities/service/default/ledger")
    steps = text[text.index("Next, for Silver") :]
    assert steps.index("is-fail") < steps.index("is-no_data")
    assert '<div class="fix"><p>' in steps


def test_a_result_shows_the_value_its_source_and_its_age(page):
    text = page("/entities/service/default/checkout")
    line = text[text.index("<code>workload.replicas</code>") :][:900]
    assert "k8s/deploy.yaml:14" in line
    assert "https://git.shop.example/checkout/blob/4f2a91c/k8s/deploy.yaml#L14" in line
    assert "<gb-moment><time datetime=" in line


def test_a_failed_look_is_shown_with_its_reason(page):
    text = page("/entities/service/default/checkout")
    facts = text[text.index('id="facts-title"') :]
    assert "PagerDuty answered 403; the token lacks schedules.read" in facts


def test_a_dependency_of_lower_tier_is_named(page):
    assert "Tier 3, lower than tier 1" in page("/entities/service/default/checkout")


def test_the_graph_links_to_neighbours_both_ways(page):
    text = page("/entities/service/default/checkout")
    graph = text[text.index('class="graph"') : text.index("</svg></div>")]
    for name in ("service/default/ledger", "website/default/web-shop", "data-store/default/ledger-db"):
        assert f'href="/entities/{name}"' in graph


def test_a_team_shows_what_it_owns(page):
    text = page("/entities/team/default/payments")
    assert re.findall(r"data-row>([^<]+)</a>", text) == ["ledger-db", "checkout", "fraud", "ledger"]
    assert 'href="/reports/report-card?team=payments"' in text
    assert "report-card?team" not in page("/entities/service/default/checkout")


def test_the_history_labels_each_step_with_its_cause(page):
    text = page("/entities/service/default/search?since=90d")
    history = text[text.index('id="past-title"') : text.index('id="relations-title"')]
    assert "Bronze → No level" in history
    assert "No level → Bronze" in history
    assert re.search(r"replicas|image", history)


def test_a_rule_shows_its_expression_and_what_it_reads(page):
    text = page("/scorecards/production-readiness/rules/inf-1-images")
    assert '<a class="t-fact" href="/fact-types/workload">workload</a>.<span class="t-call">all</span>' in text
    assert "Images have a tag other than latest, or a digest" in text


def test_a_rule_says_why_it_is_undecided(page):
    text = page(_rule("oncall"))
    assert "PagerDuty could not be read: PagerDuty answered 403" in text


def _rule(fact_type):
    card = content.scorecards()[0]
    return f"/scorecards/{card.name}/rules/{next(rule.id for rule in card.rules if rule.types == {fact_type})}"


def test_no_page_tells_where_the_program_is_installed(page):
    text = page("/scorecards/production-readiness/rules/inf-1-images")
    assert "infrastructure.yaml:" in text
    assert str(library()) not in text


def test_what_passes_is_folded_away_and_what_does_not_is_in_sight(page):
    text = page("/entities/service/default/ledger")
    results = text[text.index('id="results"') : text.index('id="history"')]
    for folded in re.findall(r'<details class="aside passing".*?</ul>.*?</details>', results, re.DOTALL):
        results = results.replace(folded, "")
    seen = re.findall(r'<summary data-row><span class="outcome is-(\w+)">', results)
    assert "pass" not in seen
    assert {"fail", "no_data"} <= set(seen)


def test_the_evidence_of_what_passes_is_fetched_by_whoever_unfolds_it(page):
    text = page("/entities/service/default/ledger")
    fetched = re.findall(r'<details class="aside passing" hx-get="([^"]+)" [^>]*hx-select="#(passing-[\w-]+)"', text)
    named = re.findall(r'<li id="([\w.-]+)"><span class="outcome is-pass">', text)
    assert fetched
    assert len(named) >= len(fetched)
    whole = page(fetched[0][0])
    assert all(f'<div id="{part}">' in whole for _, part in fetched)
    for rule in named:
        line = whole[whole.index(f'<li id="{rule}"><details>') :]
        assert '<div class="evidence">\n<table>' in line[: line.index("</details>")], rule


def test_all_changes_are_fetched_by_whoever_unfolds_them(page):
    address = "/entities/service/default/search?since=90d"
    assert 'class="causes"' not in page(address)
    fetched = re.search(r'hx-get="([^"]+)" hx-trigger="toggle once" hx-select="#changes"', page(address))[1]
    text = page(fetched.replace("&amp;", "&"))
    assert 'class="causes"' in text[text.index('<div id="changes">') :]


def test_the_history_ends_on_the_day_that_is_shown(page):
    def turns(text):
        return re.findall(r'<span class="mark">(\d+)</span>', text)

    day = clock.now() - timedelta(days=40)
    then = turns(page(f"/entities/service/default/checkout?since=90d&as_of={day:%Y-%m-%d}"))
    assert len(then) < len(turns(page("/entities/service/default/checkout?since=90d")))


def test_the_trend_of_a_rule_ends_on_the_day_that_is_shown(page):
    day = clock.now() - timedelta(days=20)
    text = page(f"/scorecards/production-readiness/rules/inf-1-images?as_of={day:%Y-%m-%d}")
    shown = re.findall(r'<th scope="row">(\d{4}-\d\d-\d\d)</th>', text)
    assert shown[0] == f"{day:%Y-%m-%d}"


def test_exact_times_are_stops_of_the_keyboard_outside_of_controls(page):
    text = page("/entities/service/default/checkout")
    evidence = text[text.index('<div class="evidence">') :]
    assert re.search(
        r'<td class="age"><gb-moment><time datetime="[^"]+" title="[-0-9]+ [:0-9]+ UTC" tabindex="0">', evidence
    )
    summaries = re.findall(r"<summary.*?</summary>", page("/"), re.DOTALL)
    assert not [one for one in summaries if "tabindex" in one]
    assert re.search(r'<div class="inside"><p>[^\n]*\d\d:\d\d:\d\d UTC</p>', page("/?since=30d"))
