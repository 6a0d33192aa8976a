"""The secrets of second factors, which allauth keeps in a column of JSON."""

from __future__ import annotations

from allauth.mfa.models import Authenticator

from greenboard.access import sealing

_SECRETS = ("secret", "seed")
"""Where an authenticator keeps what `Factors.encrypt` sealed: the key of a code app, the seed of recovery codes."""


def reseal() -> int:
    """Seal every secret of a second factor with the first key; how many there were."""
    count = 0
    for factor in Authenticator.objects.all():
        sealed = {name: text for name in _SECRETS if (text := factor.data.get(name))}
        if sealed:
            fresh = {name: sealing.seal(sealing.unseal(text).reveal()) for name, text in sealed.items()}
            Authenticator.objects.filter(pk=factor.pk).update(data={**factor.data, **fresh})
            count += len(fresh)
    return count
