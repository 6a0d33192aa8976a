from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "greenboard.notifications"
    label = "notifications"
