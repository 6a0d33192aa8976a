from django.apps import AppConfig


class HooksConfig(AppConfig):
    name = "greenboard.hooks"
    label = "hooks"
