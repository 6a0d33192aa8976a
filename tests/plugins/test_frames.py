"""What frames may ask for: the one entity that they are shown for, and calls that their plugin lists."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import Client
from tests.plugins.conftest import Install
from tests.workflows.conftest import Receiver, receiving

from greenboard.access.models import Grant, Person
from greenboard.core.refs import Ref
from greenboard.outbound.addresses import Allowed
from greenboard.plugins import Proxy, frames, installation

pytestmark = pytest.mark.django_db
CHECKOUT = Ref("service", "default", "checkout")
SECRET = "a-very-secret-token"


@pytest.fixture
def tool(settings) -> Iterator[Receiver]:  # type: ignore[no-untyped-def]
    settings.OUTBOUND_ALLOW = Allowed.read(["127.0.0.0/8"])
    with receiving(Receiver()) as made:
        yield made


def brings(origin: str = "https://costs.example.com") -> str:
    return f"""
    @hookimpl
    def greenboard_settings():
        return [Field("token", "Token", secret=True)]

    @hookimpl
    def greenboard_proxies():
        allows = (("GET", "/v1/services/{{name}}"), ("POST", "/v1/notes/*"), ("GET", "/v1/say"))
        return [Proxy("costs", "{origin}", allows, secret="token")]
    """


FRAME = """
    @hookimpl
    def greenboard_frames():
        return [Frame("costs", "Costs", "https://costs.example.com/panel", kinds=("service",))]
    """


def bearing(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_ORIGIN": "null"}


def test_a_frame_reads_its_entity_without_cookies_from_any_origin(install: Install, checkout: Ref, person) -> None:  # type: ignore[no-untyped-def]
    install(good=brings())
    token = frames.token("good", CHECKOUT, person)
    asked = Client().options("/plugins/good/entity", HTTP_ORIGIN="null")
    assert (asked.status_code, asked["Access-Control-Allow-Origin"]) == (204, "*")
    answer = Client().get("/plugins/good/entity", **bearing(token))
    assert answer["Access-Control-Allow-Origin"] == "*"
    told = answer.json()
    assert told["entity"]["ref"] == "service:default/checkout"
    assert [one["type"] for one in told["facts"]] == ["readme"]
    assert Client().post("/plugins/good/entity", **bearing(token)).status_code == 405


def test_the_page_around_a_frame_gets_another_token_as_long_as_its_person_sees_the_entity(
    install: Install,
    checkout: Ref,
    person,  # type: ignore[no-untyped-def]
) -> None:
    install(good=brings() + FRAME)
    client = Client()
    asked = f"/plugins/good/token?entity={CHECKOUT}"
    assert client.get(asked).status_code == 302
    client.force_login(person)
    told = client.get(asked)
    assert "no-store" in told["Cache-Control"]
    assert frames.bearer("good", told.json()["token"]).entity == CHECKOUT
    assert client.get("/plugins/good/token?entity=service:default/nothing").status_code == 404
    assert client.get(f"/plugins/other/token?entity={CHECKOUT}").status_code == 404


def test_a_token_is_for_one_plugin_one_person_and_a_quarter_of_an_hour(
    install: Install,
    checkout: Ref,
    person,
    monkeypatch: pytest.MonkeyPatch,  # type: ignore[no-untyped-def]
) -> None:
    install(good=brings(), other=brings())
    token = frames.token("good", CHECKOUT, person)

    def status(plugin: str = "good", text: str = token) -> int:
        return Client().get(f"/plugins/{plugin}/entity", **bearing(text)).status_code

    assert status() == 200
    assert status("other") == 401
    assert status(text=token[:-1] + ("a" if token[-1] != "a" else "b")) == 401
    assert status(text="") == 401
    assert Client().get("/plugins/good/entity").status_code == 401
    signed_in = Client()
    signed_in.force_login(person)
    assert signed_in.get("/plugins/good/entity").status_code == 401, "a session is of no use here"
    assert signed_in.get("/api/v1/me", **bearing(token)).status_code == 401, "nor is the token anywhere else"
    Grant.objects.all().delete()
    assert status() == 404, "who may not see the entity any more does not see it through a frame"
    Person.objects.filter(pk=person.pk).update(is_superuser=True)
    assert status() == 200
    Person.objects.filter(pk=person.pk).update(is_active=False)
    assert status() == 401
    Person.objects.filter(pk=person.pk).update(is_active=True)
    installation.switch("good", enabled=False, by="ada")
    assert status() == 401
    installation.switch("good", enabled=True, by="ada")
    monkeypatch.setattr(frames, "LASTS", frames.LASTS * -1)
    assert status() == 401


def test_a_call_that_is_listed_is_made_with_the_secret_which_nobody_sees(
    install: Install,
    checkout: Ref,
    person,
    tool: Receiver,  # type: ignore[no-untyped-def]
) -> None:
    install(good=brings(f"http://127.0.0.1:{tool.port}"))
    token = frames.token("good", CHECKOUT, person)
    address = "/plugins/good/proxy/costs/v1/services/checkout?currency=EUR"
    lacking = Client().get(address, **bearing(token))
    assert (lacking.status_code, "not filled in" in lacking.json()["error"]) == (400, True)
    installation.fill_in("good", {"token": SECRET}, "ada")
    tool.say("/v1/services/checkout", (200, {"cost": 12, "echo": f"Bearer {SECRET}"}))
    answer = Client().get(address, **bearing(token))
    assert (answer.status_code, json.loads(answer.content)) == (200, {"cost": 12, "echo": "Bearer •••"})
    (made,) = tool.at("/v1/services/checkout")
    assert made.path.endswith("?currency=EUR")
    assert made.headers["authorization"] == f"Bearer {SECRET}"
    assert not made.headers.keys() & {"cookie", "origin", "referer"}


def test_everything_else_is_refused_before_anybody_is_called(
    install: Install, checkout: Ref, person, tool: Receiver
) -> None:  # type: ignore[no-untyped-def]
    install(good=brings(f"http://127.0.0.1:{tool.port}"))
    installation.fill_in("good", {"token": SECRET}, "ada")
    token = frames.token("good", CHECKOUT, person)

    def status(path: str, method: str = "GET", **more: str) -> int:
        return Client().generic(method, f"/plugins/good/proxy/{path}", **{**bearing(token), **more}).status_code

    assert status("costs/v1/services/ledger") == 403, "another entity"
    assert status("costs/v1/services/checkout", "POST") == 403
    assert status("other/v1/services/checkout") == 403
    for path in ("costs/v1/services/checkout/", "costs//v1/services/checkout", "costs/v1/services/%2e%2e",
                 "costs/v1/x/../services/checkout", "costs/v1/notes/a%2fb", "costs/v1/say%3fx"):  # fmt: skip
        assert status(path) in (403, 404), path
    assert status("costs/v1/services/checkout", HTTP_AUTHORIZATION="Bearer nothing") == 401
    assert tool.seen == []
    long = Client().post(
        "/plugins/good/proxy/costs/v1/notes/n", b"x" * 70_000, content_type="application/json", **bearing(token)
    )
    assert long.status_code == 400


def test_a_tool_that_leads_elsewhere_says_too_much_or_is_private_is_refused(
    install: Install,
    checkout: Ref,
    person,
    tool: Receiver,
    settings,  # type: ignore[no-untyped-def]
) -> None:
    install(good=brings(f"http://127.0.0.1:{tool.port}"))
    installation.fill_in("good", {"token": SECRET}, "ada")
    token = frames.token("good", CHECKOUT, person)

    def asked() -> tuple[int, str]:
        answer = Client().get("/plugins/good/proxy/costs/v1/say", **bearing(token))
        return answer.status_code, answer.content.decode()

    tool.say("/v1/say", (302, {}), (200, {"long": "x" * 2**20}))
    assert asked() == (502, '{"error": "the tool leads elsewhere, where a secret is not sent"}')
    assert "more than 1,048,576 bytes" in asked()[1]
    settings.OUTBOUND_ALLOW = Allowed.read([])
    assert asked()[0] == 400


def test_only_plain_paths_are_allowed() -> None:
    proxy = Proxy("p", "https://a.example.com", (("GET", "/a/*/c"), ("GET", "/{kind}/{name}")))
    allowed = [path for path in ("/a/b/c", "/a/b.1/c", "/service/checkout") if proxy.allowed("GET", path, CHECKOUT)]
    assert len(allowed) == 3
    for path in (
        "/a/../c",
        "/a/./c",
        "/a//c",
        "/a/b/c/",
        "a/b/c",
        "/a/b%2f/c",
        "/a/b\\/c",
        "/a/b c/c",
        "/api/checkout",
    ):
        assert not proxy.allowed("GET", path, CHECKOUT), path
