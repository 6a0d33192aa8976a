from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "greenboard.catalog"
    label = "catalog"

    def ready(self) -> None:
        from greenboard.access import nesting
        from greenboard.catalog import teams

        nesting.learn(teams.around)
