import csv
import io
import json
import re
from datetime import timedelta
from html import escape

import pytest

from greenboard.core import clock
from greenboard.reports import found
from greenboard.reports.models import Schedule, View


@pytest.mark.parametrize("name", [one.name for one in found.reports()])
def test_each_report_is_a_page_and_a_file_in_each_format(board, name):
    page = board.get(f"/reports/{name}")
    assert page.status_code == 200, re.sub(r"(?s).*<main", "", page.content.decode())[:1500]
    assert escape(found.report(name).title) in page.content.decode()
    told = json.loads(board.get(f"/reports/{name}.json").content)
    assert told["report"] == name
    assert told["tables"]
    rows = list(csv.reader(io.StringIO(board.get(f"/reports/{name}.csv").content.decode())))
    assert rows[0] == [column["name"] for column in told["tables"][0]["columns"]]
    assert len(rows) == len(told["tables"][0]["rows"]) + 1
    assert board.get(f"/reports/{name}.pdf").content.startswith(b"%PDF-")
    book = board.get(f"/reports/{name}.xlsx")
    assert book.headers["Content-Type"].endswith("spreadsheetml.sheet")
    day = f"{clock.now() - timedelta(days=15):%Y-%m-%d}"
    then = json.loads(board.get(f"/reports/{name}.json?as_of={day}").content)
    assert then["as_of"].startswith(day)
    silent = name == "delivery-and-incidents"  # no tool tells the shop of either
    assert silent or then["facts"] != told["facts"] or then["tables"] != told["tables"]
    view = {"name": "Then", "report": name, "query": f"as_of={day}"}
    assert board.post("/reports/views/new", view).status_code == 302
    number = View.objects.get().pk
    sent = {"every": "month", "weekday": "0", "day": "1", "hour": "6", "format": "xlsx"}
    assert board.post(f"/reports/views/{number}/mail", sent).status_code == 302
    assert Schedule.objects.get().view_id == number


def test_the_birds_eye_leads_from_a_group_to_its_entities_and_to_the_results_behind(page):
    text = page("/reports/birds-eye")
    assert re.findall(r'<tr><th scope="row"><span class="group"><a[^>]*>([^<]+)<', text)[:3] == [
        "identity",
        "payments",
        "storefront",
    ]
    behind = re.search(r'<td class="cell[^"]*"><a href="(/results[^"]*team=payments[^"]*)"', text)[1].replace(
        "&amp;", "&"
    )
    assert "payments" in page(behind)
    inside = page("/reports/birds-eye?by=team&group=payments")
    assert "ledger" in inside
    assert "search" not in re.findall(r'data-row>|<span class="group"><a[^>]*>([^<]+)<', inside)
