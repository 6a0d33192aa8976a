from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "greenboard.collection"
    label = "collection"
