from django.apps import AppConfig


class ExemptionsConfig(AppConfig):
    name = "greenboard.exemptions"
    label = "exemptions"
