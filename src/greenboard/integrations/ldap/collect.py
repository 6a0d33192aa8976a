"""Reading a directory: page by page, over a sealed and verified connection to an address that may be called."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpcore2
from ldap3 import AUTO_BIND_NO_TLS, AUTO_BIND_TLS_BEFORE_BIND, NONE, SUBTREE, Connection, Server, Tls
from ldap3.core import exceptions as wrong

from greenboard.connections.reading import Look
from greenboard.connections.types import Failed, Reason, Record
from greenboard.core.errors import UserError
from greenboard.integrations.ldap import entries

_SECONDS, _ANSWER_SECONDS = 10, 120
_PORTS = {"ldap": 389, "ldaps": 636}
_REFUSED = (wrong.LDAPInvalidCredentialsResult, wrong.LDAPInsufficientAccessRightsResult, wrong.LDAPBindError,
            wrong.LDAPInappropriateAuthenticationResult, wrong.LDAPConfidentialityRequiredResult)  # fmt: skip
_OURS = (wrong.LDAPNoSuchObjectResult, wrong.LDAPInvalidFilterError, wrong.LDAPInvalidDNSyntaxResult)
_LIMITS = (wrong.LDAPSizeLimitExceededResult, wrong.LDAPTimeLimitExceededResult, wrong.LDAPAdminLimitExceededResult)


def people(look: Look) -> Iterator[list[Record]]:
    """Everybody under the base of people."""
    for page in _pages(look, "people", entries.PERSON):
        yield [entries.person(dn, raw) for dn, raw in page]


def groups(look: Look) -> Iterator[list[Record]]:
    """Every group under the base of groups; none where the connection names no base."""
    if not look.connection.settings.get("groups_base"):
        yield []
        return
    for page in _pages(look, "groups", entries.GROUP):
        yield [entries.group(dn, raw) for dn, raw in page]


def _pages(look: Look, what: str, attributes: tuple[str, ...]) -> Iterator[list[tuple[str, Mapping[str, Any]]]]:
    """Names and raw attributes of entries. All of them, or it fails: a directory that stops at a limit says so."""
    settings = look.connection.settings
    base, label = str(settings[f"{what}_base"]), f"SEARCH {settings[f'{what}_base']}"
    # A page of nothing asks how many there would be, and shows nobody (RFC 2696).
    size = max(1, int(str(settings["page"])))
    try:
        with _connected(look) as connection:
            cookie: Any = None
            while not look.stop():
                connection.search(
                    base,
                    str(settings[f"{what}_filter"]),
                    SUBTREE,
                    attributes=list(attributes),
                    paged_size=size,
                    paged_cookie=cookie,
                )
                found = [one for one in connection.response if one.get("type") == "searchResEntry"]
                yield [(str(one["dn"]), one["raw_attributes"]) for one in found]
                controls = connection.result.get("controls") or {}
                cookie = controls.get(entries.PAGED, {}).get("value", {}).get("cookie")
                if not cookie:
                    return
    except (wrong.LDAPException, httpcore2.ConnectError, UserError, OSError, ssl.SSLError) as error:
        raise Failed(_reason(error, label)) from None


def _connected(look: Look) -> Connection:
    """A connection to an address of the directory that was checked; the name stays that of its certificate."""
    settings, secrets = look.connection.settings, look.connection.secrets
    parts = urlsplit(str(settings["url"]).strip())
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UserError("the address of a directory is ldaps://HOST or ldap://HOST")
    port = parts.port or _PORTS[parts.scheme]
    address = look.addresses(parts.hostname, port)[0]
    ca = str(settings.get("ca") or "") or None
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_data=ca, valid_names=[parts.hostname], sni=parts.hostname)
    sealed = parts.scheme == "ldaps"
    # Without its schema: every directory is asked for every attribute, and leaves out those that it does not know.
    server = Server(address, port=port, use_ssl=sealed, tls=tls, connect_timeout=_SECONDS, get_info=NONE)
    return Connection(
        server,
        user=str(settings.get("bind_dn") or "") or None,
        password=secrets.get("password"),
        # What is not sealed from the first byte is sealed before the password is said.
        auto_bind=AUTO_BIND_NO_TLS if sealed else AUTO_BIND_TLS_BEFORE_BIND,
        auto_range=True,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=_ANSWER_SECONDS,
        return_empty_attributes=False,
    )


def _reason(error: Exception, label: str) -> Reason:
    said = error.what if isinstance(error, UserError) else " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, _REFUSED):
        return Reason("permission", f"The directory refuses us: {said}.", what=label)
    if isinstance(error, _LIMITS):
        return Reason("limit", f"The directory stopped at a limit, so not everything was read: {said}.", what=label)
    if isinstance(error, (*_OURS, UserError)):
        return Reason("ours", f"The directory cannot be asked this: {said}.", what=label)
    return Reason("theirs", f"The directory cannot be read: {said}.", what=label)


STREAMS = {"people": people, "groups": groups}
