"""Clocks: what was promised for a ticket, when it is due, and when it did not run."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.models import CalendarRevision, EscalationStep, Metric, PolicyVersion
from tickets.models.ticket import Ticket


class Clock(models.Model):
    """
    One promise for one ticket.

    Every change of the deadline cancels the row and inserts the next generation, so a row that a sweep has read can
    never fire for an older promise. `cycle` counts the promises of a metric: a ticket has one first response, but as many
    next responses as the requester waits for. A promise whose moment was named outright has no `minutes`.
    """

    Metric = Metric

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
    cycle = models.PositiveIntegerField(default=1, db_default=1)
    generation = models.PositiveIntegerField()
    version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, related_name="+")
    calendar = models.ForeignKey(CalendarRevision, models.PROTECT, null=True, related_name="+")
    priority = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField(null=True)
    started_at = models.DateTimeField()
    armed_at = models.DateTimeField(help_text="When this row was written; what was due before could not fire before.")
    due_at = models.DateTimeField(null=True)
    wake_at = models.DateTimeField(
        null=True, help_text="When something happens next: an escalation step, the deadline."
    )
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
            models.CheckConstraint(
                condition=~models.Q(state="running") | models.Q(wake_at__isnull=False), name="clock_running_wakes"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=("running", "breached")) | models.Q(wake_at__isnull=True),
                name="clock_at_rest_sleeps",
            ),
        )
        indexes = (models.Index(fields=["wake_at"], name="clock_wake", condition=models.Q(wake_at__isnull=False)),)

    def __str__(self) -> str:
        return f"{self.metric} of {self.ticket_id}"

    @property
    def is_running(self) -> bool:
        """Tell whether time is being used up."""
        return self.state in (self.State.RUNNING, self.State.BREACHED)


class Pause(models.Model):
    """A stretch of time a ticket spent in a state in which clocks may stand still; each clock knows which count."""

    RESOLVED = "resolved"  # from a solution to the reopening

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="pauses")
    state = models.CharField(max_length=16, default="pending_customer", db_default="pending_customer")
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


class EscalationFire(models.Model):
    """That an escalation step was taken for one promise: once, whatever became of its deadline since."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="fires")
    metric = models.CharField(max_length=16, choices=Metric.choices)
    cycle = models.PositiveIntegerField()
    step = models.ForeignKey(EscalationStep, models.PROTECT, related_name="+")
    clock = models.ForeignKey(Clock, models.CASCADE, related_name="fires")
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    applied = models.BooleanField(help_text="Whether the ticket met the step's conditions.")
    outcome = models.JSONField(default=list, help_text="What each action did, in codes.")

    class Meta:
        ordering = ("at", "id")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "metric", "cycle", "step"], name="escalation_step_once"),
        )

    def __str__(self) -> str:
        return f"{self.step} of {self.ticket_id}"


class Reconciliation(models.Model):
    """What came out when all clocks were computed anew from the events of their tickets."""

    at = models.DateTimeField()
    checked = models.PositiveIntegerField()
    different = models.PositiveIntegerField()
    details = models.JSONField(default=list)

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.different} of {self.checked}"
