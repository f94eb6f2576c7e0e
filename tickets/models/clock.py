"""Clocks: what was promised for a ticket, when it is due, and when it did not run."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.models import Policy
from tickets.models.ticket import Ticket


class Clock(models.Model):
    """
    One promise for one ticket.

    Every change of the deadline cancels the row and inserts the next generation, so a row that a sweep has read can
    never fire for an older promise.
    """

    class Metric(models.TextChoices):
        FIRST_RESPONSE = "first_response", _("First response")
        RESOLUTION = "resolution", _("Resolution")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        BREACHED = "breached", _("overdue")
        MET = "met", _("met")
        MISSED = "missed", _("met late")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED = (State.RUNNING, State.PAUSED, State.BREACHED)

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="clocks")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    generation = models.PositiveIntegerField()
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="+")
    priority = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.RUNNING)
    ended_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket", "metric", "generation"], name="clock_generation_once"),
            models.UniqueConstraint(
                fields=["ticket", "metric"],
                name="clock_one_unfinished",
                condition=models.Q(state__in=("running", "paused", "breached")),
            ),
            models.CheckConstraint(
                condition=models.Q(state="paused") | models.Q(due_at__isnull=False) | models.Q(state="cancelled"),
                name="clock_running_is_due",
            ),
        )
        indexes = (models.Index(fields=["due_at"], name="clock_due", condition=models.Q(state="running")),)

    def __str__(self) -> str:
        return f"{self.metric} of {self.ticket_id}"

    @property
    def is_running(self) -> bool:
        """Tell whether time is being used up."""
        return self.state in (self.State.RUNNING, self.State.BREACHED)


class Pause(models.Model):
    """A stretch of time in which the requester had to act, not we."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pauses")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("began_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"], name="pause_one_open", condition=models.Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"pause of {self.ticket_id}"
