"""Our descriptor, `greenboard.yaml`: one entity per document, or a list of them (docs/descriptor.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool, field_validator

from greenboard.catalog import parts, statements
from greenboard.catalog.kinds import KindModel, KindName, define
from greenboard.catalog.statements import AttestationModel, ExemptionModel
from greenboard.catalog.types import (
    ANY_COMPONENT,
    CLASSIFICATIONS,
    CONTACT_KINDS,
    LIFECYCLES,
    LINK_KINDS,
    Contact,
    Declared,
    Entity,
    ExternalDependency,
    Inheritance,
    Kind,
    Link,
    Relation,
    RelationKind,
)
from greenboard.core import yaml
from greenboard.core.errors import Place, UserError
from greenboard.core.refs import Ref

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?$")]
References = list[str]
Path = tuple[str | int, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class LinkModel(_Strict):
    """A link, and what it is for."""

    kind: Literal[LINK_KINDS] = Field("other", description="What it is for.")  # type: ignore[valid-type]
    url: str = Field(description="Address, or path in the repository.")
    title: str = Field("", description="Name for people.")


class ContactsModel(_Strict):
    """How to reach the people behind it; each is one address or a list of them."""

    chat: str | list[str] = Field(default=[], description="Channels where they can be asked.")
    email: str | list[str] = Field(default=[], description="Mail addresses of the team.")
    phone: str | list[str] = Field(default=[], description="Telephone numbers.")
    escalation: str | list[str] = Field(default=[], description="Who is called when nobody answers.")
    person: str | list[str] = Field(default=[], description="Named persons, such as a technical lead.")
    other: str | list[str] = Field(default=[], description="Anything else.")


class ExternalModel(_Strict):
    """A service of another company that it needs."""

    name: str = Field(min_length=1, description="Who or what.")
    critical: StrictBool | None = Field(None, description="Whether it cannot do without.")
    slo_pct: float | None = Field(None, ge=0, le=100, description="What they promise, in percent.")


class Identity(_Strict):
    """What references name it by."""

    kind: KindName = Field(description="What it is: a built-in kind, or one defined under `kinds`.")
    name: Name = Field(description="Name that references use; letters, digits, dots, dashes, underscores.")
    namespace: Name = Field("default", description="Namespace of the name.")


class Description(_Strict):
    """What is said of an entity that is already named."""

    title: str = Field("", description="Name for people.")
    description: str = Field("", description="What it is, in a sentence.")
    owner: str | None = Field(None, description="The team (or `person:NAME`) that answers for it.")
    owner_inherited: Literal["append", "fallback", "none"] = Field(
        "fallback", description="Whether the owner of a system or domain owns its parts too: besides, instead, never."
    )
    tier: int | None = Field(None, ge=0, le=4, strict=True, description="How critical: 0 most, 4 least.")
    lifecycle: Literal[LIFECYCLES] | None = Field(None, description="Stage of its life.")  # type: ignore[valid-type]
    system: str | None = Field(None, description="The system that it is part of.")
    domain: str | None = Field(None, description="The domain that it is part of.")
    part_of: str | None = Field(None, description="The component, team or domain that it is part of.")
    tags: list[Annotated[str, Field(min_length=1)]] = Field(default=[], description="Free labels.")
    links: list[LinkModel] = Field(default=[], description="Where things are.")
    contacts: ContactsModel = Field(default=ContactsModel(), description="How to reach the people behind it.")
    depends_on: References | None = Field(None, description="What it needs to run; `[]` says that it needs nothing.")
    provides: References = Field(default=[], description="APIs that it offers.")
    consumes: References = Field(default=[], description="APIs that it calls.")
    external_dependencies: list[ExternalModel] | None = Field(
        None, description="Services of other companies that it needs; `[]` says that there are none."
    )
    data_classification: Literal[CLASSIFICATIONS] | None = Field(  # type: ignore[valid-type]
        None, description="The most sensitive data that it holds."
    )
    repository: str | None = Field(None, description="Where its code is, when that is not the repository of this file.")
    path: str | None = Field(None, description="Its folder, seen from this file, in a repository of several.")
    members: References = Field(default=[], description="Persons of the team (kind team).")
    teams: References = Field(default=[], description="Teams of the person (kind person).")
    annotations: dict[str, str | bool | int | float] = Field(default={}, description="Names that tools know it by.")
    properties: dict[str, Any] = Field(default={}, description="Anything else; checked by the schema of a custom kind.")

    @field_validator("depends_on", "external_dependencies", mode="before")
    @classmethod
    def _stated(cls, given: Any) -> Any:
        """`depends_on:` with nothing behind it is neither a list nor the explicit none."""
        if given is None:
            raise ValueError("no value; list what it needs, or write [] for none")
        return given


class EntityModel(Description, Identity):
    """One entity."""


class DescribedModel(EntityModel):
    """One entity in a file, with what people state of it there."""

    attestations: list[AttestationModel] = Field(default=[], description="Items that you state to hold, as code.")
    exemptions: list[ExemptionModel] = Field(default=[], description="Rules that you ask to be exempt from, as code.")


class ListModel(_Strict):
    """Several entities, and kinds of your own."""

    entities: list[DescribedModel] = Field(default=[], description="The entities.")
    kinds: list[KindModel] = Field(default=[], description="Kinds beside the built-in ones.")


_ONLY = {"members": ("team",), "teams": ("person",), "owner_inherited": ("system", "domain")}
_RELATIONS = (
    ("system", RelationKind.PART_OF, "system"),
    ("domain", RelationKind.PART_OF, "domain"),
    ("depends_on", RelationKind.DEPENDS_ON, ANY_COMPONENT),
    ("provides", RelationKind.PROVIDES, "api"),
    ("consumes", RelationKind.CONSUMES, "api"),
    ("repository", RelationKind.LIVES_IN, "repository"),
    ("teams", RelationKind.MEMBER_OF, "team"),
)


def read(document: yaml.Document, refusals: parts.Refusals) -> Declared:
    """What one document declares; what is wrong with it goes to `refusals`.

    Raises:
        UserErrors: fields that do not fit.

    """
    if isinstance(document.data, dict) and not {"entities", "kinds"}.isdisjoint(document.data):
        several = yaml.parse(document, ListModel)
        found = [_described(item, document, ("entities", at), refusals) for at, item in enumerate(several.entities)]
        kinds = tuple(_kinds(several, document, refusals))
        return Declared.joined((Declared(kinds=kinds), *(each for each in found if each)))
    return _described(yaml.parse(document, DescribedModel), document, (), refusals) or Declared()


def _kinds(several: ListModel, document: yaml.Document, refusals: parts.Refusals) -> Iterator[Kind]:
    for at, model in enumerate(several.kinds):
        place = document.place("kinds", at, "name")
        with refusals.catch(place):
            yield define(model, place)


def _described(model: DescribedModel, document: yaml.Document, at: Path, refusals: parts.Refusals) -> Declared | None:
    """As `declared`, with what is stated in the file."""
    found = declared(model, document, at, refusals)
    if found is None or not (model.attestations or model.exemptions):
        return found
    ref = found.entities[0].ref
    read = statements.read(model.attestations, ref, document, (*at, "attestations"))
    wished = statements.wished(model.exemptions, ref, document, (*at, "exemptions"))
    return found + Declared(attestations=tuple(read), exemptions=tuple(wished))


def declared(model: EntityModel, document: yaml.Document, at: Path, refusals: parts.Refusals) -> Declared | None:
    """What one entity's model, which stands at a path of the document, declares; what is wrong goes to `refusals`."""
    with refusals.catch(document.place(*at, "name"), "name"):
        ref = parts.name(model.kind, model.namespace, model.name)
        reader = _Reader(model, ref, document, at, refusals)
        return Declared((reader.entity(),), tuple(reader.relations()))
    return None


class _Reader:
    """Reads the parts of one entity, each with its place."""

    def __init__(
        self, model: EntityModel, ref: Ref, document: yaml.Document, at: Path, refusals: parts.Refusals
    ) -> None:
        self.model, self.ref, self.document, self.at, self.refusals = model, ref, document, at, refusals

    def place(self, *path: str | int) -> Place:
        return self.document.place(*self.at, *path)

    def entity(self) -> Entity:
        model = self.model
        for field, kinds in _ONLY.items():
            if field in model.model_fields_set and getattr(model, field) and self.ref.kind not in kinds:
                only = f"{field}: only for the kind {' or '.join(kinds)}"
                self.refusals.add(UserError(only, place=self.place(field)))
        external = model.external_dependencies
        return Entity(
            ref=self.ref,
            title=model.title.strip() or (model.name if model.name != self.ref.name else ""),
            description=model.description.strip(),
            tier=model.tier,
            lifecycle=model.lifecycle,
            tags=tuple(dict.fromkeys(tag.strip() for tag in model.tags)),
            links=tuple(self.links()),
            contacts=tuple(self.contacts()),
            annotations={key: parts.text(value) for key, value in model.annotations.items()},
            properties=self.properties(),
            data_classification=model.data_classification,
            owner_inherited=Inheritance(model.owner_inherited),
            dependencies_declared=model.depends_on is not None or bool(model.consumes),
            external_dependencies=None if external is None else tuple(self.external(external)),
            path=self.path(),
            place=self.place("name"),
        )

    def links(self) -> Iterator[Link]:
        for index, link in enumerate(self.model.links):
            with self.refusals.catch(self.place("links", index, "url"), f"links.{index}.url"):
                yield Link(parts.address(link.url), link.title.strip(), link.kind)

    def contacts(self) -> Iterator[Contact]:
        for kind in CONTACT_KINDS:
            given = getattr(self.model.contacts, kind)
            for address in [given] if isinstance(given, str) else given:
                if address.strip():
                    yield Contact(kind, address.strip())

    def external(self, models: list[ExternalModel]) -> Iterator[ExternalDependency]:
        seen: set[str] = set()
        for index, model in enumerate(models):
            if model.name in seen:
                place = self.place("external_dependencies", index, "name")
                self.refusals.add(UserError(f"external_dependencies: {model.name!r} twice", place=place))
            else:
                yield ExternalDependency(model.name, model.critical, model.slo_pct)
            seen.add(model.name)

    def properties(self) -> dict[str, Any]:
        with self.refusals.catch(self.place("properties"), "properties"):
            return dict(parts.plain(self.model.properties))
        return {}

    def path(self) -> str | None:
        if self.model.path is None:
            return None
        with self.refusals.catch(self.place("path"), "path"):
            # A path beside `repository` names a folder of that repository, not of the one with this file.
            return parts.folder("" if self.model.repository else self.document.path, self.model.path)
        return None

    def relations(self) -> Iterator[Relation]:
        owner = self.reference("owner", self.model.owner, "team")
        if owner:
            yield Relation(RelationKind.OWNS, owner, self.ref, place=self.place("owner"))
        parent = self.reference("part_of", self.model.part_of, _parent(self.ref.kind))
        if parent:
            yield Relation(RelationKind.PART_OF, self.ref, parent, place=self.place("part_of"))
        for field, kind, default in _RELATIONS:
            for target, place in self.references(field, default):
                path = (self.path() or "") if kind is RelationKind.LIVES_IN else ""
                yield Relation(kind, self.ref, target, path, place)
        for person, place in self.references("members", "person"):
            yield Relation(RelationKind.MEMBER_OF, person, self.ref, place=place, declared_by=self.ref)

    def reference(self, field: str, given: str | None, default: str) -> Ref | None:
        with self.refusals.catch(self.place(field), field):
            return None if given is None else parts.reference(given, default, self.ref.namespace)
        return None

    def references(self, field: str, default: str) -> Iterator[tuple[Ref, Place]]:
        """The targets of one field, each once, with their places."""
        given = getattr(self.model, field)
        several = isinstance(given, list)
        seen: set[Ref] = set()
        for index, text in enumerate(given if several else [given]):
            place = self.place(field, index) if several else self.place(field)
            with self.refusals.catch(place, field):
                ref = None if text is None else parts.reference(text, default, self.ref.namespace)
                if ref and ref not in seen:
                    seen.add(ref)
                    yield ref, place


def _parent(kind: str) -> str:
    """What a reference in `part_of` means when it names no kind."""
    return {"team": "team", "domain": "domain", "system": "domain"}.get(kind, ANY_COMPONENT)
