"""Drafts: what somebody is writing, safe on the server."""

from django.db import models

from people.models import User
from tickets.models.ticket import Ticket


class Draft(models.Model):
    """One unfinished text of one agent on one ticket; no ticket operation touches it."""

    class Kind(models.TextChoices):
        REPLY = "reply", "reply"
        NOTE = "note", "note"
        HANDOVER = "hand", "hand-over"

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="drafts")
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["ticket", "user", "kind"], name="draft_once"),)

    def __str__(self) -> str:
        return f"{self.kind} draft of {self.user_id} on {self.ticket_id}"
