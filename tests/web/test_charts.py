from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

from greenboard.web.charts.bar import Share, bar, outcome_bar
from greenboard.web.charts.glyph import rungs
from greenboard.web.charts.graph import MOST, Box, Edge, neighbourhood
from greenboard.web.charts.series import Column, Series, Step, stacked, steps

START = datetime(2026, 11, 1, tzinfo=UTC)


def parsed(drawing):
    return ET.fromstring(drawing)


def test_a_bar_is_as_wide_as_its_parts_and_hatches_what_is_undecided():
    rects = parsed(outcome_bar(2, 1, 1)).findall("rect")
    by_class = {rect.get("class"): rect.get("width") for rect in rects if rect.get("class", "").startswith("is-")}
    assert by_class == {"is-pass": "50%", "is-fail": "25%", "is-no_data": "25%"}
    assert [rect.get("width") for rect in rects if rect.get("fill") == "url(#hatch)"] == ["25%"]


def test_an_empty_bar_is_no_division_by_zero():
    assert parsed(bar([Share("pass", 0)])).get("class") == "bar empty"


def test_a_level_fills_as_many_rungs_as_its_rank():
    kinds = [rect.get("class") for rect in parsed(rungs(2, 3))]
    assert kinds == ["on", "on", "off"]


def test_equal_days_are_drawn_as_one_piece():
    columns = [Column(START + timedelta(days=day), {"a": 3}) for day in range(90)]
    drawn = parsed(stacked(columns, [Series("a", "A", "pass")], title="t", description="d"))
    assert len(drawn.findall("rect")) == 1


def test_a_stack_says_its_title_and_description():
    columns = [Column(START, {"a": 1}), Column(START + timedelta(days=1), {"a": 2})]
    drawn = parsed(stacked(columns, [Series("a", "A", "pass")], title="Levels", description="A from 1 to 2."))
    assert drawn.get("role") == "img"
    assert (drawn.find("title").text, drawn.find("desc").text) == ("Levels", "A from 1 to 2.")


def test_the_step_line_rises_where_the_level_changes():
    spans = [
        Step(START, START + timedelta(days=5), 1),
        Step(START + timedelta(days=5), START + timedelta(days=10), 2, "1"),
    ]
    drawn = parsed(steps(spans, ["none", "bronze", "silver"], title="t", description="d"))
    risers = [
        line for line in drawn.findall("line") if line.get("class") == "line" and line.get("x1") == line.get("x2")
    ]
    assert [line.get("x1") for line in risers] == ["50%"]
    assert [circle.get("cx") for circle in drawn.findall("circle")] == ["50%"]


def test_names_in_a_graph_are_escaped_and_boxes_are_links():
    boxes = [
        Box("a", 0, "<b>&", "note", "/a?x=1&y=2", 1, 3, "Bronze"),
        Box("b", 1, "other", "note", "/b", 0, 3, "none"),
    ]
    drawn = neighbourhood(boxes, [Edge("a", "b", "a needs b")], title="t")
    assert "<b>" not in drawn
    assert [link.get("href") for link in parsed(drawn).findall("a")] == ["/a?x=1&y=2", "/b"]


def test_sixty_boxes_do_not_overlap():
    boxes = [Box(str(at), at % 4 - 1, f"n{at}", "", f"/{at}", 0, 3, "") for at in range(MOST)]
    edges = [Edge(str(at), str((at * 7) % MOST), "needs") for at in range(MOST)]
    rects = [link.find("rect") for link in parsed(neighbourhood(boxes, edges, title="t")).findall("a")]
    corners = {(rect.get("x"), rect.get("y")) for rect in rects}
    assert len(corners) == MOST
