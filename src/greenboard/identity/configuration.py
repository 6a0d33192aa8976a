"""identity.yaml: the providers by which people sign in, are provisioned and are synced. Knows no Django.

The file is read once, when the process starts, and is refused whole. Secrets may stand in files of
their own; they are never part of an error or of what `repr` gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from greenboard.core import yaml
from greenboard.core.errors import Place, UserError, UserErrors
from greenboard.core.refs import Ref
from greenboard.identity.placing import Rule

NAME = "GREENBOARD_IDENTITY"
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
Address = Annotated[str, Field(pattern=r"^https?://[^\s/]+")]
Names = tuple[str, ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GroupModel(_Strict):
    """What a group of the provider means here. A `*` in `group` stands for any text, and for the same in `team`."""

    group: str = Field(min_length=1)
    team: str | None = None
    role: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.team is None and self.role is None:
            raise ValueError("name a team, a role, or both")
        if self.group.count("*") > 1 or (self.team or "").count("*") > self.group.count("*"):
            raise ValueError("one * in group, and one in team only where group has one")
        if self.team is not None:
            try:
                Ref.parse(self.team.replace("*", "x"), kind="team")
            except UserError as error:
                raise ValueError(str(error)) from None
        return self

    def rule(self) -> Rule:
        """The same as a value of `placing`."""
        return Rule(self.group, self.team, self.role)


class _Secret(_Strict):
    secret: SecretStr | None = None
    secret_file: Path | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if self.secret is not None and self.secret_file is not None:
            raise ValueError("secret and secret_file exclude each other")
        return self

    def value(self) -> str:
        """The secret itself.

        Raises:
            UserError: its file cannot be read.

        """
        if self.secret_file is None:
            return self.secret.get_secret_value() if self.secret else ""
        return _text(self.secret_file, "secret_file").strip()


class _Groups(_Strict):
    groups: tuple[GroupModel, ...] = ()

    def rules(self) -> tuple[Rule, ...]:
        """What its groups mean."""
        return tuple(group.rule() for group in self.groups)


class _Provider(_Groups):
    """What providers of every protocol have.

    `domains` narrows who may sign in by their mail address; `creates` makes an account for who has
    none; `trust_email` links an existing account of the same address, which gives the provider
    power over it.
    """

    id: Id
    title: str = Field(min_length=1)
    domains: Names = ()
    creates: bool = True
    trust_email: bool = False
    groups_claim: str = "groups"

    @field_validator("domains")
    @classmethod
    def _lower(cls, given: Names) -> Names:
        return tuple(domain.lower().removeprefix("@") for domain in given)


class OidcModel(_Provider, _Secret):
    """A provider that speaks OpenID Connect; `issuer` is the address below which its configuration is."""

    issuer: Address
    client_id: str = Field(min_length=1)
    scopes: Names = ("openid", "profile", "email")
    token_auth: Literal["client_secret_basic", "client_secret_post"] | None = None


class AttributesModel(_Strict):
    """Which attributes of an assertion say what; those of common providers by default."""

    uid: Names = ("urn:oasis:names:tc:SAML:attribute:subject-id",)
    username: Names = ("uid", "username", "urn:oid:0.9.2342.19200300.100.1.1")
    email: Names = (
        "email",
        "mail",
        "urn:oid:0.9.2342.19200300.100.1.3",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    )
    first_name: Names = (
        "givenName",
        "firstName",
        "urn:oid:2.5.4.42",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    )
    last_name: Names = (
        "sn",
        "lastName",
        "urn:oid:2.5.4.4",
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    )


class SamlModel(_Provider):
    """A provider that speaks SAML 2.0: by its metadata, or by its address and certificate."""

    entity_id: str = Field(min_length=1)
    metadata_url: Address | None = None
    sso_url: Address | None = None
    certificate: str | None = None
    certificate_file: Path | None = None
    signed: Literal["assertion", "message", "both"] = "assertion"
    initiated_by_provider: bool = False
    attributes: AttributesModel = AttributesModel()

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        by_hand = self.sso_url is not None and (self.certificate is None) != (self.certificate_file is None)
        if (self.metadata_url is not None) == by_hand:
            raise ValueError("give metadata_url, or sso_url and one of certificate and certificate_file")
        return self

    def signer(self) -> str:
        """The certificate by which answers must be signed.

        Raises:
            UserError: its file cannot be read.

        """
        return self.certificate or (_text(self.certificate_file, "certificate_file") if self.certificate_file else "")


class ScimModel(_Groups):
    """What the groups mean that are provisioned by SCIM."""

    title: str = "SCIM"


class LdapAttributesModel(_Strict):
    """Which attributes of a directory say what."""

    key: str = "entryUUID"
    username: str = "uid"
    email: str = "mail"
    first_name: str = "givenName"
    last_name: str = "sn"
    group: str = "cn"
    member: str = "member"


class LdapModel(_Groups, _Secret):
    """A directory that people and groups are read from; `most_lost` is the share that may leave in one look."""

    url: Annotated[str, Field(pattern=r"^ldap[si]?://\S+")]
    title: str = "LDAP"
    start_tls: bool = False
    ca_file: Path | None = None
    bind_dn: str = ""
    people_base: str
    people_filter: str = "(objectClass=inetOrgPerson)"
    groups_base: str | None = None
    groups_filter: str = "(objectClass=groupOfNames)"
    attributes: LdapAttributesModel = LdapAttributesModel()
    page: int = Field(500, ge=1, le=10_000)
    most_lost: float = Field(0.1, ge=0, le=1)

    @model_validator(mode="after")
    def _sealed(self) -> Self:
        if self.start_tls and not self.url.startswith("ldap://"):
            raise ValueError("start_tls is for ldap:// only")
        return self


class Identity(_Strict):
    """The whole file. `local` is sign-in by name and password."""

    local: bool = True
    oidc: tuple[OidcModel, ...] = ()
    saml: tuple[SamlModel, ...] = ()
    scim: ScimModel = ScimModel()
    ldap: LdapModel | None = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        ids = [provider.id for provider in self.providers]
        if twice := next((one for one in ids if ids.count(one) > 1), None):
            raise ValueError(f"two providers are called {twice!r}")
        if reserved := next((one for one in ids if one in {"scim", "ldap"}), None):
            raise ValueError(f"{reserved!r} names the provisioning, not a provider of your own")
        if not self.local and not self.providers:
            raise ValueError("without local sign-in somebody has to vouch for people: name a provider")
        return self

    @property
    def providers(self) -> Sequence[OidcModel | SamlModel]:
        """Those by which people sign in, in the order of the page."""
        return (*self.oidc, *self.saml)

    def provider(self, id_: str) -> OidcModel | SamlModel | None:
        """The one of that name."""
        return next((one for one in self.providers if one.id == id_), None)

    def rules(self, provider: str) -> tuple[Rule, ...]:
        """What the groups of a provider, of `scim` or of `ldap` mean."""
        if provider == "scim":
            return self.scim.rules()
        if provider == "ldap":
            return self.ldap.rules() if self.ldap else ()
        found = self.provider(provider)
        return found.rules() if found else ()


def read(path: Path | None) -> Identity:
    """Read the file; without one people sign in by name and password only.

    Raises:
        UserError: it cannot be read, or a part of it cannot be meant.

    """
    if path is None:
        return Identity()
    documents = yaml.read(_text(path, NAME), str(path))
    if len(documents) != 1:
        raise UserError("not exactly one YAML document", place=Place(str(path)))
    found = _parsed(documents[0])
    for model in (*found.oidc, *((found.ldap,) if found.ldap else ())):
        model.value()
    for provider in found.saml:
        provider.signer()
    return found


def _parsed(document: yaml.Document) -> Identity:
    """As `yaml.parse`, but what was got is not quoted: it may be, or hold, a secret."""
    try:
        return yaml.parse(document, Identity)
    except UserErrors as refused:
        told = (UserError(one.what, place=one.place, expected=one.expected, hint=one.hint) for one in refused.errors)
        raise UserErrors(told) from None


def _text(path: Path, setting: str) -> str:
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{setting}: {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UserError(f"{setting}: {path} is not UTF-8 text") from None
