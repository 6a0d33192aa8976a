from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "greenboard.reports"
    label = "reports"
