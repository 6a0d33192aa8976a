from django.apps import AppConfig


class FactsConfig(AppConfig):
    name = "greenboard.facts"
    label = "facts"
