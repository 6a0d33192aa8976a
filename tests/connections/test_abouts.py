"""Messages that name what is no subject: a manifest has to say how it is read, and whose it is."""

from __future__ import annotations

import httpx2
import pytest
from tests.connections import vendor

from greenboard.core.errors import UserErrors
from greenboard.facts.types import Partial

STREAMS = {
    "services": {"get": "/services", "items": "services"},
    "parts": {"get": "/parts", "items": "parts", "one": {"get": "/parts/{id}"}},
    "checks": {"get": "/parts/{parent.id}/checks", "for_each": {"stream": "parts"}},
}
HOOK = {"family": "hub_sha256", "secret": "key"}


def made(tmp_path, **refresh):
    return vendor.integration(
        tmp_path,
        streams=STREAMS,
        permissions=[{"name": "read", "streams": list(STREAMS)}],
        webhook={**HOOK, "refresh": [{"id": "part.id", **refresh}]},
    )


def test_a_part_of_a_service_names_the_service(tmp_path):
    about = made(tmp_path, stream="parts", about={"services": "service"}).plan.abouts["parts"]
    assert (about.through, list(about.ids)) == ("", ["services"])
    assert made(tmp_path, stream="parts", through="checks", about={"services": "service"}).plan.abouts["parts"].through


@pytest.mark.parametrize(
    ("refresh", "said"),
    [
        ({"stream": "parts"}, "unknown stream of a subject 'parts'"),
        ({"stream": "checks", "about": {"services": "service"}}, "one record of 'checks' cannot be read"),
        ({"stream": "parts", "about": {"parts": "id"}}, "unknown stream of a subject 'parts'"),
        ({"stream": "parts", "about": {"services": "service["}}, "about.services: no expression"),
        (
            {"stream": "parts", "through": "services", "about": {"services": "service"}},
            "'services' does not hang on 'parts'",
        ),
    ],
)
def test_what_a_message_cannot_mean_is_told_with_its_place(tmp_path, refresh, said):
    with pytest.raises(UserErrors) as refused:
        made(tmp_path, **refresh)
    assert any(said in str(one) and "integration.yaml:" in str(one) for one in refused.value.errors)


def test_an_account_is_told_by_a_call_or_by_code(tmp_path):
    api = {**vendor.BASE["api"], "account": {"show": "login"}}
    with pytest.raises(UserErrors) as refused:
        vendor.integration(tmp_path, api=api)
    assert "either get or code" in str(refused.value.errors[0])


def test_what_hangs_on_what_a_message_names_is_read_again_whatever_failed_elsewhere(tmp_path):
    made = vendor.integration(
        tmp_path,
        streams={
            "regions": {"get": "/regions", "items": "regions"},
            "machines": {"get": "/regions/{parent.id}/machines", "items": "machines", "for_each": {"stream": "regions"}},
            "services": {"get": "/services", "items": "services"},
        },
        facts=[{"type": "workload", "about": "service", "from": "machines", "of": "service", "map": {"name": "id"}}],
        webhook={**HOOK, "refresh": [
            {"stream": "regions", "id": "region", "through": "machines", "about": {"services": "service"}}
        ]},
    )  # fmt: skip
    machines = {"eu": ["m1"], "us": ["m2"]}

    def answer(request):
        parts = request.url.path.split("/")
        if parts[-1] == "machines":
            if parts[2] == "cn":
                return httpx2.Response(403)
            return {"machines": [{"id": one, "service": "a"} for one in machines[parts[2]]]}
        if parts[1] == "regions":
            return {"regions": [{"id": one} for one in ("eu", "us", "cn")]}
        return {"services": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}

    work, tool = tmp_path / "work.sqlite3", vendor.Vendor(answer)
    first = tool.collect(made, work=work)
    assert {one["name"] for one in first.facts["workload", "a"]} == {"m1", "m2"}
    machines["eu"] = ["m3"]
    tool.asked.clear()
    told = tool.collect(made, work=work, only={"regions": ("eu",)})
    assert tool.asked == ["/regions/eu/machines", "/services"]
    assert {one["name"] for one in told.facts["workload", "a"]} == {"m3", "m2"}
    assert isinstance(told.facts["workload", "a"], Partial), "of one region nothing is known"
    assert ("workload", "b") not in told.facts
