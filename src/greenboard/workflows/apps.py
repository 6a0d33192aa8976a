from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowsConfig(AppConfig):
    name = "greenboard.workflows"
    label = "workflows"

    def ready(self) -> None:
        from greenboard.workflows import library

        post_migrate.connect(library.ensure, sender=self, dispatch_uid="workflows-library")
