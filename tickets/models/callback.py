"""Promises to call back."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.ticket import Ticket


class CallbackQuerySet(models.QuerySet["Callback"]):
    """Questions about many promises to call back."""

    def open(self) -> "CallbackQuerySet":
        """Keep those nobody has kept or taken back."""
        return self.filter(kept_at=None, withdrawn_at=None)


class Callback(models.Model):
    """That somebody calls a requester back by a moment; changed by `operations.calling_back` alone."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="callbacks")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("who calls"))
    until = models.DateTimeField(_("by"))
    words = models.CharField(_("about what"), max_length=300, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(null=True, blank=True)
    kept_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CallbackQuerySet.as_manager()

    class Meta:
        ordering = ("until", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"],
                name="callback_one_open",
                condition=Q(kept_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(kept_at__isnull=True) | Q(withdrawn_at__isnull=True), name="callback_ends_one_way"
            ),
        )
        indexes = (
            models.Index(
                fields=["owner", "until"],
                name="callback_of_owner",
                condition=Q(kept_at__isnull=True, withdrawn_at__isnull=True),
            ),
            models.Index(fields=["until"], name="callback_until"),
        )

    def __str__(self) -> str:
        return f"call back on {self.ticket_id} by {self.until:%Y-%m-%d %H:%M}"

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to call."""
        return self.kept_at is None and self.withdrawn_at is None

    def is_late(self, now: datetime) -> bool:
        """Tell whether the call came too late, or should have come by now."""
        return (self.kept_at or self.withdrawn_at or now) > self.until
