"""The relay: tells each event's subscribers, once it is committed."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from time import monotonic

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from helpdesk.lib import live, waking
from tickets.models import Event

log = logging.getLogger(__name__)

Handler = Callable[[Event], None]


def relay_due(now: datetime, limit: int = 50) -> int:
    """
    Tell the subscribers of due events and return how many events were taken up.

    Subscribers only write rows; they share the transaction that marks the event, so each event takes effect once. One
    that fails is tried again later, alone, without holding up the others; any process may run this at any time.
    """
    taken = 0
    while taken < limit and _relay_one(now):
        taken += 1
    return taken


def wake(ticket_id: int, version: int, requester_id: int) -> None:
    """Wake a worker and the open pages; harmless when nobody hears it, since the sweep reads the same rows."""
    live.publish("agents", "ticket", {"id": ticket_id, "version": version})
    live.publish(f"user:{requester_id}", "ticket", {"id": ticket_id, "version": version})
    bell = _bell.get()
    if bell is None:
        waking.wake("tickets.relay_events")
    else:
        bell.ring()


@contextmanager
def waking_seldom() -> Iterator[None]:
    """Wake a worker only now and then, and once at the end, while much is done to many tickets."""
    bell = _Bell()
    token = _bell.set(bell)
    try:
        yield
    finally:
        _bell.reset(token)
        bell.ring_the_last()


class _Bell:
    """Rings at most every quarter of a second."""

    EVERY = 0.25

    def __init__(self) -> None:
        self._rung_at = -self.EVERY
        self._is_pending = False

    def ring(self) -> None:
        self._is_pending = True
        if monotonic() - self._rung_at >= self.EVERY:
            self._rung_at = monotonic()
            self.ring_the_last()

    def ring_the_last(self) -> None:
        if self._is_pending:
            self._is_pending = False
            waking.wake("tickets.relay_events")


_bell: ContextVar[_Bell | None] = ContextVar("bell", default=None)


@transaction.atomic
def _relay_one(now: datetime) -> bool:
    event = (
        Event.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(relay_at__lte=now)
        .order_by("relay_at", "id")
        .first()
    )
    if event is None:
        return False
    try:
        with transaction.atomic():
            for handler in _handlers(event.kind):
                handler(event)
    except Exception as error:
        log.exception("A subscriber of event %s (%s) failed.", event.pk, event.kind)
        event.relay_tries += 1
        event.relay_error = f"{type(error).__name__}: {error}"[:500]
        event.relay_at = now + timedelta(seconds=min(3600, 5 * 2**event.relay_tries))
    else:
        event.relay_at, event.relay_error = None, ""
    event.save(update_fields=["relay_at", "relay_tries", "relay_error"])
    return True


@cache
def _subscriptions() -> Mapping[str, Sequence[str]]:
    subscriptions: Mapping[str, Sequence[str]] = import_string(settings.SUBSCRIPTIONS)
    return subscriptions


def is_heard(kind: str) -> bool:
    """Tell whether anybody subscribed to this kind of event."""
    return bool(_subscriptions().get(kind))


@cache
def _handlers(kind: str) -> tuple[Handler, ...]:
    return tuple(import_string(path) for path in _subscriptions().get(kind, ()))
