"""Signing in and out."""

from __future__ import annotations

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.forms import CharField, PasswordInput, TextInput


class SignInForm(AuthenticationForm):
    """Name and password, with what a browser needs to fill them in."""

    username = CharField(label="Name", widget=TextInput(attrs={"autocomplete": "username", "autofocus": True}))
    password = CharField(
        label="Password", strip=False, widget=PasswordInput(attrs={"autocomplete": "current-password"})
    )
    error_messages = {
        "invalid_login": "Name and password do not belong together. Capital letters count.",
        "inactive": "This account is closed. Ask an administrator.",
    }


class SignIn(LoginView):
    """The page for strangers. Who is signed in already goes on to where they wanted to be."""

    template_name = "sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    """Ends the session; by POST only, so that no link can do it."""
