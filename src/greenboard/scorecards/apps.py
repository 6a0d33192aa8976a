from django.apps import AppConfig


class ScorecardsConfig(AppConfig):
    name = "greenboard.scorecards"
    label = "scorecards"
