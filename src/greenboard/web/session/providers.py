"""To a provider and back. The protocols are allauth's; what is stricter here is said at each place."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.socialaccount.providers.saml import views as saml
from allauth.socialaccount.providers.saml.utils import build_saml_config, get_app_or_404
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from lxml.etree import LxmlError
from onelogin.saml2.auth import OneLogin_Saml2_Settings
from onelogin.saml2.errors import OneLogin_Saml2_Error

from greenboard.identity.adapters import refused

_log = logging.getLogger("greenboard.identity")
View = Callable[..., HttpResponseBase]


class _Oidc(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Verifies the signature of each token, also where the protocol lets one trust the connection."""

    def _decode_id_token(self, app: SocialApp, id_token: str) -> Any:
        return jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )


def _answered(view: View) -> View:
    """Turn what goes wrong on the way into the page of sign-in, with the reason."""

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if not _ours(request):
            return refused("failed")
        try:
            return view(request, **kwargs)
        except SocialApp.DoesNotExist:
            raise Http404 from None
        except ImmediateHttpResponse as ended:
            return _plain(ended.response)
        except (requests.RequestException, OSError) as error:
            _log.warning("a provider does not answer: %s", type(error).__name__)
            return refused("away")
        except (OAuth2Error, OneLogin_Saml2_Error, PermissionDenied, LxmlError, ValueError, KeyError) as error:
            # A forged, stale or misshapen answer: allauth and the SAML library raise any of these.
            _log.warning("an answer of a provider was refused: %s: %s", type(error).__name__, error)
            return refused("failed")

    return answered


def _ours(request: HttpRequest) -> bool:
    """Linking a provider to an account is begun on our own page only; signing in may be begun anywhere."""
    process = request.GET.get("process", "login")
    if process == "connect":
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return process == "login"


@_answered
def oidc_login(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """To the provider. By GET, because browsers apply our policy for forms to every redirect behind one."""
    return _view(OAuth2LoginView, request, provider_id)


@_answered
def oidc_back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """Back from the provider."""
    return _view(OAuth2CallbackView, request, provider_id)


def _view(view: Any, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    return _plain(view.adapter_view(_Oidc(request, provider_id))(request))


def _plain(answer: Any) -> HttpResponseBase:
    assert isinstance(answer, HttpResponseBase)
    return answer


saml_login: View = _answered(saml.login)
saml_back: View = csrf_exempt(_answered(saml.acs))
"""Where the provider's page posts to. Nothing is believed yet: the next step, in our own session, does that."""
saml_finish: View = _answered(saml.finish_acs)


@_answered
def saml_metadata(request: HttpRequest, organization_slug: str) -> HttpResponseBase:
    """What a SAML provider has to know of us. Signing out by the provider is not offered, so it is not told."""
    app = get_app_or_404(request, organization_slug)
    config = build_saml_config(request, app.settings, organization_slug)
    del config["sp"]["singleLogoutService"]
    told = OneLogin_Saml2_Settings(settings=config, sp_validation_only=True).get_sp_metadata()
    return HttpResponse(told, content_type="application/samlmetadata+xml")


def saml_sign_out(_: HttpRequest, organization_slug: str) -> HttpResponseBase:  # noqa: ARG001 - the address has it
    """Not offered: an unsigned request for it could end anybody's session.

    Raises:
        Http404: always.

    """
    raise Http404
