"""What django-allauth asks of us: who may sign in, by which provider, and what an account is made of.

allauth does the protocols. Nobody makes an account here by themselves: administrators, providers
and provisioning do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from greenboard.access import sealing
from greenboard.access.models import Person
from greenboard.identity.configuration import Identity, OidcModel, SamlModel

_SECONDS = 10


def configured() -> Identity:
    """The providers of this installation."""
    found = settings.IDENTITY
    assert isinstance(found, Identity)
    return found


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Local sign-in: by name and password, where it is switched on."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "Name and password do not belong together. Capital letters count.",
        "email_password_mismatch": "Name and password do not belong together. Capital letters count.",
        "too_many_login_attempts": "Too many failed attempts. Wait five minutes, then try again.",
        "incorrect_password": "That is not your password.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        return False

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        """The person of a name and password; None where they do not fit or local sign-in is off."""
        if not configured().local:
            return None
        found = super().authenticate(request, **credentials)
        assert found is None or isinstance(found, Person)
        return found

    def is_safe_url(self, url: str | None) -> bool:
        """Only addresses of the host that was asked: other names of ours may be somebody else's machine."""
        request = context.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def respond_user_inactive(self, request: HttpRequest, user: Person) -> HttpResponseRedirect:  # noqa: ARG002
        return refused("closed")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002
        return reverse("account")

    def add_message(self, *_: Any, **__: Any) -> None:
        """Pages say what happened by what they show."""

    def send_mail(self, *_: Any, **__: Any) -> None:
        """No mail leaves from here."""


class Providers(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Sign-in by a provider of identity.yaml."""

    def list_apps(
        self,
        request: HttpRequest | None,  # noqa: ARG002 - allauth's signature
        provider: str | None = None,
        client_id: str | None = None,
    ) -> list[SocialApp]:
        """The configured providers as allauth knows them; none are kept in the database."""
        found = [*map(_oidc, configured().oidc), *map(_saml, configured().saml)]
        return [
            app
            for app in found
            if provider in {None, app.provider, app.provider_id} and client_id in {None, app.client_id}
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return _configured(sociallogin).creates

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Refuse who may not sign in; link an existing account where the provider is trusted to.

        Raises:
            ImmediateHttpResponse: the way back to the page of sign-in, with the reason.

        """
        provider = _configured(sociallogin)
        address = _address(sociallogin)
        if not _one_subject(sociallogin.account.extra_data):
            raise ImmediateHttpResponse(refused("failed"))
        if provider.domains and address.rpartition("@")[2] not in provider.domains:
            raise ImmediateHttpResponse(refused("domain"))
        if not sociallogin.is_existing and address and sociallogin.state.get("process") != "connect":
            self._link(request, sociallogin, provider, address)
        if sociallogin.is_existing:
            if not sociallogin.user.is_active:
                raise ImmediateHttpResponse(refused("closed"))
        elif not provider.creates and sociallogin.state.get("process") != "connect":
            raise ImmediateHttpResponse(refused("unknown"))

    def _link(
        self, request: HttpRequest, sociallogin: SocialLogin, provider: OidcModel | SamlModel, address: str
    ) -> None:
        same = list(Person.objects.filter(email__iexact=address)[:2])
        if len(same) == 1 and provider.trust_email and _vouched(sociallogin):
            sociallogin.connect(request, same[0])
        elif same:
            raise ImmediateHttpResponse(refused("taken"))

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:  # noqa: ARG002
        """Never by allauth's own rule, which also takes the password away; see `pre_social_login`."""
        return

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Person:
        """The account as the provider describes it; names are cut to what fits."""
        person = super().populate_user(request, sociallogin, data)
        assert isinstance(person, Person)
        person.first_name, person.last_name = person.first_name[:150], person.last_name[:150]
        return person

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> None:  # noqa: ARG002
        raise ImmediateHttpResponse(refused("failed"))

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:  # noqa: ARG002
        return reverse("account")

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """No mail leaves from here."""


class Factors(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "That code is not right. Codes change every half minute.",
    }

    def get_totp_issuer(self) -> str:
        return "Greenboard"

    def encrypt(self, text: str) -> str:
        """Keys of code apps and recovery codes are sealed at rest."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return sealing.unseal(encrypted_text).reveal()

    def send_notification_mail(self, *_: Any, **__: Any) -> None:
        """No mail leaves from here."""


def refused(why: str) -> HttpResponseRedirect:
    """Back to the page of sign-in, which says why; `why` is one of its words."""
    return HttpResponseRedirect(f"{reverse('sign-in')}?refused={why}")


def _configured(sociallogin: SocialLogin) -> OidcModel | SamlModel:
    found = configured().provider(sociallogin.account.provider)
    assert found is not None  # allauth knows no others
    return found


def _address(sociallogin: SocialLogin) -> str:
    addresses: Sequence[Any] = sociallogin.email_addresses
    return str(addresses[0].email).strip().lower() if addresses else ""


def _claims(extra: Any) -> list[dict[str, Any]]:
    """What an OpenID provider said: in its token, and when it was asked."""
    return [part for part in (extra.get("id_token"), extra.get("userinfo")) if isinstance(part, dict)]


def _one_subject(extra: Any) -> bool:
    """Token and answer speak of the same person, as the protocol demands."""
    return len({claims.get("sub") for claims in _claims(extra)}) <= 1


def _vouched(sociallogin: SocialLogin) -> bool:
    """The provider does not itself say that the address is unverified."""
    return all(claims.get("email_verified", True) is not False for claims in _claims(sociallogin.account.extra_data))


def _oidc(model: OidcModel) -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=model.id,
        name=model.title,
        client_id=model.client_id,
        secret=model.value(),
        settings={
            "server_url": model.issuer,
            "scope": list(model.scopes),
            "oauth_pkce_enabled": True,
            "token_auth_method": model.token_auth,
        },
    )


def _saml(model: SamlModel) -> SocialApp:
    idp = {"entity_id": model.entity_id, "metadata_request_timeout": _SECONDS}
    if model.metadata_url:
        idp["metadata_url"] = model.metadata_url
    else:
        idp |= {"sso_url": model.sso_url or "", "x509cert": model.signer()}
    return SocialApp(
        provider="saml",
        provider_id=model.id,
        name=model.title,
        client_id=model.id,
        settings={
            "idp": idp,
            "attribute_mapping": {name: list(names) for name, names in model.attributes},
            "advanced": {
                "want_assertion_signed": model.signed in {"assertion", "both"},
                "want_message_signed": model.signed in {"message", "both"},
                "want_attribute_statement": False,
                "allow_single_label_domains": True,
                "reject_deprecated_algorithm": True,
                "reject_idp_initiated_sso": not model.initiated_by_provider,
            },
        },
    )
