"""References: `kind:namespace/name`, the way one entity names another.

The form is Backstage's (its ADR009), so that descriptors interoperate: kind and namespace may be
left out where the context gives them, and comparison ignores case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from greenboard.core.errors import UserError

DEFAULT_NAMESPACE = "default"

_FORM = re.compile(r"(?:(?P<kind>[a-z][a-z0-9-]{0,62}):)?(?:(?P<namespace>[a-z0-9][a-z0-9._-]{0,62})/)?(?P<name>\S.*)")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?")


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """The name of an entity. All three parts are lower case."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.namespace}/{self.name}"

    @property
    def short(self) -> str:
        """The name for people, with its namespace only where that is not the default one."""
        return self.name if self.namespace == DEFAULT_NAMESPACE else f"{self.namespace}/{self.name}"

    @classmethod
    def parse(cls, text: str, *, kind: str | None = None, namespace: str = DEFAULT_NAMESPACE) -> Ref:
        """Read a full or partial reference; `kind` and `namespace` fill what it leaves out."""
        found = _FORM.fullmatch(text.strip().lower())
        if found is None or not _NAME.fullmatch(found["name"]):
            raise UserError("not a reference", expected="kind:namespace/name", got=repr(text))
        stated = found["kind"] or kind
        if stated is None:
            raise UserError("a reference without a kind", expected="kind:namespace/name", got=repr(text))
        return cls(stated, found["namespace"] or namespace, found["name"])


def slug(text: str) -> str:
    """Make a valid entity name of free text (a folder's name, a package's name)."""
    cleaned = re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-._")
    return cleaned[:128].strip("-._") or "unnamed"
