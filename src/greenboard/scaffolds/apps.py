from django.apps import AppConfig


class ScaffoldsConfig(AppConfig):
    name = "greenboard.scaffolds"
    label = "scaffolds"
