"""Waking a worker. Harmless when nobody hears it: the sweeps read the same rows a little later."""

import logging

from celery import current_app

from helpdesk.lib import live

log = logging.getLogger(__name__)

# Valkey's queues count 0 as the most urgent. What beat sends is: deadlines must not wait behind what they cause.
AFTER_THE_CLOCKS = 6


def wake(task: str) -> None:
    """Ask a worker to run a task now; says so in the log and goes on when the broker is away."""
    if not live.is_there():
        # The broker's client would try for seconds, and somebody waits for this page.
        log.warning("Valkey is away: %s waits for its sweep.", task)
        return
    try:
        current_app.send_task(task, retry=False, ignore_result=True, priority=AFTER_THE_CLOCKS)
    except Exception as error:  # noqa: BLE001 a broker goes away in many ways, and none of them may hurt
        log.warning("No worker could be woken for %s: %s", task, error)
