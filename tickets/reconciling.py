"""Proof that stored deadlines are right: each is computed anew from its start, its target and the pauses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sla.promises import hours_of, policy_by_id
from sla.worktime import due
from tickets.models import Clock


@dataclass(frozen=True)
class Difference:
    """A clock whose stored deadline is not what its history says."""

    clock: Clock
    stored: datetime | None
    computed: datetime | None


def differences() -> Iterator[Difference]:
    """Compare every running clock with its history; pages of 500, so it may run beside everything else."""
    clocks = Clock.objects.filter(state=Clock.State.RUNNING).select_related("ticket").prefetch_related("ticket__pauses")
    for clock in clocks.order_by("pk").iterator(chunk_size=500):
        pauses = [(pause.began_at, pause.ended_at) for pause in clock.ticket.pauses.all()]
        counted = pauses if clock.metric == Clock.Metric.RESOLUTION else []
        hours = hours_of(policy_by_id(clock.policy_id))
        computed = due(hours, clock.started_at, timedelta(minutes=clock.minutes), counted)
        if computed != clock.due_at:
            yield Difference(clock, clock.due_at, computed)
