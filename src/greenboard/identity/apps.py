from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "greenboard.identity"
    label = "identity"

    def ready(self) -> None:
        from greenboard.access import sealing
        from greenboard.identity import factors, signals

        signals.connect()
        sealing.also(factors.reseal)
