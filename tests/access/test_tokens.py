"""Tokens: shown once, kept as digests, no stronger than their owner, dead with whatever ends."""

import hmac
import importlib
from datetime import timedelta

import pytest
from django.test import Client

from greenboard.access import tokens
from greenboard.access.decide import Permission, Sight, may, sight
from greenboard.access.limits import Buckets, TooMany
from greenboard.access.models import Entry, Token
from greenboard.access.tokens import Wish
from greenboard.api import guard
from greenboard.core import clock
from greenboard.core.errors import UserError
from greenboard.core.refs import Ref

cast = importlib.import_module("tests.access.cast")
pytestmark = pytest.mark.django_db
VOCABULARY = "/api/v1/vocabulary"


@pytest.fixture
def ada():
    return cast.person("ada")


def made(owner, *permissions, by=None, **more):
    return tokens.make(owner, Wish("a test", permissions or (Permission.READ,), **more), by or owner)


def call(text, path=VOCABULARY, method="GET", **headers):
    return Client().generic(method, path, headers={"Authorization": f"Bearer {text}", **headers})


def test_a_token_asks_in_the_place_of_its_owner(ada):
    _, text = made(ada)
    assert call(text).status_code == 200


def test_only_a_digest_is_kept_and_the_log_has_no_part_of_it(ada):
    token, text = made(ada)
    secret = text.rpartition("_")[2]
    assert secret not in str(Token.objects.values())
    assert secret not in str(Entry.objects.values())
    assert token.digest != text


@pytest.mark.parametrize(
    "wrong",
    [
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("gb_", "gb_0", 1),
        lambda text: text.upper(),
        lambda text: text + "\x00",
        lambda text: "",
        lambda text: "gb_" + "0" * 8 + "_" + "A" * 43,
    ],
)
def test_what_is_not_the_token_is_refused(ada, wrong):
    _, text = made(ada)
    answer = call(wrong(text))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_digests_are_compared_in_constant_time_also_when_no_token_has_the_prefix(ada, monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(tokens.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b))
    _, text = made(ada)
    assert tokens.authenticate(text, clock.now())
    assert not tokens.authenticate("gb_" + "0" * 8 + "_" + "A" * 43, clock.now())
    assert [len(one) for pair in compared for one in pair] == [64] * 4


def test_a_token_ends_when_it_expires(ada):
    now = clock.now()
    _, text = made(ada, expires_at=now + timedelta(days=1))
    assert tokens.authenticate(text, now)
    assert not tokens.authenticate(text, now + timedelta(days=1))


def test_a_token_ends_when_it_is_revoked(ada):
    token, text = made(ada)
    tokens.revoke(token)
    assert call(text).status_code == 401
    tokens.revoke(token)
    assert Entry.objects.filter(action="token.revoked").count() == 1


def test_a_token_is_dead_while_its_owner_is_closed(ada):
    _, text = made(ada)
    type(ada).objects.filter(pk=ada.pk).update(is_active=False)
    assert call(text).status_code == 401


def test_a_token_of_a_service_account_may_what_is_granted_to_that(ada):
    root, service = cast.person("root", is_superuser=True), cast.service()
    _, text = made(service, Permission.READ, by=root)
    assert call(text).status_code == 403
    cast.granted("viewer", service=service)
    assert call(text).status_code == 200
    type(service).objects.update(active=False)
    assert call(text).status_code == 401


def test_a_token_may_no_more_than_it_says_and_no_more_than_its_owner(ada):
    cast.granted("maintainer", person=ada)
    ada = cast.again(ada)
    _, text = made(ada, Permission.READ, Permission.RULES_WRITE)
    bearer = tokens.authenticate(text, clock.now())
    assert may(bearer, Permission.RULES_WRITE)
    assert not may(bearer, Permission.HOOKS_MANAGE)
    ada.grants.all().delete()
    assert not may(tokens.authenticate(text, clock.now()), Permission.RULES_WRITE)


def test_a_token_of_an_administrator_is_none(ada):
    root = cast.person("root", is_superuser=True)
    _, text = made(root, Permission.READ)
    bearer = tokens.authenticate(text, clock.now())
    assert {one for one in Permission if may(bearer, one)} == {Permission.READ}


def test_a_token_with_a_scope_sees_what_is_in_that_and_in_its_owners(ada):
    cast.nothing_for_everyone()
    payments, commerce = Ref("team", "default", "payments"), Ref("domain", "default", "commerce")
    cast.granted("viewer", str(commerce), person=ada)
    _, text = made(ada, scope=str(payments))
    bearer = tokens.authenticate(text, clock.now())
    assert sight(bearer) == Sight((frozenset({commerce}), frozenset({payments})))


def test_a_token_with_a_scope_is_good_for_nothing_about_the_whole(ada):
    _, text = made(ada, Permission.READ, Permission.RULES_PREVIEW, scope="team:payments")
    assert not may(tokens.authenticate(text, clock.now()), Permission.RULES_PREVIEW)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (Wish("", [Permission.READ]), "needs a name"),
        (Wish("a\nb", [Permission.READ]), "needs a name"),
        (Wish("x", []), "needs a permission"),
        (Wish("x", [Permission.TOKENS_OWN]), "cannot make tokens"),
        (Wish("x", [Permission.RULES_WRITE]), "do not hold rules.write"),
        (Wish("x", [Permission.READ], "not a reference"), "not a reference|without a kind"),
        (Wish("x", [Permission.READ], "", clock.now() - timedelta(days=1)), "ends within a year"),
        (Wish("x", [Permission.READ], "", clock.now() + timedelta(days=900)), "ends within a year"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_whole(ada, wish, said):
    with pytest.raises(UserError, match=said):
        tokens.make(ada, wish, ada)
    assert not Token.objects.exists()


def test_nobody_makes_tokens_of_others_without_managing_access(ada):
    with pytest.raises(UserError, match="may not make this token"):
        made(cast.person("bob"), by=ada)
    with pytest.raises(UserError, match="may not make this token"):
        made(cast.service(), by=ada)


def test_the_last_use_is_noted_at_most_once_a_minute(ada):
    token, text = made(ada)
    start = clock.now()
    for seconds in (0, 30, 59):
        tokens.authenticate(text, start + timedelta(seconds=seconds))
    assert cast.again(token).last_used_at == start
    tokens.authenticate(text, start + timedelta(seconds=60))
    assert cast.again(token).last_used_at == start + timedelta(seconds=60)


def test_with_a_token_no_csrf_token_is_needed_and_without_either_it_is(ada):
    cast.granted("maintainer", person=ada)
    _, text = made(cast.again(ada), Permission.RULES_WRITE)
    client = Client(enforce_csrf_checks=True)
    path = "/api/v1/scorecards/none/rules/none"
    told = client.put(path, "{}", content_type="application/json", headers={"Authorization": f"Bearer {text}"})
    assert told.status_code == 422
    client.force_login(ada)
    assert client.put(path, "{}", content_type="application/json").status_code == 403


def test_a_session_beside_a_wrong_token_does_not_help(ada):
    client = Client()
    client.force_login(ada)
    assert client.get(VOCABULARY, headers={"Authorization": "Bearer gb_wrong"}).status_code == 401


def test_who_saved_a_rule_by_token_is_its_owner_in_the_log(ada):
    from greenboard.access import origin
    from greenboard.access.origin import Origin

    token, text = made(ada)
    bearer = tokens.authenticate(text, clock.now())
    assert origin._actor(bearer) == ("person", f"ada by token {token.prefix}")
    assert isinstance(origin.current(), Origin)


def test_who_asks_too_often_is_told_when_to_ask_again(ada, monkeypatch):
    monkeypatch.setattr(guard, "_buckets", Buckets(2))
    _, text = made(ada)
    assert [call(text).status_code for _ in range(3)] == [200, 200, 429]
    answer = call(text)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert 1 <= int(answer.headers["Retry-After"]) <= 30
    _, other = made(ada)
    assert call(other).status_code == 200


def test_a_bucket_fills_again_within_a_minute():
    buckets = Buckets(60)
    for _ in range(60):
        buckets.take(1, 0.0)
    with pytest.raises(TooMany) as refused:
        buckets.take(1, 0.0)
    assert refused.value.seconds == 1
    buckets.take(1, 1.0)
    with pytest.raises(TooMany):
        buckets.take(1, 1.0)
    for _ in range(60):
        buckets.take(1, 100.0)


def test_a_rate_of_none_is_no_limit():
    buckets = Buckets(0)
    for _ in range(10_000):
        buckets.take(1, 0.0)
