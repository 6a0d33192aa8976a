from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "greenboard.api"
    label = "api"
