"""Signs of life of the background processes."""

from datetime import datetime, timedelta

from django.db import connection

from tickets.models import Heartbeat

STALE = timedelta(seconds=30)


def beat(name: str) -> None:
    """Write down that `name` works, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_heartbeat (name, at) VALUES (%s, now()) ON CONFLICT (name) DO UPDATE SET at = now()",
            [name],
        )


def ages(now: datetime) -> dict[str, timedelta]:
    """Give the time since each process was last heard of."""
    return {name: now - at for name, at in Heartbeat.objects.values_list("name", "at")}
