"""identity.yaml: what is understood, what is refused and where, and that no secret is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenboard.core.errors import UserError
from greenboard.core.refs import Ref
from greenboard.identity import configuration
from greenboard.identity.configuration import Identity
from greenboard.identity.placing import Rule, claimed, match, place
from greenboard.project.environment import Environment

GUIDE = Path(__file__).parents[2] / "docs" / "identity.md"


def read(tmp_path: Path, text: str) -> Identity:
    path = tmp_path / "identity.yaml"
    path.write_text(text, encoding="utf-8")
    return configuration.read(path)


def test_the_example_of_the_guide_is_understood(tmp_path):
    (tmp_path / "secret").write_text("hush\n")
    text = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)[1]
    found = read(tmp_path, re.sub(r"/run/secrets/\w+", str(tmp_path / "secret"), text))
    assert [one.id for one in found.providers] == ["company", "okta"]
    assert found.oidc[0].value() == "hush"
    assert found.ldap.start_tls


def test_without_a_file_people_sign_in_by_name_and_password():
    assert configuration.read(None) == Identity()
    assert Identity().local


OIDC = "oidc:\n  - {secret: hush-hush, id: a, title: A, issuer: https://a.example, client_id: x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OIDC + ", isuer: y}\n", "isuer"),
        (OIDC + ", secret_file: /x}\n", "exclude each other"),
        (OIDC + ", groups: [{group: x}]}\n", "name a team, a role, or both"),
        (OIDC + ", groups: [{group: x, team: 'team:*'}]}\n", "only where group has one"),
        (OIDC + "}\n" + OIDC.removeprefix("oidc:\n") + "}\n", "two providers are called 'a'"),
        (OIDC.replace("hush-hush", "[hush-hush]") + "}\n", "secret"),
        ("local: false\n", "name a provider"),
        ("oidc:\n  - {id: scim, title: A, issuer: https://a.example, client_id: x}\n", "not a provider of your own"),
        ("oidc:\n  - {id: a, title: A, issuer: a.example, client_id: x}\n", "issuer"),
        ("saml:\n  - {id: a, title: A, entity_id: x}\n", "metadata_url, or sso_url"),
        ("ldap: {url: 'http://x', people_base: x}\n", "url"),
        ("ldap: {url: 'ldaps://x', people_base: x, start_tls: true}\n", "ldap:// only"),
        ("oidc:\n  - {id: a, title: A, issuer: https://a.example, client_id: x, secret_file: /nowhere}\n", "/nowhere"),
        ("a: 1\n---\nb: 2\n", "not exactly one"),
    ],
)
def test_a_mistake_is_refused_and_no_secret_is_told(tmp_path, text, said):
    with pytest.raises(UserError) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)
    assert "hush-hush" not in str(refused.value)


def test_secrets_are_in_no_representation(tmp_path):
    found = read(tmp_path, OIDC + "}\n")
    assert "hush-hush" not in f"{found!r} {found} {found.model_dump_json()}"


def test_the_environment_names_the_file(tmp_path):
    with pytest.raises(UserError, match="cannot be read"):
        Environment.read({"GREENBOARD_IDENTITY": str(tmp_path / "nowhere.yaml")})
    with pytest.raises(UserError, match="GREENBOARD_PROXIES"):
        Environment.read({"GREENBOARD_PROXIES": "two"})


def test_groups_mean_what_the_rules_say():
    rules = [Rule("team-*", "team:default/*"), Rule("admins", None, "administrator"), Rule("*-leads", "team:x/leads")]
    found = place(["Team-Payments & More", "ADMINS", "pay-leads", "lunch"], rules)
    assert found.teams == {Ref.parse("team:payments-more"), Ref.parse("team:x/leads")}
    assert found.roles == {"administrator"}


@given(st.text(max_size=40))
def test_any_group_is_placed_or_means_nothing(group):
    found = place([group], [Rule("*", "team:default/*"), Rule("a*b", "team:default/x-*", "viewer")])
    assert all(team.kind == "team" for team in found.teams)
    assert len(found.teams) <= 2


@given(st.text(max_size=20), st.text(min_size=1, max_size=20), st.text(max_size=20))
def test_a_star_stands_for_what_is_between(before, inside, after):
    pattern = f"{before.replace('*', '')}*{after.replace('*', '')}"
    group = pattern.replace("*", inside, 1)
    assert match(pattern, group) is not None


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (["a", "b", "a"], ("a", "b")),
        ("a", ("a",)),
        ("", ()),
        (None, ()),
        ([{"name": "a"}, {"display": "b"}, {"value": "c"}, {}, 7, None], ("a", "b", "c")),
        ({"a": 1}, ()),
        (7, ()),
    ],
)
def test_claims_of_groups_come_in_many_shapes(value, groups):
    assert claimed(value) == groups
