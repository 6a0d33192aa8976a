"""Reading a directory: page by page, over a connection that is sealed and verified, whole or not at all."""

from __future__ import annotations

import re
import ssl
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from ldap3 import AUTO_BIND_NO_TLS, AUTO_BIND_TLS_BEFORE_BIND, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException

from greenboard.core.errors import UserError
from greenboard.identity.configuration import LdapModel
from greenboard.identity.directory.types import Listed, Look

_SECONDS = 10
_ANSWER_SECONDS = 120


def look(model: LdapModel) -> Look:
    """Everybody in the directory, with their groups.

    Raises:
        UserError: it cannot be reached, refuses us, or stopped in the middle; two people have one key.

    """
    try:
        with _connected(model) as connection:
            people = tuple(_people(connection, model))
            groups = _groups(connection, model, people)
    except (LDAPException, OSError, ssl.SSLError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise UserError(
            f"the directory {model.url} cannot be read: {reason}",
            hint="Nothing was changed. Look at `ldap` in identity.yaml.",
        ) from None
    return Look(people, groups)


def _connected(model: LdapModel) -> Connection:
    tls = Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(model.ca_file) if model.ca_file else None)
    server = Server(model.url, tls=tls, connect_timeout=_SECONDS)
    return Connection(
        server,
        user=model.bind_dn or None,
        password=model.value() or None,
        auto_bind=AUTO_BIND_TLS_BEFORE_BIND if model.start_tls else AUTO_BIND_NO_TLS,
        auto_range=True,
        read_only=True,
        raise_exceptions=True,
        receive_timeout=_ANSWER_SECONDS,
    )


def _people(connection: Connection, model: LdapModel) -> Iterator[Listed]:
    names = model.attributes
    wanted = [names.key, names.username, names.email, names.first_name, names.last_name]
    seen: set[str] = set()
    for dn, raw in _pages(connection, model, model.people_base, model.people_filter, wanted):
        key = _key(raw.get(names.key))
        if not key:
            raise UserError(f"{dn} has no {names.key}", hint="`attributes.key` names what never changes of a person.")
        if key in seen:
            raise UserError(f"two people have the {names.key} {key}", hint="`attributes.key` has to tell people apart.")
        seen.add(key)
        yield Listed(
            key=key,
            dn=dn,
            username=_text(raw.get(names.username)),
            email=_text(raw.get(names.email))[:254],
            first_name=_text(raw.get(names.first_name))[:150],
            last_name=_text(raw.get(names.last_name))[:150],
        )


def _groups(connection: Connection, model: LdapModel, people: tuple[Listed, ...]) -> Mapping[str, frozenset[str]]:
    """The groups of each person, by key. Groups name members by their place in the directory, or by login."""
    if model.groups_base is None:
        return {}
    by_name = {one.username.casefold(): one.key for one in people} | {_same(one.dn): one.key for one in people}
    found: defaultdict[str, set[str]] = defaultdict(set)
    wanted = [model.attributes.group, model.attributes.member]
    for _, raw in _pages(connection, model, model.groups_base, model.groups_filter, wanted):
        name = _text(raw.get(model.attributes.group))
        for member in raw.get(model.attributes.member) or ():
            key = by_name.get(_same(_decoded(member)))
            if name and key is not None:
                found[key].add(name)
    return {key: frozenset(names) for key, names in found.items()}


def _pages(
    connection: Connection, model: LdapModel, base: str, filter_: str, attributes: list[str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Place and raw attributes of each entry, without regard to the case of attributes' names."""
    answers = connection.extend.standard.paged_search(
        search_base=base,
        search_filter=filter_,
        search_scope=SUBTREE,
        attributes=attributes,
        paged_size=model.page,
        generator=True,
    )
    spelt = {name.casefold(): name for name in attributes}
    for answer in answers:
        if answer.get("type") == "searchResEntry":
            raw = {spelt.get(name.casefold(), name): values for name, values in answer["raw_attributes"].items()}
            yield str(answer["dn"]), raw


def _same(dn: str) -> str:
    return re.sub(r"\s*([,=+])\s*", r"\1", dn).casefold()


def _text(values: Any) -> str:
    return _decoded(values[0]).strip() if values else ""


def _key(values: Any) -> str:
    """The key as text; that of Active Directory is bytes."""
    if not values:
        return ""
    try:
        text = values[0].decode("utf-8")
    except UnicodeDecodeError:
        return bytes(values[0]).hex()
    return text if text.isprintable() else bytes(values[0]).hex()


def _decoded(value: bytes) -> str:
    text = value.decode("utf-8", errors="replace")
    return "".join(sign if sign.isprintable() else "�" for sign in text)
