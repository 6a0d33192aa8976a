from django.apps import AppConfig


class AttestationsConfig(AppConfig):
    name = "greenboard.attestations"
    label = "attestations"
