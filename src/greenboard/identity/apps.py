from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "greenboard.identity"
    label = "identity"

    def ready(self) -> None:
        from greenboard.identity import signals

        signals.connect()
