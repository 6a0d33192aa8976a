from django.apps import AppConfig


class DurableConfig(AppConfig):
    name = "greenboard.durable"
    label = "durable"
