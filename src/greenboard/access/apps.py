from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "greenboard.access"
    label = "access"

    def ready(self) -> None:
        from greenboard.access import roles, sessions

        post_migrate.connect(roles.ensure, sender=self, dispatch_uid="access-roles")
        sessions.follow()
