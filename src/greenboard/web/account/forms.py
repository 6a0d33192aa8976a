"""The steps that need a form: a new password, a second factor, a passkey, and being asked again who one is.

allauth's views with pages of ours. Each that changes something asks for the password or a factor
first, unless that was just done.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm
from allauth.account.views import PasswordChangeView, ReauthenticateView
from allauth.mfa.base.views import ReauthenticateView as FactorAgainView
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.utils import get_form_class
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from greenboard.access.models import Person
from greenboard.identity.adapters import configured


class PasswordForm(ChangePasswordForm):  # type: ignore[misc]  # allauth has no types
    """Old password, and the new one once: browsers keep it, and show it on demand."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        del self.fields["password2"]
        self.fields["oldpassword"].label, self.fields["password1"].label = "Present password", "New password"


class Password(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """A new password. Ends every other session of the person."""

    template_name = "account_form.html"
    form_class = PasswordForm
    extra_context = {"title": "Change the password", "does": "Change password"}

    def get_form_class(self) -> Any:
        return get_form_class({}, "change_password", self.form_class)

    def dispatch(self, request: HttpRequest, *arguments: Any, **more: Any) -> HttpResponseBase:
        assert isinstance(request.user, Person)
        if not configured().local or not request.user.has_usable_password():
            return redirect("account")
        return _plain(super().dispatch(request, *arguments, **more))

    def form_valid(self, form: Any) -> HttpResponse:
        from allauth.usersessions.internal.flows import sessions

        answer = super().form_valid(form)
        sessions.end_other_sessions(self.request, self.request.user)
        assert isinstance(answer, HttpResponse)
        return answer


class CodeApp(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Codes of an app as the second factor."""

    template_name = "account_code_app.html"


class NoCodeApp(DeactivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """No codes of an app any more."""

    template_name = "account_form.html"
    extra_context = {
        "title": "Remove the code app",
        "says": "Codes of the app no longer let you in. Passkeys and recovery codes stay.",
        "does": "Remove",
    }


class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """The codes for when the phone is lost."""

    template_name = "account_recovery.html"


class NewRecoveryCodes(GenerateRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    """New codes, which end the old ones."""

    template_name = "account_form.html"
    extra_context = {"title": "New recovery codes", "says": "The present ones end.", "does": "Make new codes"}


class NewPasskey(AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """A passkey as the second factor."""

    template_name = "account_passkey.html"


class NoPasskey(RemoveWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """One passkey less."""

    template_name = "account_form.html"
    extra_context = {"title": "Remove the passkey", "does": "Remove"}


class Again(ReauthenticateView):  # type: ignore[misc]  # allauth has no types
    """The password once more, before something that matters."""

    template_name = "account_form.html"
    extra_context = {"title": "Confirm that it is you", "does": "Confirm"}


class AgainByCode(FactorAgainView):  # type: ignore[misc]  # allauth has no types
    """A code once more."""

    template_name = "account_form.html"
    extra_context = {"title": "Confirm that it is you", "does": "Confirm"}


class AgainByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth has no types
    """The passkey once more."""

    template_name = "account_passkey_again.html"


def _plain(answer: Any) -> HttpResponseBase:
    assert isinstance(answer, HttpResponseBase)
    return answer
