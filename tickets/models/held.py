"""Answers that are held back for some seconds, so that their authors can take them back."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.attachment import Blob
from tickets.models.ticket import Ticket


class HeldAnswer(models.Model):
    """
    An answer that has no effect yet: only its author's intention, and only staff may know of it.

    Without `send_at` it is back in its author's hands, with an `error` if it could not be sent.
    """

    class Error(models.TextChoices):
        OVERTAKEN = "overtaken", _("A message came in before your answer was sent. Read it, then send or change it.")
        CLOSED = "closed", _("The ticket was closed before your answer was sent. Open it again, then send it.")
        DONE = "done", _("The ticket was resolved before your answer was sent. Choose “Send and keep open”.")
        FORBIDDEN = "forbidden", _("You may no longer do this on the ticket.")
        FAILED = "failed", _("Something went wrong here. Send it once more.")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="held_answers")
    author = models.ForeignKey(User, models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    text = models.TextField()
    html = models.TextField(blank=True)
    then = models.CharField(max_length=8)
    solution = models.TextField(blank=True)
    seen = models.BigIntegerField(null=True)
    cc = ArrayField(models.EmailField(max_length=254), default=list)
    bcc = ArrayField(models.EmailField(max_length=254), default=list)
    send_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["send_at"], name="held_answer_due", condition=models.Q(send_at__isnull=False)),)
        constraints = (
            models.UniqueConstraint(fields=["ticket", "client_id"], name="held_answer_client_once"),
            models.UniqueConstraint(
                fields=["ticket", "author"], name="held_answer_once", condition=models.Q(send_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"answer of {self.author_id} on {self.ticket_id}"

    @property
    def body(self) -> str:
        """Give what was in the editor."""
        return self.html or self.text


class HeldFile(models.Model):
    """A file of a held answer; its bytes are stored like those of every attachment."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    held = models.ForeignKey(HeldAnswer, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    is_inline = models.BooleanField(default=False)
    content_id = models.CharField(max_length=200, blank=True)
    blob = models.ForeignKey(Blob, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return self.name
