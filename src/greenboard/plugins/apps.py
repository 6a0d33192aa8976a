from django.apps import AppConfig


class PluginsConfig(AppConfig):
    name = "greenboard.plugins"
    label = "plugins"

    def ready(self) -> None:
        from greenboard.plugins import installation, registry

        registry.follow(registry.Installation(installation.off, installation.words, installation.note))
