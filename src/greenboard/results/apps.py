from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "greenboard.results"
    label = "results"
