"""
`make bench-timers`: what the sweep costs with 10,000, 100,000 and 1,000,000 clocks armed and 1,000 of them due.

The cost must not grow with what is armed: each claim reads the partial index `clock_wake` from its beginning. N= is the most.
"""

import os
import re
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import proc
from bench.services import ROOT, Services

DATABASE = "timers"
SIZES = (10_000, 100_000, 1_000_000)
DUE = 1_000
CLAIMS = 200
INDEX = "clock_wake"
STEPS = ("warns", "raises the priority", "moves it to the second level")


@dataclass(frozen=True)
class Round:
    """What one size, or one kind of step, cost."""

    armed: int
    does: str
    seconds_to_fill: float = 0.0
    claim_ms: float = 0.0
    buffers: int = 0
    plan: str = ""
    python_ms: float = 0.0
    database_ms: float = 0.0
    statements: float = 0.0


def main() -> int:
    """Measure, print a table, and return the exit status."""
    most = int(os.environ.get("N") or SIZES[-1])
    services = Services(Path(ROOT) / ".run" / "bench-timers")
    services.start()
    try:
        services.postgres.drop(DATABASE)
        services.postgres.ensure(DATABASE)
        os.environ.update(services.env(DATABASE))
        import django

        django.setup()
        rounds = _measure([size for size in SIZES if size <= most])
    finally:
        services.stop()
    print(_table(rounds))
    return 0 if all(INDEX in one.plan for one in rounds if one.plan) else 1


def _measure(sizes: list[int]) -> list[Round]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    armed, rounds = Armed(), []
    for place, size in enumerate(sizes):
        print(f"{size:,} armed …", file=sys.stderr, flush=True)
        rounds.append(armed.round(size))
        for does in STEPS if place == 0 else ():
            print(f"a clock that {does} …", file=sys.stderr, flush=True)
            rounds.append(armed.stepping(does))
    return rounds


class Armed:
    """Tickets with five clocks each, and what sweeps them."""

    def __init__(self) -> None:
        from django.utils import timezone

        from bench.promising import make_queue

        self.now = timezone.now()
        self.queue = make_queue()
        self.size = 0

    def round(self, size: int) -> Round:
        from django.db import connection, transaction
        from django.test.utils import CaptureQueriesContext

        from tickets import timers
        from tickets.models import Clock

        began = time.monotonic()
        self._fill(self.queue, size - self.size)
        self.size = size
        self._make_due(self.queue)
        filled = time.monotonic() - began
        due = Clock.objects.filter(wake_at__lte=self.now).order_by("wake_at")
        times = []
        for _claim in range(CLAIMS):
            with transaction.atomic():
                start = time.perf_counter()
                timers._claim(due[:1])
                times.append(1000 * (time.perf_counter() - start))
        with transaction.atomic(), CaptureQueriesContext(connection) as said:
            timers._claim(due[:1])
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {said.captured_queries[-1]['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        found = re.search(r"Buffers: shared hit=(\d+)", plan)
        return self._fired(
            Round(size, "is broken", filled, sorted(times)[CLAIMS // 2], int(found[1]) if found else 0, plan)
        )

    def stepping(self, does: str) -> Round:
        from bench.promising import make_queue

        queue = make_queue(does)
        self._fill(queue, 5 * DUE)
        self._make_due(queue)
        self.size += 5 * DUE
        return self._fired(Round(self.size, does))

    def _fill(self, queue: Any, clocks: int) -> None:
        from bench.copying import copy
        from bench.promising import make_ticket

        ticket = make_ticket(queue, now=self.now)
        copy(ticket, clocks // 5 - 1, apart=timedelta(milliseconds=50))

    def _make_due(self, queue: Any) -> None:
        """Let clocks all over the tickets of a queue run out, one after the other."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "WITH chosen AS (SELECT c.id, row_number() OVER (ORDER BY md5(c.id::text)) AS n FROM tickets_clock c "
                "  JOIN tickets_ticket t ON t.id = c.ticket_id "
                "  WHERE t.queue_id = %s AND c.metric = 'first_response' AND c.state = 'running'"
                "  ORDER BY md5(c.id::text) LIMIT %s) "
                "UPDATE tickets_clock SET due_at = %s + n * interval '1 ms', wake_at = %s + n * interval '1 ms', "
                "  started_at = %s + n * interval '1 ms' - minutes * interval '1 minute' "
                "FROM chosen WHERE chosen.id = tickets_clock.id",
                [queue.pk, DUE, *[self.now - timedelta(minutes=1)] * 3],
            )
            cursor.execute("VACUUM ANALYZE")

    def _fired(self, found: Round) -> Round:
        from dataclasses import replace

        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        from tickets import timers

        with CaptureQueriesContext(connection) as said:
            assert timers.fire_due(self.now, limit=20) == 20  # fills what a process keeps
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backend = cursor.fetchone()[0]
        database, python = proc.cpu(backend), time.process_time()
        done = timers.fire_due(self.now, limit=DUE)
        assert done == DUE - 20, done
        return replace(
            found,
            python_ms=1000 * (time.process_time() - python) / done,
            database_ms=1000 * (proc.cpu(backend) - database) / done,
            statements=len(said.captured_queries) / 20,
        )


def _table(rounds: list[Round]) -> str:
    lines = [
        "| armed | due | fill, s | claim, p50 ms | its buffers | a clock that … | statements | CPU ms, Python + database |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in rounds:
        claim = f"{one.seconds_to_fill:.0f} | {one.claim_ms:.2f} | {one.buffers}" if one.plan else " | | "
        lines.append(
            f"| {one.armed:,} | {DUE:,} | {claim} | {one.does} | {one.statements:.1f} "
            f"| {one.python_ms:.2f} + {one.database_ms:.2f} = {one.python_ms + one.database_ms:.2f} |"
        )
    largest = [one for one in rounds if one.plan][-1]
    lines += ["", f"The plan of the claim with {largest.armed:,} armed:", "", largest.plan]
    lines.append(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
