"""The tables of the chat: who talks with us right now, and which agents have their eyes on the screen."""

import hashlib
import hmac
from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models import Ticket

# A visitor's page asks at least every 25 seconds; browsers slow down pages in the background to once a minute.
GONE_AFTER = timedelta(seconds=150)


class ChatQuerySet(models.QuerySet["Chat"]):
    """Questions about many chats."""

    def running(self) -> "ChatQuerySet":
        """Keep those that nobody ended."""
        return self.filter(ended_at__isnull=True)

    def silent(self, now: datetime) -> "ChatQuerySet":
        """Keep the running ones whose visitor has left without a word."""
        return self.running().filter(seen_at__lt=now - GONE_AFTER)


class Chat(models.Model):
    """A visitor and a ticket they talk about live; the key is public, the visitor's secret is only kept hashed."""

    class EndedBy(models.TextChoices):
        NOBODY = "", ""
        VISITOR = "visitor", _("ended by the visitor")
        AGENT = "agent", _("ended by an agent")
        LEFT = "left", _("the visitor left")

    key = models.CharField(max_length=40, unique=True)
    secret_hash = models.CharField(max_length=64)
    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="chat")
    visitor = models.ForeignKey(User, models.CASCADE, related_name="chats")
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField(help_text="When the visitor's page last asked for lines.")
    seen_id = models.BigIntegerField(default=0, help_text="The newest message the visitor's page has.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=7, choices=EndedBy.choices, blank=True, default=EndedBy.NOBODY)

    objects = ChatQuerySet.as_manager()

    class Meta:
        verbose_name = _("chat")
        ordering = ("started_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(ended_by="")),
                name="chat_end_has_a_reason",
            ),
        )
        indexes = (models.Index(fields=["started_at"], name="chat_running", condition=models.Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return f"chat about {self.ticket_id}"

    @property
    def is_running(self) -> bool:
        """Tell whether nobody ended it."""
        return self.ended_at is None

    def is_there(self, now: datetime) -> bool:
        """Tell whether the visitor's page still asks for lines."""
        return self.is_running and self.seen_at >= now - GONE_AFTER

    def admits(self, secret: str) -> bool:
        """Tell whether this is the visitor's secret."""
        return hmac.compare_digest(self.secret_hash, hash_of(secret))


class Watch(models.Model):
    """An agent whose pages are open: somebody who would see a new chat."""

    agent = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    seen_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"watch of {self.agent_id}"


def hash_of(secret: str) -> str:
    """Give what is stored of a visitor's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
