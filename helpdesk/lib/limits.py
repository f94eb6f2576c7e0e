"""How often somebody may do something; counted in PostgreSQL, so it holds whatever else is away."""

from datetime import timedelta

from django.db import connection

_COUNT = """
INSERT INTO helpdesk_limit AS known (key, since, count) VALUES (%(key)s, now(), 1)
ON CONFLICT (key) DO UPDATE SET
    since = CASE WHEN known.since < now() - make_interval(secs => %(seconds)s) THEN now() ELSE known.since END,
    count = CASE WHEN known.since < now() - make_interval(secs => %(seconds)s) THEN 1 ELSE known.count + 1 END
RETURNING count
"""


def allow(key: str, limit: int, *, per: timedelta) -> bool:
    """Count one more and tell whether it is still within the limit; the window begins with the first one."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"key": key[:200].lower(), "seconds": per.total_seconds()})
        row = cursor.fetchone()
    return row is not None and row[0] <= limit
