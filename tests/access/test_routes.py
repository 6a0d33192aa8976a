"""Every address of the site asks the one place that decides; what each role may reach is in these tables.

A page or operation that has no line here fails the tests, as does a line without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja import Router

from greenboard.access.decide import Permission
from greenboard.access.models import Grant, Person, Role
from greenboard.api import app
from greenboard.core import clock

OPEN = {
    "health",
    "sign-in",
    "account_login",
    "mfa_authenticate",
    "oidc_login",
    "openid_connect_callback",
    "saml_login",
    "saml_acs",
    "saml_finish_acs",
    "saml_metadata",
    "saml_sls",
    "sign-out",
    "api-root",
    "badge",
    "answer",
    "plugin-entity",
    "plugin-proxy",
}
"""Whether it runs, the ways in and out, an address of the API at which nothing is, and what asks itself who may see it:
badges (`tests/reports/test_badges.py`), links in letters (`tests/workflows/test_answers.py`), and what frames ask for
(`tests/plugins/test_frames.py`)."""

OWN = {
    "account",
    "inbox",
    "inbox-read",
    "inbox-line",
    "inbox-mark",
    "inbox-unmark",
    "notifications",
    "notifications-save",
    "mfa_index",
    "mfa_list_webauthn",
    "session-end",
    "provider-remove",
    "account_change_password",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_remove_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "plugin-page",
}
"""The pages of one's own account, for whoever is signed in; those of plugins name a permission: `tests/plugins`."""

ROLES = ("viewer", "member", "maintainer", "administrator")
"""Each may all that those before it may."""

PAGES = {
    "api-reference": "viewer",
    "board": "viewer",
    "mine": "viewer",
    "catalog": "viewer",
    "catalog-csv": "viewer",
    "catalog-json": "viewer",
    "ownership": "viewer",
    "ownership-csv": "viewer",
    "ownership-json": "viewer",
    "results": "viewer",
    "results-csv": "viewer",
    "results-json": "viewer",
    "entity": "viewer",
    "packages": "viewer",
    "scorecards": "viewer",
    "scorecard": "viewer",
    "rule-new": "viewer",
    "rule": "viewer",
    "rule-edit": "viewer",
    "fact-types": "viewer",
    "fact-type": "viewer",
    "fact-type-new": "maintainer",
    "fact-type-check": "maintainer",
    "fact-type-edit": "maintainer",
    "fact-type-retire": "maintainer",
    "fact-sources": "viewer",
    "reports": "viewer",
    "reporting": "viewer",
    "report": "viewer",
    "report-csv": "viewer",
    "report-xlsx": "viewer",
    "report-pdf": "viewer",
    "report-json": "viewer",
    "report-as": "viewer",
    "views": "viewer",
    "view-make": "viewer",
    "view-change": "viewer",
    "view-remove": "viewer",
    "view-mail": "viewer",
    "view-mail-end": "viewer",
    "badge-key": "member",
    "badge-key-revoke": "member",
    "integrations": "member",
    "integration-quality": "member",
    "connections": "member",
    "connection": "member",
    "connection-progress": "member",
    "collection": "member",
    "discovery": "member",
    "connection-new": "maintainer",
    "connection-edit": "maintainer",
    "connection-test": "maintainer",
    "connection-remove": "maintainer",
    "connection-collect": "maintainer",
    "collection-stop": "maintainer",
    "removal-decide": "maintainer",
    "discovery-decide": "maintainer",
    "reviews": "viewer",
    "review": "viewer",
    "review-new": "member",
    "review-make": "member",
    "review-templates": "viewer",
    "review-learn": "viewer",
    "review-template": "viewer",
    "review-triage": "maintainer",
    "review-assign": "member",
    "review-answer": "member",
    "review-answers": "member",
    "review-comment": "member",
    "review-finding": "member",
    "review-section": "member",
    "review-decide": "maintainer",
    "review-sign": "maintainer",
    "review-resume": "maintainer",
    "review-condition": "member",
    "review-withdraw": "member",
    "review-follow": "member",
    "review-signed": "viewer",
    "review-file-pdf": "viewer",
    "review-file-md": "viewer",
    "review-file-json": "viewer",
    "past-reviews": "viewer",
    "past-review": "viewer",
    "past-review-file-pdf": "viewer",
    "past-review-file-md": "viewer",
    "past-review-file-json": "viewer",
    "campaigns": "viewer",
    "campaign": "viewer",
    "campaign-csv": "viewer",
    "campaign-new": "maintainer",
    "campaign-edit": "maintainer",
    "campaign-end": "maintainer",
    "campaign-dry-run": "maintainer",
    "scaffolds": "member",
    "scaffold": "member",
    "scaffold-fields": "member",
    "scaffold-update": "member",
    "makings": "member",
    "making": "member",
    "making-progress": "member",
    "making-download": "member",
    "making-retry": "member",
    "making-update": "member",
    "scaffold-sources": "maintainer",
    "scaffold-source-put": "maintainer",
    "scaffold-source-look": "maintainer",
    "scaffold-source-remove": "maintainer",
    "scaffold-connection": "maintainer",
    "workflows": "member",
    "workflow": "member",
    "workflow-fields": "member",
    "workflow-switch": "maintainer",
    "workflow-edit": "maintainer",
    "workflow-new": "maintainer",
    "workflow-check": "maintainer",
    "workflow-part": "maintainer",
    "workflow-try": "maintainer",
    "workflow-version": "member",
    "workflow-secrets": "maintainer",
    "workflow-secret-put": "maintainer",
    "workflow-secret-remove": "maintainer",
    "workflow-runs": "member",
    "workflow-run": "member",
    "run-delegate": "member",
    "run-file": "member",
    "run-progress": "member",
    "run-answer": "member",
    "run-go-on": "member",
    "run-cancel": "member",
    "attestations": "viewer",
    "attestation": "viewer",
    "attestation-file": "viewer",
    "attestation-new": "member",
    "attestation-confirm": "member",
    "attestation-refuse": "member",
    "attestation-revoke": "member",
    "attestation-register-open": "administrator",
    "attestation-register-close": "administrator",
    "palette": "viewer",
    "exemptions": "viewer",
    "exemptions-csv": "viewer",
    "exemptions-json": "viewer",
    "exemption": "viewer",
    "exemption-new": "member",
    "exemption-renew": "member",
    "exemption-withdraw": "member",
    "exemption-decide": "maintainer",
    "tokens": "viewer",
    "token-make": "viewer",
    "token-revoke": "viewer",
    "people": "member",
    "person": "member",
    "people-make": "administrator",
    "person-close": "administrator",
    "person-open": "administrator",
    "person-join": "administrator",
    "person-leave": "administrator",
    "identities": "member",
    "identities-decide": "administrator",
    "access": "member",
    "access-grant": "administrator",
    "access-revoke": "administrator",
    "access-role": "administrator",
    "access-role-delete": "administrator",
    "access-service": "administrator",
    "access-service-close": "administrator",
    "access-service-open": "administrator",
    "channels": "maintainer",
    "channel-new": "maintainer",
    "channel": "maintainer",
    "channel-change": "maintainer",
    "channel-test": "maintainer",
    "channel-remove": "maintainer",
    "route-new": "maintainer",
    "route-make": "maintainer",
    "route": "maintainer",
    "route-change": "maintainer",
    "route-remove": "maintainer",
    "team-channel": "maintainer",
    "team-channel-save": "maintainer",
    "team-channel-drop": "maintainer",
    "messages": "maintainer",
    "message-again": "maintainer",
    "hooks": "maintainer",
    "hook": "maintainer",
    "hook-make": "maintainer",
    "hook-change": "maintainer",
    "hook-close": "maintainer",
    "hook-open": "maintainer",
    "hook-secret": "maintainer",
    "hook-test": "maintainer",
    "hook-remove": "maintainer",
    "hook-again": "maintainer",
    "inlet-make": "administrator",
    "inlet-close": "administrator",
    "inlet-open": "administrator",
    "inlet-remove": "administrator",
    "plugin-token": "viewer",
    "plugins": "administrator",
    "plugin": "administrator",
    "plugin-switch": "administrator",
    "plugin-settings": "administrator",
    "audit": "administrator",
    "audit-csv": "administrator",
    "audit-jsonl": "administrator",
}
"""The lowest role that may open each page, or send each form."""

SIGNED = {
    "/hooks/in/{name}",
    "/connections/{name}/messages",
    "/workflows/callbacks/{token}",
    "/channels/{int:number}/slack",
}
"""The operations that ask for a signature instead of a session or token: `tests/api/test_hooks.py` and
`tests/collection/test_hearing.py` are about them."""

MYSELF = {
    "/me",
    "/inbox",
    "/inbox/read",
    "/inbox/{int:number}/read",
    "/inbox/{int:number}/unread",
    "/notifications",
}
"""The operation about whoever asks: for everybody who is known, whatever they may."""

_FORMS = (
    r"token-(make|revoke)",
    r"people-make|person-(close|open|join|leave)",
    r"access-.+|identities-.+|(hook|inlet)-.+",
    r"channel-(change|test|remove)|route-(make|change|remove)|team-channel-(save|drop)|message-again",
    r"review-(make|triage|assign|answer|answers|comment|finding|section|decide|sign|resume|condition|withdraw|follow)",
    r"campaign-end",
    r"exemption-(decide|withdraw)",
    r"attestation-(confirm|refuse|revoke|register-open|register-close)",
    r"fact-type-(check|retire)",
    r"connection-(test|remove|collect)|collection-stop|removal-decide|discovery-decide",
    r"plugin-(switch|settings)",
    r"view-(make|change|remove|mail|mail-end)|badge-key.*",
    r"workflow-(fields|switch|check|part|try|secret-put|secret-remove)|run-(answer|delegate|go-on|cancel)",
    r"scaffold-(fields|update|connection|source-(put|look|remove))|making-(retry|update)",
)
FORMS = re.compile("|".join(_FORMS))
"""The pages that take POST only."""

OPERATIONS = {
    "GET /entities": "viewer",
    "GET /entities/{kind}/{namespace}/{name}": "viewer",
    "PUT /entities/{kind}/{namespace}/{name}": "member",
    "DELETE /entities/{kind}/{namespace}/{name}": "member",
    "GET /entities/{kind}/{namespace}/{name}/history": "viewer",
    "GET /entities/{kind}/{namespace}/{name}/badge-key": "member",
    "POST /entities/{kind}/{namespace}/{name}/badge-key": "member",
    "DELETE /entities/{kind}/{namespace}/{name}/badge-key": "member",
    "GET /holes": "viewer",
    "GET /relations": "viewer",
    "PUT /relations": "member",
    "DELETE /relations": "member",
    "GET /teams": "viewer",
    "GET /kinds": "viewer",
    "GET /tags": "viewer",
    "GET /facts": "viewer",
    "POST /facts": "member",
    "POST /reports": "member",
    "GET /gaps": "viewer",
    "GET /fact-types": "viewer",
    "GET /fact-types/{name}": "viewer",
    "GET /fact-types/{name}/schema": "viewer",
    "POST /fact-types/{name}/check": "viewer",
    "PUT /fact-types/{name}": "maintainer",
    "DELETE /fact-types/{name}": "maintainer",
    "GET /results": "viewer",
    "GET /levels": "viewer",
    "GET /changes": "viewer",
    "GET /entities/{kind}/{namespace}/{name}/judgement": "viewer",
    "POST /rules/check": "viewer",
    "POST /rules/preview": "viewer",
    "POST /scorecards/preview": "viewer",
    "POST /rules/backtest": "viewer",
    "GET /scorecards": "viewer",
    "GET /scorecards/{scorecard}": "viewer",
    "GET /scorecards/{scorecard}/rules": "viewer",
    "GET /scorecards/{scorecard}/trend": "viewer",
    "GET /scorecards/{scorecard}/rules/{rule}": "viewer",
    "PUT /scorecards/{scorecard}/rules/{rule}": "maintainer",
    "DELETE /scorecards/{scorecard}/rules/{rule}": "maintainer",
    "GET /vocabulary": "viewer",
    "POST /bulk": "member",
    "GET /team-channels": "maintainer",
    "PUT /team-channels": "maintainer",
    "DELETE /team-channels": "maintainer",
    "GET /channels": "maintainer",
    "POST /channels": "maintainer",
    "GET /channels/{int:number}": "maintainer",
    "PUT /channels/{int:number}": "maintainer",
    "DELETE /channels/{int:number}": "maintainer",
    "POST /channels/{int:number}/test": "maintainer",
    "GET /routes": "maintainer",
    "POST /routes": "maintainer",
    "PUT /routes/{int:number}": "maintainer",
    "DELETE /routes/{int:number}": "maintainer",
    "GET /messages": "maintainer",
    "POST /messages/{int:number}/again": "maintainer",
    "GET /hooks": "maintainer",
    "POST /hooks": "maintainer",
    "GET /hooks/{int:number}": "maintainer",
    "PUT /hooks/{int:number}": "maintainer",
    "DELETE /hooks/{int:number}": "maintainer",
    "POST /hooks/{int:number}/secret": "maintainer",
    "POST /hooks/{int:number}/test": "maintainer",
    "GET /hooks/{int:number}/deliveries": "maintainer",
    "POST /hooks/{int:number}/deliveries/{int:delivery}/again": "maintainer",
    "GET /integrations": "member",
    "GET /integrations/{name}": "member",
    "GET /connections": "member",
    "POST /connections": "maintainer",
    "GET /connections/{name}": "member",
    "PUT /connections/{name}": "maintainer",
    "DELETE /connections/{name}": "maintainer",
    "POST /connections/{name}/test": "maintainer",
    "GET /connections/{name}/budget": "member",
    "GET /connections/{name}/collections": "member",
    "POST /connections/{name}/collections": "maintainer",
    "GET /connections/{name}/collections/{int:number}": "member",
    "POST /connections/{name}/collections/{int:number}/stop": "maintainer",
    "GET /connections/{name}/removals": "member",
    "POST /connections/{name}/removals/{int:number}": "maintainer",
    "GET /connections/{name}/absent": "member",
    "GET /connections/{name}/subjects": "member",
    "POST /connections/{name}/subjects/{int:number}": "maintainer",
    "GET /scaffolds": "member",
    "GET /scaffolds/{name}": "member",
    "POST /scaffolds/{name}/makings": "member",
    "GET /scaffolds/{name}/behind": "member",
    "POST /scaffolds/{name}/updates": "member",
    "GET /scaffold-makings": "member",
    "GET /scaffold-makings/{int:number}": "member",
    "GET /scaffold-makings/{int:number}/files": "member",
    "POST /scaffold-makings/{int:number}/retry": "member",
    "GET /scaffold-sources": "maintainer",
    "PUT /scaffold-sources/{name}": "maintainer",
    "POST /scaffold-sources/{name}/look": "maintainer",
    "DELETE /scaffold-sources/{name}": "maintainer",
    "GET /plugins": "administrator",
    "PUT /plugins/{name}/enabled": "administrator",
    "GET /plugins/{name}/settings": "administrator",
    "PUT /plugins/{name}/settings": "administrator",
    "GET /scaffold-connections": "maintainer",
    "PUT /scaffold-connections/{name}": "maintainer",
    "GET /workflows": "member",
    "GET /workflows/{name}": "member",
    "GET /workflows/{name}/versions": "member",
    "PUT /workflows/{name}": "maintainer",
    "POST /workflows/{name}/check": "maintainer",
    "PUT /workflows/{name}/enabled": "maintainer",
    "POST /workflows/{name}/runs": "member",
    "POST /workflows/{name}/dry-run": "member",
    "GET /workflow-secrets": "maintainer",
    "PUT /workflow-secrets/{name}": "maintainer",
    "DELETE /workflow-secrets/{name}": "maintainer",
    "GET /workflow-runs": "member",
    "GET /workflow-runs/{int:number}": "member",
    "GET /workflow-runs/{int:number}/files/{name}": "member",
    "POST /workflow-runs/{int:number}/answer": "member",
    "POST /workflow-runs/{int:number}/delegate": "member",
    "POST /workflow-runs/{int:number}/retry": "member",
    "POST /workflow-runs/{int:number}/skip": "member",
    "POST /workflow-runs/{int:number}/cancel": "member",
    "GET /inlets": "maintainer",
    "POST /inlets": "administrator",
    "POST /inlets/{name}/close": "administrator",
    "POST /inlets/{name}/open": "administrator",
    "DELETE /inlets/{name}": "administrator",
    "GET /campaigns": "viewer",
    "POST /campaigns": "maintainer",
    "POST /campaigns-preview": "maintainer",
    "GET /campaigns/{name}": "viewer",
    "PUT /campaigns/{name}": "maintainer",
    "POST /campaigns/{name}/end": "maintainer",
    "GET /campaigns/{name}/teams": "viewer",
    "GET /campaigns/{name}/pairs": "viewer",
    "GET /campaigns/{name}/points": "viewer",
    "GET /campaigns/{name}/tickets": "viewer",
    "GET /campaigns/{name}/dry-run": "maintainer",
    "GET /exemptions": "viewer",
    "POST /exemptions": "member",
    "POST /exemptions/bulk": "member",
    "POST /exemptions/decide": "maintainer",
    "GET /exemptions/{int:number}": "viewer",
    "POST /exemptions/{int:number}/approve": "maintainer",
    "POST /exemptions/{int:number}/deny": "maintainer",
    "POST /exemptions/{int:number}/revoke": "maintainer",
    "POST /exemptions/{int:number}/withdraw": "member",
    "POST /exemptions/{int:number}/renew": "member",
    "GET /attestations": "viewer",
    "POST /attestations": "member",
    "GET /attestations/{int:number}": "viewer",
    "POST /attestations/{int:number}/confirm": "member",
    "POST /attestations/{int:number}/refuse": "member",
    "POST /attestations/{int:number}/revoke": "member",
    "GET /attestations/{int:number}/files/{int:piece}": "viewer",
    "POST /attestation-files": "member",
    "GET /attestation-policies": "viewer",
    "GET /attestation-register": "viewer",
    "PUT /attestation-register/{item}": "administrator",
    "DELETE /attestation-register/{item}": "administrator",
    "GET /people": "member",
    "POST /people": "administrator",
    "GET /people/{name}": "member",
    "POST /people/{name}/close": "administrator",
    "POST /people/{name}/open": "administrator",
    "POST /people/{name}/teams": "administrator",
    "DELETE /people/{name}/teams/{int:number}": "administrator",
    "GET /handles": "member",
    "POST /handles": "administrator",
    "POST /handles/suggest": "administrator",
    "POST /handles/{int:number}": "administrator",
    "GET /roles": "member",
    "PUT /roles/{name}": "administrator",
    "DELETE /roles/{name}": "administrator",
    "GET /grants": "member",
    "POST /grants": "administrator",
    "DELETE /grants/{int:number}": "administrator",
    "GET /service-accounts": "member",
    "POST /service-accounts": "administrator",
    "POST /service-accounts/{name}/close": "administrator",
    "POST /service-accounts/{name}/open": "administrator",
    "GET /tokens": "viewer",
    "POST /tokens": "viewer",
    "DELETE /tokens/{prefix}": "viewer",
    "GET /service-accounts/{name}/tokens": "administrator",
    "POST /service-accounts/{name}/tokens": "administrator",
    "DELETE /service-accounts/{name}/tokens/{prefix}": "administrator",
    "GET /audit": "administrator",
    "GET /reviews": "viewer",
    "POST /reviews": "member",
    "GET /reviews/templates": "viewer",
    "GET /reviews/gate": "viewer",
    "POST /reviews/gate": "viewer",
    "GET /reviews/past": "viewer",
    "GET /reviews/past/{int:number}": "viewer",
    "GET /reviews/past/{int:number}/evidence": "viewer",
    "GET /reviews/{int:number}": "viewer",
    "GET /reviews/{int:number}/signatures/{int:signature}/evidence": "viewer",
    "GET /reviews/{int:number}/signatures/{int:signature}/verification": "viewer",
    "POST /reviews/{int:number}/triage": "maintainer",
    "PUT /reviews/{int:number}/answers/{name}": "member",
    "DELETE /reviews/{int:number}/answers/{name}": "member",
    "POST /reviews/{int:number}/sections/{name}": "member",
    "POST /reviews/{int:number}/comments": "member",
    "POST /reviews/{int:number}/findings": "member",
    "POST /reviews/{int:number}/findings/{int:finding}": "member",
    "POST /reviews/{int:number}/decision": "maintainer",
    "DELETE /reviews/{int:number}/decision": "maintainer",
    "POST /reviews/{int:number}/signatures": "maintainer",
    "POST /reviews/{int:number}/conditions/{int:condition}": "member",
    "POST /reviews/{int:number}/next-stage": "member",
    "POST /reviews/{int:number}/withdrawal": "member",
    "GET /reporting": "viewer",
    "GET /reporting/{name}": "viewer",
    "GET /report-views": "viewer",
    "POST /report-views": "viewer",
    "GET /report-views/{int:number}": "viewer",
    "PUT /report-views/{int:number}": "viewer",
    "DELETE /report-views/{int:number}": "viewer",
    "POST /report-views/{int:number}/schedules": "viewer",
    "DELETE /report-views/{int:number}/schedules/{int:schedule}": "viewer",
    "GET /openapi.json": "viewer",
}
"""The lowest role that may call each operation of the API."""


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


def pages() -> Iterator[tuple[str, str, str]]:
    """Name, method and an address of every page that is not open to all."""
    for path, one in patterns(get_resolver()):
        if not path.startswith(("api/v1/", "scim/v2/")) and one.name not in OPEN | OWN:
            address = re.sub(r"<int:\w+>", "1", re.sub(r"<str:\w+>", "x", path))
            yield str(one.name), "POST" if FORMS.fullmatch(str(one.name)) else "GET", f"/{address}"


def operations() -> Iterator[tuple[str, str, str]]:
    """Name, method and an address of every operation."""
    for path, operation in app.operations():
        if path in SIGNED | MYSELF:
            continue
        for method in operation.methods:
            address = re.sub(r"\{[^}]*\}", "x", re.sub(r"\{int:\w+\}", "1", path))
            yield f"{method} {path}", method, f"/api/v1{address}"


def test_every_page_names_a_permission() -> None:
    routes = [(path, one) for path, one in patterns(get_resolver()) if not path.startswith("api/v1/")]
    assert len(routes) > 10
    bare = [path for path, one in routes if one.name not in OPEN and not hasattr(one.callback, "permission")]
    assert bare == []


def test_pages_of_ones_own_account_are_for_whoever_is_signed_in_and_scim_for_who_may_provision() -> None:
    named = {one.name: one.callback for _, one in patterns(get_resolver())}
    assert {name for name, view in named.items() if getattr(view, "permission", "") is None} == OWN
    scim = {one.callback.permission for path, one in patterns(get_resolver()) if path.startswith("scim/v2/")}
    assert scim == {Permission.PEOPLE_PROVISION}


@pytest.mark.django_db
def test_ones_own_account_is_reached_without_any_grant_and_by_no_stranger() -> None:
    Grant.objects.all().delete()
    client = Client()
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"
    assert client.get("/api/v1/me").status_code == 401
    client.force_login(Person.objects.create_user("nobody", password="a long password"))
    assert client.get("/account").status_code == 200
    assert client.get("/api/v1/me").json()["permissions"] == []


def test_every_operation_of_the_api_names_a_permission() -> None:
    assert app.unguarded() == []
    known = {path.strip("/").replace("{", "<").replace("}", ">") for path, _ in app.operations()}
    routed = {path.removeprefix("api/v1/") for path, one in patterns(get_resolver()) if path.startswith("api/v1/")}
    assert routed - {""} == known


def test_an_operation_without_one_is_found(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    router = Router()
    router.get("/open")(lambda request: None)
    monkeypatch.setattr(app, "ROUTERS", (*app.ROUTERS, router))
    assert app.unguarded() == ["GET /open"]


def test_each_page_and_operation_has_its_line_here() -> None:
    assert {name for name, _, _ in pages()} == set(PAGES)
    assert {name for name, _, _ in operations()} == set(OPERATIONS)


def signed_in(role: str) -> Client:
    """Somebody who has this role everywhere, and nothing else."""
    Grant.objects.all().delete()
    person = Person.objects.create_user(f"a-{role}", password="a long password")
    Grant.objects.create(role=Role.objects.get(name=role), person=person, created_at=clock.now())
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def decided(client: Client) -> dict[str, int]:
    """The status that each page and operation answers."""
    routes = [*pages(), *operations()]
    return {
        name: client.generic(method, address, content_type="application/json").status_code
        for name, method, address in routes
    }


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_a_role_reaches_what_is_in_the_tables_and_nothing_else(role: str) -> None:
    answers = decided(signed_in(role))
    lowest = {**PAGES, **OPERATIONS}
    allowed = {name for name, least in lowest.items() if ROLES.index(least) <= ROLES.index(role)}
    assert {name for name, status in answers.items() if status != 403} == allowed
    assert {name: status for name, status in answers.items() if status >= 500 or status in (302, 401, 405)} == {}


@pytest.mark.django_db
def test_without_a_grant_nothing_is_reached() -> None:
    Grant.objects.all().delete()
    client = Client()
    client.force_login(Person.objects.create_user("nobody", password="a long password"))
    assert set(decided(client).values()) == {403}


@pytest.mark.django_db
def test_strangers_are_sent_to_sign_in_and_told_so_by_the_api() -> None:
    answers = decided(Client())
    assert {answers[name] for name, _, _ in pages()} == {302}
    assert {answers[name] for name in OPERATIONS} == {401}


@pytest.mark.django_db
def test_a_role_of_ones_own_reaches_what_it_lists() -> None:
    Role.objects.create(name="auditor", permissions=["audit.read"])
    answers = decided(signed_in("auditor"))
    assert {name for name, status in answers.items() if status != 403} == {
        "audit",
        "audit-csv",
        "audit-jsonl",
        "GET /audit",
    }
