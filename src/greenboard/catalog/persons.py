"""People as the catalog shows them: their own reference, and the names that annotations say tools know them by."""

from __future__ import annotations

from collections.abc import Iterator

from greenboard.catalog import store
from greenboard.catalog.crews import CATALOG
from greenboard.catalog.types import Entity
from greenboard.identity.handles import Seen


def seen() -> list[Seen]:
    """Everybody of the catalog, under every name that it says. `github.com/user-login: ada` is ada at github.com."""
    return [one for stored in store.entities(kinds=("person",)) for one in _names(stored.entity)]


def _names(entity: Entity) -> Iterator[Seen]:
    email = next((contact.address for contact in entity.contacts if contact.kind == "email"), "")
    full_name = entity.title or entity.ref.name.replace("-", " ").replace(".", " ")
    yield Seen(CATALOG, str(entity.ref), email, full_name)
    for key, value in sorted(entity.annotations.items()):
        tool, slash, what = key.partition("/")
        if slash and "." in tool and what in {"user-login", "username", "login", "user-id", "user", "email"}:
            yield Seen(tool[:64], str(value)[:320], email, full_name)
