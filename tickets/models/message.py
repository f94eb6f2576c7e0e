"""Messages: what requester and agents say to each other, and what agents note among themselves."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.ticket import Ticket


class PublicMessages(models.Manager["Message"]):
    """Yields only what the requester may read."""

    def get_queryset(self) -> models.QuerySet["Message"]:
        return super().get_queryset().exclude(kind=Message.Kind.NOTE)


class Message(models.Model):
    """One contribution to a ticket. `objects` yields public ones; `with_notes` everything."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Message")
        REPLY = "reply", _("Reply")
        NOTE = "note", _("Internal note")
        CALL = "call", _("Call")
        CHAT = "chat", _("Chat line")
        SYSTEM = "system", _("System message")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    channel = models.CharField(max_length=5, choices=Ticket.Channel.choices)
    author = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="messages")
    is_from_staff = models.BooleanField(default=False)
    text = models.TextField(help_text="The new part, as readable text.")
    full_text = models.TextField(blank=True, help_text="With quoted history and signature, when that is more.")
    html = models.TextField(blank=True, help_text="As received; cleaned whenever it is shown.")
    auto_generated = models.BooleanField(default=False)
    message_id = models.CharField(max_length=255, blank=True)
    in_reply_to = models.CharField(max_length=255, blank=True)
    client_id = models.UUIDField(null=True, blank=True)
    notes = models.JSONField(default=list, blank=True, help_text="What the mail parser had to drop or guess.")
    recipients = models.JSONField(
        default=dict, db_default={}, blank=True, help_text='Addresses: {"to": [...], "cc": [...], "bcc": [...]}.'
    )
    created_at = models.DateTimeField()

    objects = PublicMessages()
    with_notes = models.Manager()

    class Meta:
        ordering = ("created_at", "id")
        base_manager_name = "with_notes"
        indexes = (
            models.Index(fields=["ticket", "created_at", "id"], name="message_timeline"),
            models.Index(fields=["message_id"], name="message_by_id", condition=~models.Q(message_id="")),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["ticket", "client_id"], name="message_once", condition=models.Q(client_id__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} in {self.ticket_id}"

    @property
    def is_note(self) -> bool:
        """Tell whether only staff may read this."""
        return self.kind == self.Kind.NOTE
