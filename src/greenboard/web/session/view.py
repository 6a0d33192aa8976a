"""Signing in and out: by name and password, by a provider, and with a second factor. allauth does the protocols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.base.views import AuthenticateView
from allauth.socialaccount.adapter import get_adapter
from django.contrib.auth.views import LogoutView
from django.forms import CharField, PasswordInput, TextInput
from django.http import HttpRequest
from django.urls import reverse

from greenboard.identity.adapters import configured
from greenboard.web.asked import address

REFUSALS = {
    "closed": "This account is closed. Ask an administrator.",
    "failed": "The provider did not vouch for you. Try again; if it stays so, ask an administrator.",
    "domain": "Accounts of your mail address's domain may not sign in by this provider.",
    "taken": "Another account has your mail address. Sign in to that one, and link the provider under Account.",
    "unknown": "You have no account here. Ask an administrator for one.",
    "away": "The provider does not answer. Try again in a minute.",
}
"""Why a provider's sign-in ended where it began; any other word in the address says nothing."""


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    """Name and password, with what a browser needs to fill them in."""

    password = CharField(
        label="Password", strip=False, widget=PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.fields["login"] = CharField(
            label="Name", max_length=254, widget=TextInput(attrs={"autocomplete": "username", "autofocus": True})
        )

    def add_prefix(self, field_name: str) -> str:
        """The field is `username` in the page, which is what password managers and scripts look for."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    """The page for strangers. Who is signed in already goes on to where they wanted to be."""

    template_name = "sign_in.html"
    form_class = SignInForm

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        next_url = self.get_next_url() or ""
        return {
            **super().get_context_data(**more),
            "next": next_url,
            "local": configured().local,
            "providers": providers(self.request, next_url),
            "refused": REFUSALS.get(self.request.GET.get("refused", ""), ""),
        }


class SecondFactor(AuthenticateView):  # type: ignore[misc]  # allauth has no types
    """The page between the password and the board, for who has a second factor."""

    template_name = "second_factor.html"

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        from allauth.mfa.models import Authenticator

        kinds = Authenticator.objects.filter(user=self.stage.login.user).values_list("type", flat=True)
        return {**super().get_context_data(**more), "by_passkey": Authenticator.Type.WEBAUTHN in set(kinds)}


class SignOut(LogoutView):
    """Ends the session; by POST only, so that no link can do it."""


def providers(request: HttpRequest, next_url: str = "", process: str = "") -> Sequence[tuple[str, str]]:
    """Title and address of each way to sign in by somebody else."""
    found = []
    for provider in get_adapter().list_providers(request):
        name, key = ("saml_login", "organization_slug") if provider.id == "saml" else ("oidc_login", "provider_id")
        url = reverse(name, kwargs={key: provider.app.provider_id})
        found.append((provider.name, address(url, {"next": next_url, "process": process})))
    return found
