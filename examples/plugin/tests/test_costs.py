from greenboard_example.costs import over_pct


def test_a_cost_over_its_budget_is_told_in_percent() -> None:
    assert over_pct(120.0, 100.0) == 20.0
    assert over_pct(80.0, 100.0) == 0.0
    assert over_pct(80.0, 0.0) is None
