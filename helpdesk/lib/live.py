"""Telling open pages that something changed. Best effort: a page that missed it fetches on reconnect."""

import json
import logging
from functools import cache
from typing import Any

from django.conf import settings
from redis import Redis, RedisError

log = logging.getLogger(__name__)

CHANNEL = "helpdesk:live"


def publish(topic: str, event: str, data: dict[str, Any], id: int | None = None) -> None:
    """Send an event to whoever listens to the topic; logs when Valkey is away."""
    message = {"topic": topic, "event": event, "data": data, "id": id}
    try:
        _valkey().publish(CHANNEL, json.dumps(message))
    except RedisError as error:
        log.warning("No live update of %s: %s", topic, error)


def is_there() -> bool:
    """Tell whether Valkey answers."""
    try:
        return bool(_valkey().ping())
    except RedisError:
        return False


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3)
