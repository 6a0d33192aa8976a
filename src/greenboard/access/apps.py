from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "greenboard.access"
    label = "access"
