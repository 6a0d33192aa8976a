"""Every kind of paging reads every page, once, and says when it could not."""

import httpx2
import pytest
from tests.connections import vendor

TOTAL = 25
ITEMS = [{"id": f"s{n}", "name": f"s{n}", "schedules": [n]} for n in range(TOTAL)]


def part(start, size=10):
    return ITEMS[start : start + size]


def stream(page, **more):
    return {"services": {"get": "/services", "items": "services", "page": page, **more}}


def number(request, name, usual=0):
    return int(request.url.params.get(name, usual))


def by_offset(request):
    return {"services": part(number(request, "offset"), number(request, "limit"))}


def by_offset_and_more(request):
    at = number(request, "offset")
    return {"services": part(at), "more": at + 10 < TOTAL}


def by_page(request):
    return {"services": part((number(request, "page", 1) - 1) * 10)}


def by_total(request):
    return {"services": part((number(request, "page", 1) - 1) * 10), "total": TOTAL}


def by_cursor(request):
    at = number(request, "after")
    return {"services": part(at), "meta": {"after": str(at + 10) if at + 10 < TOTAL else None}}


def by_link(request):
    at = number(request, "at")
    links = f'<https://acme.test/services?at={at}>; rel="self"'
    if at + 10 < TOTAL:
        links += f', <https://acme.test/services?at={at + 10}>; rel="next"'
    return httpx2.Response(200, json={"services": part(at)}, headers={"Link": links})


def by_next(request):
    at = number(request, "at")
    return {"services": part(at), "next": f"/services?at={at + 10}" if at + 10 < TOTAL else None}


def by_header(request):
    at = number(request, "token")
    headers = {"X-Next": str(at + 10)} if at + 10 < TOTAL else {}
    return httpx2.Response(200, json={"services": part(at)}, headers=headers)


KINDS = {
    "offset": (by_offset, {"kind": "offset", "param": "offset", "size_param": "limit", "size": 10}),
    "offset and more": (by_offset_and_more, {"kind": "offset", "param": "offset", "size": 10, "more": "more"}),
    "page": (by_page, {"kind": "page", "param": "page", "size": 10}),
    "page until empty": (by_page, {"kind": "page", "param": "page", "until": "empty"}),
    "page and total": (by_total, {"kind": "page", "param": "page", "total": "total"}),
    "cursor": (by_cursor, {"kind": "cursor", "param": "after", "next": "meta.after"}),
    "cursor in a header": (by_header, {"kind": "cursor", "param": "token", "header": "X-Next"}),
    "link": (by_link, {"kind": "link"}),
    "next": (by_next, {"kind": "next", "next": "next"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_all_pages_are_read(kind, tmp_path):
    answer, page = KINDS[kind]
    made = vendor.integration(tmp_path, streams=stream(page))
    told = vendor.Vendor(answer).collect(made)
    assert told.seen == [item["id"] for item in ITEMS]
    assert told.ended.subjects == {"services": True}
    assert told.ended.complete == {"oncall": True}


def test_the_place_of_the_cursor_may_be_the_body(tmp_path):
    def answer(request):
        at = __import__("json").loads(request.content).get("cursor", 0)
        return {"services": part(at), "cursor": at + 10 if at + 10 < TOTAL else None}

    page = {"kind": "cursor", "param": "cursor", "next": "cursor", "place": "body"}
    made = vendor.integration(
        tmp_path, streams={"services": {"post": "/search", "items": "services", "body": {"q": "x"}, "page": page}}
    )
    assert len(vendor.Vendor(answer).collect(made).seen) == TOTAL


@pytest.mark.parametrize(
    ("page", "answer", "said"),
    [
        ({"kind": "cursor", "param": "after", "next": "after"}, lambda _: {"services": part(0), "after": "x"}, "circles"),
        ({"kind": "page", "param": "page", "until": "empty"}, lambda _: {"services": part(0)}, "circles"),
        ({"kind": "next", "next": "next"}, lambda _: {"services": part(0), "next": "https://evil.test/x"}, "another address"),
        ({"kind": "next", "next": "next"}, lambda _: {"services": part(0), "next": "//evil.test/x"}, "another address"),
        ({"kind": "next", "next": "next"}, lambda _: {"services": part(0), "next": "http://acme.test/x"}, "another address"),
        ({"kind": "page", "param": "page", "total": "total"}, lambda r: {"services": by_page(r)["services"], "total": 90}, "empty page"),
        ({"kind": "cursor", "param": "after", "next": "after", "more": "more"}, lambda _: {"services": [], "more": True}, "and not where"),
        ({"kind": "offset", "param": "offset", "size": 10, "most": 20}, by_offset_and_more, "what is over was not read"),
    ],
)  # fmt: skip
def test_what_goes_round_in_circles_leads_elsewhere_or_contradicts_itself_is_not_complete(page, answer, said, tmp_path):
    made = vendor.integration(tmp_path, streams=stream(page))
    told = vendor.Vendor(answer).collect(made)
    assert told.ended.subjects == {"services": False}
    assert told.ended.complete == {"oncall": False}
    assert said in str(told.ended.reasons["services"])
    assert all("evil" not in str(request.url) for request in told.all if isinstance(request, httpx2.Request))
