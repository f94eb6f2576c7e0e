"""Events: what happened to a ticket. Timeline, audit and outbox at once; append-only by a database trigger."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class Event(models.Model):
    """One thing that happened. Written by `tickets.events.record` alone."""

    class Kind(models.TextChoices):
        OPENED = "opened", _("opened")
        ACKNOWLEDGED = "acknowledged", _("acknowledged")
        RECEIVED = "received", _("message received")
        REPLIED = "replied", _("answered")
        NOTED = "noted", _("note added")
        ASSIGNED = "assigned", _("assigned")
        ROUTED = "routed", _("moved to another queue")
        ESCALATED = "escalated", _("escalated")
        PRIORITISED = "prioritised", _("priority changed")
        HELD = "held", _("put on hold")
        RESUMED = "resumed", _("resumed")
        RESOLVED = "resolved", _("resolved")
        REOPENED = "reopened", _("reopened")
        CLOSED = "closed", _("closed")
        VOIDED = "voided", _("voided")
        WARNED = "warned", _("deadline near")
        BREACHED = "breached", _("deadline missed")
        CALLBACK = "callback", _("call back promised")
        CALLED_BACK = "called_back", _("called back")
        TRIAGED = "triaged", _("triaged")
        SUGGESTED = "tried", _("standard solution tried")
        JOINED = "joined", _("participant added")
        LEFT = "left", _("participant removed")
        PROMISED = "promised", _("deadlines set")
        CLASSIFIED = "classified", _("type or category changed")
        INFORMED = "informed", _("everybody affected was told")
        ACCEPTED = "accepted", _("hand-over accepted")
        RETURNED = "returned", _("hand-over returned")
        WITHDRAWN = "withdrawn", _("hand-over withdrawn")
        GIVEN_BACK = "given_back", _("given back with a result")
        LEAD_CALLED = "lead_called", _("lead called")
        LEAD_REPLIED = "lead_replied", _("lead answered the call")

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, blank=True, related_name="+")
    clock = models.ForeignKey("tickets.Clock", models.PROTECT, null=True, blank=True, related_name="+")
    facts = models.JSONField(default=dict)
    relay_at = models.DateTimeField(null=True, help_text="When the subscribers hear of it; empty when they have.")
    relay_tries = models.PositiveSmallIntegerField(default=0)
    relay_error = models.TextField(blank=True)

    class Meta:
        ordering = ("at", "id")
        indexes = (
            models.Index(fields=["ticket", "at", "id"], name="event_timeline"),
            models.Index(fields=["relay_at", "id"], name="event_outbox", condition=models.Q(relay_at__isnull=False)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["clock", "kind"], name="event_clock_once", condition=models.Q(clock__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id}"
