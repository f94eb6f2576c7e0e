"""What the workers do for tickets; each task is a wake-up call that reads due rows."""

import logging

from celery import shared_task
from django.utils import timezone

from tickets import relay, timers
from tickets.gaps.finding import find_due
from tickets.heartbeats import beat
from tickets.models import Event
from tickets.operations import standing_in
from tickets.operations.holding_back import release_due
from tickets.reconciling import reconcile
from tickets.replaying import go_on
from tickets.triage import pipeline, proposing, training, versions

log = logging.getLogger(__name__)

_PAGE, _PAGES = 100, 20


@shared_task(name="tickets.relay_events")  # type: ignore[untyped-decorator]
def relay_events() -> int:
    """Tell the subscribers of committed events."""
    return relay.relay_due(timezone.now())


@shared_task(name="tickets.release_held")  # type: ignore[untyped-decorator]
def release_held() -> int:
    """Send the answers that have been held long enough."""
    return release_due(timezone.now())


@shared_task(name="tickets.find_bursts")  # type: ignore[untyped-decorator]
def find_bursts() -> int:
    """Propose what may be a major incident."""
    return proposing.find_bursts(timezone.now())


@shared_task(name="tickets.fire_due_clocks")  # type: ignore[untyped-decorator]
def fire_due_clocks() -> int:
    """Fire what is due; its heartbeat shows that beat and worker really work."""
    done = 0
    for _page in range(_PAGES):  # each by a moment of its own: what happens late in a long sweep is not dated early
        fired = timers.fire_due(timezone.now(), limit=_PAGE)
        done += fired
        if not fired:  # less than a page says nothing: others sweep at the same time
            break
    done += timers.wake_scheduled(timezone.now())
    beat("worker")
    return done


@shared_task(name="tickets.release_absent")  # type: ignore[untyped-decorator]
def release_absent() -> int:
    """Give tickets of whoever is away, and that nobody is offered, back to their queues."""
    return standing_in.release_due(timezone.now())


@shared_task(name="tickets.check_deadlines")  # type: ignore[untyped-decorator]
def check_deadlines() -> int:
    """Raise the alarm, in the log and in /health/, about every clock that is not what its history says."""
    result = reconcile(now=timezone.now())
    for difference in result.details:
        log.error("%s", difference)
    return result.different


@shared_task(name="tickets.replay_promises")  # type: ignore[untyped-decorator]
def replay_promises() -> int:
    """Work on what somebody asked about a draft of a service level, for some seconds."""
    return go_on(timezone.now())


@shared_task(name="tickets.close_silent")  # type: ignore[untyped-decorator]
def close_silent() -> int:
    """Close resolved tickets nobody objected to."""
    return timers.close_silent(timezone.now())


@shared_task(name="tickets.find_gaps")  # type: ignore[untyped-decorator]
def find_gaps() -> int:
    """Look once a night for what the knowledge base lacks."""
    return find_due(timezone.now())


@shared_task(name="tickets.train_triage", time_limit=1500, soft_time_limit=1400)  # type: ignore[untyped-decorator]
def train_triage() -> int:
    """Learn from the solved tickets when a night has passed, or someone asked."""
    now = timezone.now()
    model = training.train(now=now) if versions.is_due(now) else None
    return model.version if model else 0


def triage_ticket(event: Event) -> None:
    """Find out what a new request is about."""
    pipeline.triage(event.ticket, now=timezone.now(), may_route=not event.facts.get("queue_chosen"))
