from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "greenboard.connections"
    label = "connections"
