"""Workflows with their versions, secrets, runs, and what each step of a run did. The past is kept."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from greenboard.access.sealing import Sealed
from greenboard.attestations.models import File
from greenboard.catalog.models import Entity
from greenboard.workflows.types import Doing, State


class Workflow(models.Model):
    """A workflow by its name. `version` is the newest of its texts; `edited` that it is not the library's."""

    name = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=200)
    enabled = models.BooleanField(default=True)
    edited = models.BooleanField(default=False)
    version = models.IntegerField()

    def __str__(self) -> str:
        return self.name


class Version(models.Model):
    """The text of a workflow as it was from one moment on."""

    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    text = models.TextField()
    by = models.CharField(max_length=200)
    note = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workflow", "number"], name="workflows_version_once")]

    def __str__(self) -> str:
        return f"{self.workflow_id} version {self.number}"


class Start(models.Model):
    """A way in which a workflow starts by itself: `number` is its place in the document."""

    workflow = models.ForeignKey(Workflow, on_delete=models.CASCADE, related_name="starts")
    number = models.IntegerField()
    every = models.CharField(max_length=100, blank=True)
    event = models.CharField(max_length=32, blank=True, db_index=True)
    next_at = models.DateTimeField(null=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.workflow_id} at {self.every or self.event}"


class Secret(models.Model):
    """A secret that workflows use by its name, in requests to some hosts only."""

    name = models.CharField(max_length=64, unique=True)
    value = Sealed()
    hosts: models.JSONField[Any, Any] = models.JSONField(default=list)
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class Run(models.Model):
    """One execution. `turn` is the durable work that goes on with it just now, "" while it waits.

    `ending` is the state in which it ends once everything is taken back; `due_at` is when a run that is held is
    given up. `cause` says which event or schedule started it, `parent` and `parent_path` which step of another run.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="runs")
    entity = models.ForeignKey(Entity, on_delete=models.PROTECT, related_name="+", null=True)
    key = models.UUIDField(unique=True)
    inputs: models.JSONField[Any, Any] = models.JSONField(default=dict)
    way = models.CharField(max_length=10)
    by = models.CharField(max_length=200)
    cause: models.JSONField[Any, Any] = models.JSONField(default=dict)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, related_name="children", null=True)
    parent_path = models.CharField(max_length=200, blank=True)
    depth = models.IntegerField(default=0)
    state = models.CharField(max_length=10, default=State.RUNNING.value)
    ending = models.CharField(max_length=10, blank=True)
    turn = models.CharField(max_length=64, blank=True)
    turned_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    outputs: models.JSONField[Any, Any] = models.JSONField(null=True)
    error = models.TextField(blank=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["workflow", "-id"], name="workflows_run_of"),
            models.Index(fields=["state"], name="workflows_run_open", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["began_at"], name="workflows_run_began"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"


class Kept(models.Model):
    """A secret of one run: entered at its start, or given by a step. It goes when the run is over."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="kept")
    name = models.CharField(max_length=64)
    value = Sealed()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="workflows_kept_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.run_id}"


class Attached(models.Model):
    """A file that an input of a run was given."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "name"], name="workflows_attached_once")]

    def __str__(self) -> str:
        return f"{self.title} of {self.run_id}"


class Step(models.Model):
    """What is known of one step of a run. `asked` is what it waits for, `heard` what came, `due_at` until when."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    path = models.CharField(max_length=200)
    doing = models.CharField(max_length=10, default=Doing.READY.value)
    attempts = models.IntegerField(default=0)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    asked: models.JSONField[Any, Any] = models.JSONField(null=True)
    heard: models.JSONField[Any, Any] = models.JSONField(default=list)
    outputs: models.JSONField[Any, Any] = models.JSONField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "path"], name="workflows_step_once")]
        indexes = [
            models.Index(fields=["due_at"], name="workflows_step_due", condition=Q(doing=Doing.WAITING.value)),
        ]

    def __str__(self) -> str:
        return f"{self.path} of {self.run_id}"


class Waiting(models.Model):
    """Whom a step waits for: `person:NAME`, `team:NAMESPACE/NAME`, `role:NAME`, or the facts of `entity:ID`."""

    step = models.ForeignKey(Step, on_delete=models.CASCADE, related_name="waiting")
    who = models.CharField(max_length=320, db_index=True)

    def __str__(self) -> str:
        return f"{self.step_id} waits for {self.who}"


class Line(models.Model):
    """A line of a run's log: who did what, or what came of a step. No secret is in it."""

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="lines")
    at = models.DateTimeField()
    path = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=200, blank=True)
    text = models.TextField()

    def __str__(self) -> str:
        return f"{self.run_id} at {self.at}: {self.text}"
