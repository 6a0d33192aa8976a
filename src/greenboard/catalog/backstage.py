"""Backstage's descriptor, `catalog-info.yaml`, read into our kinds and relations.

Follows Backstage's "Descriptor Format of Catalog Entities": the envelope, the kinds Component, API,
Resource, System, Domain, Group, User, Location and Template, references with their default kinds
(the namespace that is left out is that of the referring entity). Unknown annotations are kept, and
unknown fields of `spec` become properties. What Backstage has no word for may be said in annotations
under `greenboard/`: `tier`, `data-classification`, `kind` and `path`.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from greenboard.catalog import parts
from greenboard.catalog.types import (
    ANY_COMPONENT,
    CLASSIFICATIONS,
    KINDS,
    LIFECYCLES,
    LINK_KINDS,
    Contact,
    Declared,
    Entity,
    Link,
    Relation,
    RelationKind,
    Target,
)
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, suggest
from greenboard.core.refs import DEFAULT_NAMESPACE, Ref

BACKSTAGE_KINDS = ("Component", "API", "Resource", "System", "Domain", "Group", "User", "Location", "Template")
PREFIX = "greenboard/"
OWN_ANNOTATIONS = ("tier", "data-classification", "kind", "path")

_KINDS = {
    "api": "api",
    "system": "system",
    "domain": "domain",
    "group": "team",
    "user": "person",
    "template": "template",
}
_COMPONENT_TYPES = {
    "website": "website",
    "frontend": "website",
    "library": "library",
    "package": "library",
    "job": "job",
    "cronjob": "job",
    "batch": "job",
    "batch-job": "job",
    "cli": "library",
    "tool": "library",
    "sdk": "library",
    "mobile-app": "mobile-app",
    "ml-model": "ml-model",
}
_LIBRARY_ENDINGS = ("-library", "-plugin", "-module", "-package", "-sdk")
_DATA_STORES = frozenset({"database", "data-store", "datastore", "cache", "search-index", "bucket", "s3-bucket"})
_LIFECYCLES = {"dev": "development", "alpha": "experimental", "stable": "production", "live": "production"}
_LINK_WORDS = {
    "documentation": "docs",
    "doc": "docs",
    "wiki": "docs",
    "issue-tracker": "issues",
    "email": "mail",
    "grafana": "dashboard",
    "grafana-dashboard": "dashboard",
    "datadog-dashboard": "dashboard",
    "monitoring-dashboard": "dashboard",
}
_REFERENCE_KINDS = {**_KINDS, "component": ANY_COMPONENT, "resource": "resource"}


class _Loose(BaseModel):
    model_config = ConfigDict(extra="allow", alias_generator=to_camel)


class BackstageLink(_Loose):
    """`metadata.links[]`."""

    url: str
    title: str = ""
    type: str = ""
    icon: str = ""


class Metadata(_Loose):
    """`metadata`."""

    name: str
    namespace: str | None = None
    title: str = ""
    description: str = ""
    tags: list[str] = Field(default=[])
    links: list[BackstageLink] = Field(default=[])
    labels: dict[str, str | bool | int | float] = Field(default={})
    annotations: dict[str, str | bool | int | float | None] = Field(default={})


class Profile(_Loose):
    """`spec.profile` of groups and users."""

    display_name: str = ""
    email: str = ""


class Spec(_Loose):
    """The fields of `spec` that Backstage's kinds define; which of them a kind has is not checked."""

    type: str = ""
    lifecycle: str = ""
    owner: str | None = None
    system: str | None = None
    domain: str | None = None
    parent: str | None = None
    subcomponent_of: str | None = None
    subdomain_of: str | None = None
    children: list[str] | None = None
    members: list[str] | None = None
    member_of: list[str] | None = None
    depends_on: list[str] | None = None
    dependency_of: list[str] | None = None
    provides_apis: list[str] | None = None
    consumes_apis: list[str] | None = None
    profile: Profile = Field(default=Profile())
    definition: Any = None
    target: str | None = None
    targets: list[str] | None = None


class Envelope(_Loose):
    """The outermost fields of every Backstage entity."""

    api_version: str
    kind: str
    metadata: Metadata
    spec: Spec = Field(default=Spec())


# Field of `spec`, relation, default kind of the reference, whether the referring entity is its target.
_RELATIONS = (
    ("owner", RelationKind.OWNS, "team", True),
    ("system", RelationKind.PART_OF, "system", False),
    ("domain", RelationKind.PART_OF, "domain", False),
    ("subcomponent_of", RelationKind.PART_OF, ANY_COMPONENT, False),
    ("subdomain_of", RelationKind.PART_OF, "domain", False),
    ("parent", RelationKind.PART_OF, "team", False),
    ("children", RelationKind.PART_OF, "team", True),
    ("members", RelationKind.MEMBER_OF, "person", True),
    ("member_of", RelationKind.MEMBER_OF, "team", False),
    ("depends_on", RelationKind.DEPENDS_ON, ANY_COMPONENT, False),
    ("dependency_of", RelationKind.DEPENDS_ON, ANY_COMPONENT, True),
    ("provides_apis", RelationKind.PROVIDES, "api", False),
    ("consumes_apis", RelationKind.CONSUMES, "api", False),
)


def matches(data: Any) -> bool:
    """Whether a document has Backstage's envelope; ours has no `apiVersion`."""
    return isinstance(data, Mapping) and "apiVersion" in data


def read(document: yaml.Document, refusals: parts.Refusals) -> Declared:
    """What one document declares; what is wrong with it goes to `refusals`.

    Raises:
        UserErrors: fields that do not fit.

    """
    envelope = yaml.parse(document, Envelope)
    if "backstage.io/" not in envelope.api_version:
        expected = "a version such as backstage.io/v1alpha1"
        place = document.place("apiVersion")
        raise UserError("not a Backstage entity", place=place, expected=expected, got=repr(envelope.api_version))
    if envelope.kind.lower() == "location":
        return Declared(targets=tuple(_targets(envelope.spec, document, refusals)))
    with refusals.catch(document.place("metadata", "name"), "metadata.name"):
        kind = _kind(envelope, document)
        ref = parts.name(kind, envelope.metadata.namespace or DEFAULT_NAMESPACE, envelope.metadata.name)
        entity = _entity(envelope, ref, document, refusals)
        return Declared((entity,), tuple(_relations(envelope.spec, ref, document, refusals)))
    return Declared()


def _kind(envelope: Envelope, document: yaml.Document) -> str:
    stated = envelope.metadata.annotations.get(f"{PREFIX}kind")
    if stated is not None:
        return str(stated).lower()
    kind, subtype = envelope.kind.lower(), envelope.spec.type.strip().lower()
    if kind == "component":
        return _COMPONENT_TYPES.get(subtype, "library" if subtype.endswith(_LIBRARY_ENDINGS) else "service")
    if kind == "resource":
        return "data-store" if subtype in _DATA_STORES else "resource"
    if kind in KINDS and kind not in _KINDS:  # a kind of ours is no kind of Backstage
        raise _unknown(envelope, document)
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,62}", kind):
        raise _unknown(envelope, document)
    return _KINDS.get(kind, kind)


def _unknown(envelope: Envelope, document: yaml.Document) -> UserError:
    return UserError(
        f"unknown kind {envelope.kind!r}",
        place=document.place("kind"),
        expected=", ".join(BACKSTAGE_KINDS),
        hint=suggest(envelope.kind, BACKSTAGE_KINDS),
    )


def _entity(envelope: Envelope, ref: Ref, document: yaml.Document, refusals: parts.Refusals) -> Entity:
    metadata, spec = envelope.metadata, envelope.spec
    own = _own(metadata, document, refusals)
    kept = {**metadata.labels, **metadata.annotations}
    return Entity(
        ref=ref,
        title=metadata.title.strip() or spec.profile.display_name.strip() or _cased(metadata.name, ref),
        description=metadata.description.strip(),
        tier=own.get("tier"),
        lifecycle=_lifecycle(spec.lifecycle),
        tags=tuple(dict.fromkeys(metadata.tags)),
        links=tuple(_links(metadata, document, refusals)),
        contacts=(Contact("email", spec.profile.email.strip()),) if spec.profile.email.strip() else (),
        annotations={key: parts.text(value) for key, value in kept.items()},
        properties=_properties(spec, document, refusals),
        data_classification=own.get("data-classification"),
        dependencies_declared=spec.depends_on is not None or bool(spec.consumes_apis),
        path=own.get("path"),
        place=document.place("metadata", "name"),
    )


def _cased(name: str, ref: Ref) -> str:
    """The name as it was written, where references have it in lower case."""
    return name if name != ref.name else ""


def _lifecycle(given: str) -> str | None:
    """Our word for a lifecycle, or None for one that companies made up; the property keeps it."""
    word = given.strip().lower()
    word = _LIFECYCLES.get(word, word)
    return word if word in LIFECYCLES else None


def _own(metadata: Metadata, document: yaml.Document, refusals: parts.Refusals) -> dict[str, Any]:
    """What the annotations under `greenboard/` say."""
    found: dict[str, Any] = {}
    for key, value in metadata.annotations.items():
        if key.startswith(PREFIX) and value is not None:
            with refusals.catch(document.place("metadata", "annotations", key), key):
                found[key[len(PREFIX) :]] = _annotation(key[len(PREFIX) :], parts.text(value), document.path)
    return found


def _annotation(key: str, value: str, path: str) -> str | int:
    if key == "tier":
        if value not in {"0", "1", "2", "3", "4"}:
            raise UserError("not a tier", expected="0 (most critical) to 4", got=repr(value))
        return int(value)
    if key == "data-classification" and value not in CLASSIFICATIONS:
        raise UserError("not a classification", expected=", ".join(CLASSIFICATIONS), got=repr(value))
    if key == "path":
        return parts.folder(path, value)
    if key not in OWN_ANNOTATIONS:
        raise UserError("unknown annotation", expected=", ".join(OWN_ANNOTATIONS), hint=suggest(key, OWN_ANNOTATIONS))
    return value


def _links(metadata: Metadata, document: yaml.Document, refusals: parts.Refusals) -> Iterator[Link]:
    for index, link in enumerate(metadata.links):
        with refusals.catch(document.place("metadata", "links", index, "url"), f"metadata.links.{index}.url"):
            yield Link(parts.address(link.url), link.title.strip(), _link_kind(link))


def _link_kind(link: BackstageLink) -> str:
    """What a link is for: as its type says; without one, as its title does when that is the name of a kind.

    An icon is a picture and says nothing: the one of a dashboard often stands beside an admin page.
    """
    word = (link.type or link.title).strip().lower().replace(" ", "-")
    word = _LINK_WORDS.get(word, word)
    return next((known for known in (word, word.removesuffix("s")) if known in LINK_KINDS), "other")


def _properties(spec: Spec, document: yaml.Document, refusals: parts.Refusals) -> dict[str, Any]:
    """What of `spec` has no word of ours: its type, its lifecycle, where an API is defined, unknown fields."""
    found: dict[str, Any] = {"type": spec.type, "lifecycle": spec.lifecycle}
    if isinstance(spec.definition, Mapping):  # {$text: ./openapi.yaml}
        found["definition"] = next((parts.text(value) for value in spec.definition.values()), "")
    for key, value in (spec.model_extra or {}).items():
        with refusals.catch(document.place("spec", key), f"spec.{key}"):
            found[key] = parts.plain(value)
    return {key: value for key, value in found.items() if value not in ("", None)}


def _relations(spec: Spec, ref: Ref, document: yaml.Document, refusals: parts.Refusals) -> Iterator[Relation]:
    for field, kind, default, incoming in _RELATIONS:
        given, key = getattr(spec, field), to_camel(field)
        several = isinstance(given, list)
        seen: set[Ref] = set()
        for index, text in enumerate(given if several else [given]):
            place = document.place("spec", key, index) if several else document.place("spec", key)
            with refusals.catch(place, f"spec.{key}"):
                other = _reference(text, default, ref.namespace)
                if other and other not in seen:
                    seen.add(other)
                    yield _relation(kind, ref, other, place, incoming=incoming)


def _relation(kind: RelationKind, ref: Ref, other: Ref, place: Place, *, incoming: bool) -> Relation:
    """A relation that an entity declares; `incoming` when the other one is its source."""
    source, target = (other, ref) if incoming else (ref, other)
    usual = target if kind is RelationKind.OWNS else source
    return Relation(kind, source, target, place=place, declared_by=None if usual == ref else ref)


def _reference(text: str | None, default: str, namespace: str) -> Ref | None:
    if text is None or not text.strip():
        return None
    ref = parts.reference(text, default, namespace)
    return Ref(_REFERENCE_KINDS.get(ref.kind, ref.kind), ref.namespace, ref.name)


def _targets(spec: Spec, document: yaml.Document, refusals: parts.Refusals) -> Iterator[Target]:
    stated = [(("spec", "target"), spec.target)] if spec.target else []
    listed = [(("spec", "targets", index), target) for index, target in enumerate(spec.targets or ())]
    for where, target in (*stated, *listed):
        with refusals.catch(document.place(*where), ".".join(map(str, where))):
            yield Target(_target(target, document.path), document.place(*where))


def _target(target: str, path: str) -> str:
    if "://" in target:
        return parts.address(target)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if target.startswith("/") or joined.startswith(".."):
        raise UserError("a target that leads out of the repository", got=repr(target))
    return joined
