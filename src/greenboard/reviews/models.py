"""Reviews with all that is said in them. Nothing that was said is deleted: answers end, and the rest stays.

People are named by their accounts: who left is still who said it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from greenboard.reviews.types import FindingState, SectionState, State

CURRENT = Q(valid_to__isnull=True)
_NAME, _WHO = 63, 200


class Review(models.Model):
    """A review. `template` is all of the template as it was when the review was asked for.

    `version` grows with every change of anything in it, so that who changes it says which one they saw. `stirred`
    says that something about its entities changed since it was last looked at.
    """

    title = models.CharField(max_length=200)
    template_name = models.CharField(max_length=_NAME)
    template = models.TextField()
    stage = models.CharField(max_length=_NAME)
    scale = models.CharField(max_length=10)
    state = models.CharField(max_length=10, default=State.REQUESTED.value, db_index=True)
    state_since = models.DateTimeField()
    version = models.IntegerField(default=1)
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    requested_by = models.CharField(max_length=_WHO)
    requested_at = models.DateTimeField()
    decision = models.CharField(max_length=20, blank=True)
    decided_by = models.CharField(max_length=_WHO, blank=True)
    decided_at = models.DateTimeField(null=True)
    rationale = models.TextField(blank=True)
    signed_by = models.CharField(max_length=_WHO, blank=True)
    signed_at = models.DateTimeField(null=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="followed_by")
    next_due_at = models.DateTimeField(null=True)
    next_told_at = models.DateTimeField(null=True)
    stirred = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="reviews_stirred", condition=Q(stirred=True)),
            models.Index(fields=["next_due_at"], name="reviews_next_due", condition=Q(next_told_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.title


class Subject(models.Model):
    """An entity that is reviewed."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="subjects")
    entity = models.ForeignKey("catalog.Entity", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "entity"], name="reviews_subject_once")]

    def __str__(self) -> str:
        return f"{self.entity_id} in {self.review_id}"


class Section(models.Model):
    """A section of a review: who looks at it, and how far they are."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(max_length=_NAME)
    place = models.SmallIntegerField()
    team = models.CharField(max_length=320, blank=True)
    reviewer = models.CharField(max_length=_WHO, blank=True, db_index=True)
    state = models.CharField(max_length=10, default=SectionState.WAITING.value)
    since = models.DateTimeField()
    by = models.CharField(max_length=_WHO, blank=True)
    said = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "name"], name="reviews_section_once")]

    def __str__(self) -> str:
        return f"{self.name} of {self.review_id}"


class Answer(models.Model):
    """What somebody answered, from when to when. Without `applies` the question does not apply, for a `reason`."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(max_length=_NAME)
    value = models.TextField(blank=True)
    applies = models.BooleanField(default=True)
    reason = models.TextField(blank=True)
    by = models.CharField(max_length=_WHO)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "question"], condition=CURRENT, name="reviews_answer_current")
        ]

    def __str__(self) -> str:
        return f"{self.question} of {self.review_id}"


class Comment(models.Model):
    """What somebody said to a section, or to one of its questions."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=_NAME)
    question = models.CharField(max_length=_NAME, blank=True)
    text = models.TextField()
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.by} at {self.at}"


class Finding(models.Model):
    """Something that is to be mended: how severe, whose, until when, and where its ticket is."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="findings")
    section = models.CharField(max_length=_NAME)
    title = models.CharField(max_length=200)
    text = models.TextField(blank=True)
    severity = models.CharField(max_length=10)
    owner = models.CharField(max_length=320)
    due_at = models.DateTimeField(null=True)
    ticket = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=10, default=FindingState.OPEN.value)
    said = models.TextField(blank=True)
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()
    ended_by = models.CharField(max_length=_WHO, blank=True)
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="reviews_finding_due", condition=Q(state=FindingState.OPEN.value))
        ]

    def __str__(self) -> str:
        return self.title


class Condition(models.Model):
    """What has to be done by a day for a go to hold. `missed_at` is when it was found not to be done by then."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="conditions")
    text = models.TextField()
    owner = models.CharField(max_length=320)
    due_at = models.DateTimeField()
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()
    done_by = models.CharField(max_length=_WHO, blank=True)
    done_at = models.DateTimeField(null=True)
    said = models.TextField(blank=True)
    dropped_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="reviews_condition_due",
                condition=Q(done_at__isnull=True, dropped_at__isnull=True, missed_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return self.text[:80]


class Signature(models.Model):
    """A signature with its evidence: `text` is canonical JSON, `digest` its SHA-256. Never changed."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="signatures")
    number = models.IntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "number"], name="reviews_signature_once")]

    def __str__(self) -> str:
        return self.digest


class Reopening(models.Model):
    """Why a signature does not stand any more. Each reason once: `key` names what it is about."""

    signature = models.ForeignKey(Signature, on_delete=models.PROTECT, related_name="reopenings")
    section = models.CharField(max_length=_NAME, blank=True)
    change = models.CharField(max_length=20)
    key = models.CharField(max_length=500)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["signature", "key"], name="reviews_reopening_once")]

    def __str__(self) -> str:
        return self.text


class Event(models.Model):
    """What was done in a review, by whom, and when. Only added to."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=40)
    state = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    by = models.CharField(max_length=_WHO)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} by {self.by}"


class Corpus(models.Model):
    """An import of reviews that others held: from where, at which commit, and which files were refused, and why."""

    source = models.CharField(max_length=400)
    commit = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    by = models.CharField(max_length=_WHO)
    kept = models.IntegerField(default=0)
    counts = models.JSONField()
    refused = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["source", "id"], name="reviews_corpus_source")]

    def __str__(self) -> str:
        return f"{self.source} at {self.commit[:12]}"


class PastReview(models.Model):
    """A review that others held: `text` is canonical JSON, `digest` its SHA-256. Never changed.

    What its source says later is another row, with the next `number`. `approved` are the stages that somebody approved.
    """

    corpus = models.ForeignKey(Corpus, on_delete=models.PROTECT, related_name="reviews")
    source = models.CharField(max_length=400)
    name = models.CharField(max_length=400)
    title = models.CharField(max_length=200)
    number = models.IntegerField()
    approved = models.CharField(max_length=_WHO, blank=True)
    answered = models.IntegerField()
    text = models.TextField()
    digest = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "name"], condition=CURRENT, name="reviews_past_current"),
            models.UniqueConstraint(fields=["source", "name", "number"], name="reviews_past_once"),
        ]

    def __str__(self) -> str:
        return self.title
