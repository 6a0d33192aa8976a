"""What the API remembers of requests: answers that are given again when the same is asked again."""

from __future__ import annotations

from django.db import models


class Answered(models.Model):
    """A request with an idempotency key, and the answer to it; status 0 while it is being worked on.

    `digest` is that of method, address and body. `asker` is whoever sent it: keys of others are others.
    """

    asker = models.CharField(max_length=220)
    key = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    body = models.TextField(blank=True)
    etag = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asker", "key"], name="api_answered_once")]

    def __str__(self) -> str:
        return f"{self.key} of {self.asker}"
