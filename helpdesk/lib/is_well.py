"""The health check of a container: `python -m helpdesk.lib.is_well web` (or worker, beat, fetcher)."""

import os
import signal
import sys
from http.client import HTTPConnection, HTTPException

import psycopg2

DEAF_AFTER = 30
# Docker itself only marks a container that fails; after this many seconds we end what does nothing, to be restarted.
END_AFTER = 30


def main(name: str) -> int:
    """Return 0 when the process works."""
    return _answers() if name == "web" else _beats(name)


def _answers() -> int:
    try:
        line = HTTPConnection("127.0.0.1", 8000, timeout=8)
        line.request("GET", "/health/", headers={"X-Forwarded-Proto": "https"})
        return int(line.getresponse().status != 200)
    except (OSError, HTTPException) as error:
        return _complain(str(error))


def _beats(name: str) -> int:
    try:
        age = _age(name)
    except psycopg2.Error as error:
        return _complain(f"The database does not answer: {error}")
    if age <= DEAF_AFTER:
        return 0
    if _uptime() > DEAF_AFTER + END_AFTER:
        os.kill(1, signal.SIGTERM)
    return _complain(f"{name} has done nothing for {age:.0f} s.")


def _complain(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


def _age(name: str) -> float:
    """Return how many seconds ago a process was heard of."""
    connection = psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM now() - at)::float FROM tickets_heartbeat WHERE name = %s", [name]
            )
            row = cursor.fetchone()
            return float(row[0]) if row else float("inf")
    finally:
        connection.close()


def _uptime() -> float:
    """Return for how many seconds the container's first process has been running."""
    with open("/proc/1/stat") as stat, open("/proc/uptime") as uptime:
        started = int(stat.read().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return float(uptime.read().split()[0]) - started


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
