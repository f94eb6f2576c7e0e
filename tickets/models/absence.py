"""Absences: who is away, who stands in, and what becomes of their tickets meanwhile."""

from datetime import datetime

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.ticket import Ticket


class AbsenceQuerySet(models.QuerySet["Absence"]):
    """Questions about many absences."""

    def current(self, now: datetime) -> "AbsenceQuerySet":
        """Keep those of people who are away at this moment."""
        return self.filter(starts_at__lte=now, ends_at__gt=now)

    def to_be_settled(self, now: datetime) -> "AbsenceQuerySet":
        """Keep the current ones whose tickets have not been looked through yet."""
        return self.current(now).filter(released_at=None)


class Absence(models.Model):
    """A time in which somebody is away; changed by `operations.absences` alone."""

    class Mode(models.TextChoices):
        OFFER = "offer", _("offered to the deputy, who takes over what cannot wait")
        RELEASE = "release", _("go back to their queues")

    person = models.ForeignKey(User, models.CASCADE, related_name="absences", verbose_name=_("who"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    deputy = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="stands_in_at", verbose_name=_("deputy")
    )
    mode = models.CharField(_("open tickets"), max_length=7, choices=Mode.choices, default=Mode.OFFER)
    note = models.CharField(_("note"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(
        null=True, blank=True, help_text="When what had to go back to its queue was there."
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        ordering = ("starts_at", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="absence_starts_before_it_ends"),
            models.CheckConstraint(condition=Q(deputy=None) | ~Q(deputy=F("person")), name="absence_deputy_is_another"),
            models.CheckConstraint(condition=~Q(mode="offer") | Q(deputy__isnull=False), name="absence_offers_to_one"),
            ExclusionConstraint(
                name="absence_one_at_a_time",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    (
                        Func(F("starts_at"), F("ends_at"), function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        )
        indexes = (
            models.Index(fields=["ends_at", "starts_at"], name="absence_current"),
            models.Index(fields=["starts_at"], name="absence_to_settle", condition=Q(released_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.person}, {self.starts_at:%Y-%m-%d %H:%M}–{self.ends_at:%Y-%m-%d %H:%M}"

    def is_current(self, now: datetime) -> bool:
        """Tell whether the person is away at this moment."""
        return self.starts_at <= now < self.ends_at


class Relief(models.Model):
    """A ticket that left somebody while they were away: taken over by their deputy, or back in its queue."""

    absence = models.ForeignKey(Absence, models.CASCADE, related_name="reliefs")
    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="+")
    deputy = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.ticket_id} of absence {self.absence_id}"
