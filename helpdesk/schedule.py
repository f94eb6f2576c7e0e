"""What runs by the clock: short intervals, never a time of day; the due rows decide what happens."""

import logging
from time import monotonic
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, close_old_connections

from helpdesk.celery import app
from helpdesk.lib.waking import AFTER_THE_CLOCKS

log = logging.getLogger(__name__)

# Deadlines come before telling people of events: many that fall due at once cause many events.
LATER = {"priority": AFTER_THE_CLOCKS}
app.conf.beat_schedule = {
    "relay events": {"task": "tickets.relay_events", "schedule": 2.0, "options": LATER | {"expires": 10}},
    "release held answers": {"task": "tickets.release_held", "schedule": 2.0, "options": {"expires": 10}},
    "fire clocks": {"task": "tickets.fire_due_clocks", "schedule": 2.0, "options": {"expires": 10}},
    "release absent": {"task": "tickets.release_absent", "schedule": 10.0, "options": {"expires": 30}},
    "send mail": {"task": "notifications.send_due", "schedule": 2.0, "options": {"expires": 10}},
    "find bursts": {"task": "tickets.find_bursts", "schedule": 60.0, "options": {"expires": 60}},
    "accept mail": {"task": "channels_intake.accept_stored", "schedule": 10.0, "options": {"expires": 30}},
    "end silent chats": {"task": "channels_intake.end_silent_chats", "schedule": 20.0, "options": {"expires": 20}},
    "check deadlines": {"task": "tickets.check_deadlines", "schedule": 6 * 3600.0, "options": {"expires": 3600}},
    "replay promises": {"task": "tickets.replay_promises", "schedule": 5.0, "options": {"expires": 10}},
    "learn from solved tickets": {"task": "tickets.train_triage", "schedule": 30.0, "options": {"expires": 30}},
    "close silent tickets": {"task": "tickets.close_silent", "schedule": 300.0, "options": {"expires": 300}},
    "find gaps": {"task": "tickets.find_gaps", "schedule": 600.0, "options": {"expires": 600}},
    "publish articles": {"task": "knowledgebase.publish_due", "schedule": 10.0, "options": {"expires": 30}},
    "look after articles": {"task": "knowledgebase.look_after", "schedule": 900.0, "options": {"expires": 900}},
    "add public holidays": {"task": "sla.add_public_holidays", "schedule": 3600.0, "options": {"expires": 3600}},
}
app.conf.beat_max_loop_interval = 2


class BeatingScheduler(Scheduler):  # type: ignore[misc]
    """A scheduler that keeps nothing on disk, since intervals need no memory, and shows that it lives."""

    EVERY = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._beat_at = -self.EVERY
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due, and write the heartbeat now and then."""
        wait: float = super().tick(*args, **kwargs)
        if monotonic() - self._beat_at > self.EVERY:
            self._beat_at = monotonic()
            self._beat()
        return wait

    def _beat(self) -> None:
        from tickets.heartbeats import beat  # the apps are not loaded yet when Celery reads this module

        close_old_connections()
        try:
            beat("beat")
        except DatabaseError as error:
            log.warning("No heartbeat: %s", error)
