"""Deliveries: who is told of an event, by which medium, and how far that got."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models import Event


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about many deliveries."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Keep the mails to be sent now: waiting ones, and those whose sender's lease ran out."""
        return self.filter(state__in=Delivery.UNFINISHED, next_try_at__lte=now)

    def notices_of(self, user: User) -> "DeliveryQuerySet":
        """Keep what this person's bell shows."""
        return self.filter(medium=Delivery.Medium.INAPP, recipient=user)


class Delivery(models.Model):
    """One event told to one person by one medium; a row of the medium `inapp` is a notice behind the bell."""

    class Medium(models.TextChoices):
        MAIL = "mail", _("E-mail")
        INAPP = "inapp", _("Notice")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("came back")
        SEEN = "seen", _("seen")

    UNFINISHED = (State.QUEUED, State.SENDING)

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, models.SET_NULL, null=True, related_name="deliveries")
    address = models.CharField(max_length=254, blank=True)
    medium = models.CharField(max_length=5, choices=Medium.choices)
    message_id = models.CharField(
        max_length=255, blank=True, help_text="Fixed before the first try; empty for notices."
    )
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="While being sent: when the lease runs out.")
    lease_until = models.DateTimeField(null=True, blank=True)
    give_up_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text="What the SMTP server said when it took the mail.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["event", "recipient", "medium"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["message_id"], name="delivery_message_id_once", condition=~models.Q(message_id="")
            ),
            models.CheckConstraint(
                condition=models.Q(medium="inapp") | (~models.Q(message_id="") & ~models.Q(address="")),
                name="delivery_mail_is_addressed",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at", "id"], name="delivery_due", condition=models.Q(state__in=("queued", "sending"))
            ),
            models.Index(fields=["recipient", "-id"], name="delivery_notices", condition=models.Q(medium="inapp")),
            models.Index(
                fields=["recipient"], name="delivery_unseen", condition=models.Q(medium="inapp", state="sent")
            ),
        )

    def __str__(self) -> str:
        return f"{self.medium} about event {self.event_id} to {self.address or self.recipient_id}"

    @property
    def is_to_staff(self) -> bool:
        """Tell whether this is a mail among ourselves, in a thread of its own."""
        return self.event.kind not in (Event.Kind.REPLIED, Event.Kind.ACKNOWLEDGED, Event.Kind.RESOLVED)
