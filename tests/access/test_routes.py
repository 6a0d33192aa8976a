"""Every address of the site asks the one place that decides; what is open to all is listed here."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver
from ninja import Router

from greenboard.access.decide import Permission
from greenboard.api import app

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
}
"""Whether it runs, the ways in and out, and an address of the API at which nothing is."""


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from patterns(one, prefix + str(one.pattern))
        else:
            yield prefix + str(one.pattern), one


def test_every_page_names_a_permission() -> None:
    pages = [(path, one) for path, one in patterns(get_resolver()) if not path.startswith("api/v1/")]
    assert len(pages) > 10
    bare = [path for path, one in pages if one.name not in OPEN and not hasattr(one.callback, "permission")]
    assert bare == []


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


def test_what_changes_something_is_an_administrators() -> None:
    for path, operation in app.operations():
        (needs,) = operation.auth_callbacks
        changes = bool({"PUT", "DELETE", "PATCH"} & set(operation.methods))
        assert (needs.permission is Permission.ADMINISTER) is changes, path
