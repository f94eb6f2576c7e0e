"""Ending event streams from outside: after a log-out, or when somebody is disabled."""

import logging
import time
from functools import cache

from django.conf import settings
from redis import Redis, RedisError

from helpdesk.lib import live
from helpdesk.lib.stream_tokens import DAY, Listener

log = logging.getLogger(__name__)

EVERY_SESSION = "*"


def end_streams(user_id: int, session: str = EVERY_SESSION) -> None:
    """End the streams of a person, or of one session; admissions signed before now are no longer valid."""
    try:
        _valkey().set(end_key(user_id, session), int(time.time()), ex=DAY)
    except RedisError as error:
        log.warning("The streams of person %s go on until Valkey is back: %s", user_id, error)
    live.publish(f"end:{user_id}", "end", {"session": session})


def end_keys(listener: Listener) -> list[str]:
    """Return the keys under which an end for this listener may be written."""
    return [end_key(listener.user_id, EVERY_SESSION), end_key(listener.user_id, listener.session)]


def end_key(user_id: int, session: str) -> str:
    """Return the key under which the time of an end is written."""
    return f"helpdesk:ended:{user_id}:{session}"


@cache
def _valkey() -> Redis:
    return Redis.from_url(settings.REDIS_URL, socket_timeout=0.3, socket_connect_timeout=0.3)
