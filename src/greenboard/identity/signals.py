"""What follows when somebody has signed in by a provider: teams, roles and the name that the provider knows them by."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import user_logged_in, user_signed_up
from allauth.socialaccount.models import SocialLogin
from django.db import transaction

from greenboard.access.models import Person
from greenboard.core import clock, events
from greenboard.identity import handles, membership
from greenboard.identity.adapters import configured
from greenboard.identity.events import PersonArrived
from greenboard.identity.placing import claimed


def connect() -> None:
    """Hear allauth."""
    user_logged_in.connect(_signed_in, dispatch_uid="greenboard.identity")
    user_signed_up.connect(_arrived, dispatch_uid="greenboard.identity")


def _arrived(sender: Any, user: Person, sociallogin: SocialLogin | None = None, **_: Any) -> None:  # noqa: ARG001
    if sociallogin is not None:
        name = sociallogin.account.provider
        events.announce(PersonArrived(clock.now(), user.pk, user.get_username(), name))


def _signed_in(sender: Any, user: Person, sociallogin: SocialLogin | None = None, **_: Any) -> None:  # noqa: ARG001
    if sociallogin is None:
        return
    account, at = sociallogin.account, clock.now()
    provider = configured().provider(account.provider)
    assert provider is not None  # or nobody could have come from there
    groups = claimed(claim(account.extra_data, provider.groups_claim))
    with transaction.atomic():
        membership.sync(user, provider.id, groups, provider.rules(), at)
        handles.know(user, provider.id, account.uid, at, by=provider.id)
        membership.heard(provider.id, at)


def claim(extra: Any, name: str) -> object:
    """A claim of OpenID Connect, of the token before the answer, or an attribute of SAML."""
    for part in (extra.get("id_token"), extra.get("userinfo"), extra):
        if isinstance(part, dict) and name in part:
            return part[name]
    return None
