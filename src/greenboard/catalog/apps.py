from django.apps import AppConfig


class CatalogConfig(AppConfig):
    name = "greenboard.catalog"
    label = "catalog"
