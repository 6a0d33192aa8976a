from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "greenboard.campaigns"
    label = "campaigns"
