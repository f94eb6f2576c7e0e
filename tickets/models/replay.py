"""Replays: what a changed service level or other working hours would have meant for tickets of the past."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import User
from sla.models import Calendar, Policy


class Replay(models.Model):
    """
    One question of that kind and how far it got; `results` are those of `tickets.replaying`.

    `wording` is the draft of a policy, `hours` that of a calendar; nothing of them is saved anywhere else. A worker takes a
    slice of tickets at a time, up to `last_ticket`, and writes that down with what came out, so it may end at any moment.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a worker")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNFINISHED = (State.WAITING, State.RUNNING)
    MOST_MONTHS = 24

    policy = models.ForeignKey(Policy, models.CASCADE, null=True, blank=True, related_name="replays")
    calendar = models.ForeignKey(Calendar, models.CASCADE, null=True, blank=True, related_name="replays")
    wording = models.JSONField(null=True, blank=True)
    hours = models.JSONField(null=True, blank=True)
    name = models.CharField(max_length=100)
    months = models.PositiveSmallIntegerField(
        _("Months back"), default=3, validators=[MinValueValidator(1), MaxValueValidator(MOST_MONTHS)]
    )
    since = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    last_ticket = models.BigIntegerField(default=0)
    results = models.JSONField(default=dict)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["id"], name="replay_unfinished", condition=Q(state__in=("waiting", "running"))),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(wording__isnull=False) | Q(hours__isnull=False), name="replay_of_something"
            ),
        )

    def __str__(self) -> str:
        return f"replay {self.pk} of {self.name}"

    @property
    def is_unfinished(self) -> bool:
        """Tell whether there is still something to come."""
        return self.state in self.UNFINISHED

    @property
    def percent(self) -> int:
        """Say how far it got."""
        return min(100, self.done * 100 // self.total) if self.total else 0
