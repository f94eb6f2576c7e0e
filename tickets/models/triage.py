"""Triage: what was found out about a request, which solutions fit, and which were tried."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import ArticleText
from people.models import User
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class Triage(models.Model):
    """The reasons behind a ticket's queue, language and priority."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="triage")
    language_reason = models.CharField(max_length=200, blank=True)
    queue_reason = models.CharField(max_length=200, blank=True)
    priority_reason = models.CharField(max_length=200, blank=True)
    learnt = models.JSONField(
        default=dict, db_default={}, help_text="What the model would have done: queue, confidence, version."
    )
    upset = models.JSONField(
        default=list, db_default=[], help_text="Why the requester may be upset: kind, points, detail."
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"triage of {self.ticket_id}"


class Suggestion(models.Model):
    """A standard solution that fits a ticket, with the words that speak for it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="suggestions")
    position = models.PositiveSmallIntegerField()
    text = models.ForeignKey(ArticleText, models.CASCADE, related_name="+")
    score = models.FloatField()
    words = models.JSONField(default=list)
    evidence = models.JSONField(
        default=dict, db_default={}, help_text="Of a model: its version, and the solved tickets that speak for it."
    )

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["ticket", "position"], name="suggestion_place_once"),)

    def __str__(self) -> str:
        return f"suggestion {self.position} for {self.ticket_id}"


class SolutionAttempt(models.Model):
    """A standard solution used on a ticket, and whether it helped."""

    class Outcome(models.TextChoices):
        OPEN = "open", _("not known yet")
        WORKED = "worked", _("worked")
        PARTLY = "partly", _("worked partly")
        FAILED = "failed", _("did not work")
        NOT_APPLICABLE = "na", _("not applicable")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="attempts")
    text = models.ForeignKey(ArticleText, models.PROTECT, related_name="attempts")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.OPEN)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When the requester was asked whether it helped.")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="When the requester said whether it helped.")
    settled_at = models.DateTimeField(null=True, blank=True, help_text="When the outcome was set.")

    # How long the requester may say whether it helped.
    ASKED_FOR = timedelta(days=30)

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "text"], name="attempt_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at=None) | models.Q(asked_at__isnull=False), name="attempt_asked_first"
            ),
        )
        indexes = (
            models.Index(
                fields=["ticket"],
                name="attempt_said_no",
                condition=models.Q(outcome="failed", answered_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.text_id} tried on {self.ticket_id}"

    def is_asked(self, now: datetime) -> bool:
        """Tell whether the requester may still say, once, whether it helped."""
        if self.asked_at is None or self.answered_at is not None or self.outcome != self.Outcome.OPEN:
            return False
        return now < self.asked_at + self.ASKED_FOR
