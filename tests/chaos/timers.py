"""
`python -m tests.chaos timers`: 5,000 clocks fall due within a minute, and whoever looks after them is killed meanwhile.

Three Celery workers sweep; they are killed (-9) at random and started again, beat stands still for a while, Valkey is
emptied, and PostgreSQL is killed once. At the end each clock must have been broken once and its step taken once, and
what is stored must be what the events say. `--calm` leaves everybody alone and judges how late the clocks were seen.
"""

import argparse
import os
import random
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from helpdesk.local import children, processes
from helpdesk.local.home import make_home
from helpdesk.local.postgres import LASTING, Postgres
from helpdesk.local.processes import Program
from helpdesk.local.supervisor import Supervisor
from helpdesk.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".run" / "chaos-timers"
DATABASE = "chaos"
MINUTES = 10
WORKERS = 3
AHEAD = timedelta(seconds=25)  # the workers have started by then
PATIENCE = 60.0  # without any progress
GOAL = 5.0

# How late: from the moment named to the commit, as PostgreSQL remembers it, not as the sweep wrote it down.
LATE = """
    SELECT extract(epoch FROM pg_xact_commit_timestamp(f.xmin) - f.due_at)::float FROM tickets_escalationfire f ORDER BY 1
"""
COUNTS = {
    "broken": "SELECT count(*) FROM tickets_clock WHERE state = 'breached' AND metric = 'first_response'",
    "broken, told": "SELECT count(*) FROM tickets_event WHERE kind = 'breached'",
    "broken, told, clocks": "SELECT count(DISTINCT clock_id) FROM tickets_event WHERE kind = 'breached'",
    "steps": "SELECT count(*) FROM tickets_escalationfire",
    "steps, tickets": "SELECT count(DISTINCT ticket_id) FROM tickets_escalationfire",
    "warnings": "SELECT count(*) FROM tickets_event WHERE kind = 'warned'",
    "warnings, tickets": "SELECT count(DISTINCT ticket_id) FROM tickets_event WHERE kind = 'warned'",
    "due": "SELECT count(*) FROM tickets_clock WHERE wake_at <= now()",
}


def main(arguments: list[str]) -> int:
    """Run it and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos timers", description=__doc__)
    parser.add_argument("--count", type=int, default=int(os.environ.get("CLOCKS", "5000")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "0")) or secrets.randbelow(10**6))
    parser.add_argument("--calm", action="store_true", help="kill nothing; be late by less than 5 s (95 of 100)")
    options = parser.parse_args(arguments)
    how = "left alone" if options.calm else f"seed {options.seed}"
    print(f"timers: {options.count} clocks in a minute, {WORKERS} workers, {how}", flush=True)
    return Timers(options.count, random.Random(options.seed), calm=options.calm).run()


class Timers:
    """One run."""

    def __init__(self, count: int, dice: random.Random, *, calm: bool) -> None:
        self.count, self.dice, self.calm = count, dice, calm
        self.done: Counter[str] = Counter()

    def run(self) -> int:
        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        home = make_home(FOLDER)
        self.postgres = Postgres(home, [*LASTING, "track_commit_timestamp=on"])
        self.valkey = Valkey(home)
        self.postgres.start()
        self.valkey.start()
        self.postgres.ensure(DATABASE)
        os.environ.update(
            DJANGO_SETTINGS_MODULE="helpdesk.settings", DATABASE_URL=self.postgres.url(DATABASE), PLAIN_STATIC="1",
            REDIS_URL=self.valkey.url, SECRET_KEY=secrets.token_urlsafe(50), LOG_LEVEL="ERROR", DATA_DIR=str(FOLDER),
        )  # fmt: skip
        servers = [self.postgres, self.valkey]
        self.supervisor = Supervisor(dict(os.environ), FOLDER / "log", servers, say=lambda _: None)
        try:
            self._stage()
            self._wait_for_the_first()
            for number in range(1, WORKERS + 1):
                self.supervisor.start(_worker(number))
            self.supervisor.start(processes.beat())
            return self._play()
        finally:
            self.supervisor.stop()

    def _stage(self) -> None:
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from sla.operations.policies import Step
        from tests.factories import make_agent, make_policy, make_queue

        step = Step("first_response", 0, ({"do": "notify", "whom": ["queue_lead"]},))
        self.queue = make_queue(policy=make_policy(MINUTES, 600, steps=(step,)))
        make_agent(self.queue, level=4)

    def _wait_for_the_first(self) -> None:
        from django.db import connection
        from django.utils import timezone

        from bench.copying import copy
        from tests.factories import make_ticket

        self.first = timezone.now() + AHEAD
        ticket = make_ticket(self.queue, channel="web", now=self.first - timedelta(minutes=MINUTES))
        copy(ticket, self.count - 1, apart=timedelta(minutes=1) / self.count)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        connection.close()

    def _play(self) -> int:
        plan = [] if self.calm else self._plan()
        began, told, most, moved_at = time.monotonic(), 0.0, 0, time.monotonic()
        until = began + (self.first - _now()).total_seconds() + 62
        while True:
            time.sleep(0.2)
            self.supervisor.look()
            while plan and time.monotonic() - began > plan[0][0]:
                _when, name, act = plan.pop(0)
                act()
                self.done[name] += 1
            if time.monotonic() - told > 5:
                told = time.monotonic()
                found = self._count()
                print(f"  {told - began:4.0f} s  {found.get('broken', -1):5} broken  {dict(self.done)}", flush=True)
                if found.get("broken", 0) > most:
                    most, moved_at = found["broken"], told
                over = told > until and not plan
                if over and (self._is_settled(found) or told > max(until, moved_at) + PATIENCE):
                    return self._judge()

    def _plan(self) -> list[tuple[float, str, Callable[[], Any]]]:
        """Say when what goes wrong; the minute begins after about 25 s."""
        begin = (self.first - _now()).total_seconds()
        plan: list[tuple[float, str, Callable[[], Any]]] = []
        moment = begin + 2
        while moment < begin + 65:
            plan.append((moment, "workers killed", self._kill_worker))
            moment += self.dice.uniform(2, 6)
        still = begin + self.dice.uniform(5, 20)
        plan.append((still, "beat stopped", self._stop_beat))
        plan.append((still + 12, "beat started", lambda: self.supervisor.start(processes.beat())))
        plan.append((begin + self.dice.uniform(30, 50), "Valkey emptied", self._empty))
        plan.append((begin + self.dice.uniform(30, 50), "PostgreSQL killed", self._kill_postgres))
        return sorted(plan, key=lambda one: one[0])

    def _kill_worker(self) -> None:
        alive = [kept for kept in self.supervisor.kept if kept.program.name != "beat" and kept.process.poll() is None]
        if alive:
            self.dice.choice(alive).process.kill()

    def _stop_beat(self) -> None:
        for kept in [kept for kept in self.supervisor.kept if kept.program.name == "beat"]:
            self.supervisor.kept.remove(kept)
            children.stop(kept.process, within=3)

    def _empty(self) -> None:
        from redis import Redis

        Redis.from_url(self.valkey.url).flushall()

    def _kill_postgres(self) -> None:
        assert self.postgres.process is not None
        self.postgres.process.kill()

    def _count(self) -> dict[str, int]:
        import psycopg2

        with suppress(psycopg2.Error):
            return {name: int(self._rows(query)[0][0]) for name, query in COUNTS.items()}
        return {}

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        import psycopg2

        connection = psycopg2.connect(self.postgres.url(DATABASE), connect_timeout=2)
        try:
            with connection.cursor() as cursor:
                cursor.execute(query)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def _is_settled(self, found: dict[str, int]) -> bool:
        return found.get("due") == 0 and found.get("broken", 0) >= self.count

    def _judge(self) -> int:
        from tickets.reconciling import differences

        found, late = self._count(), [float(row[0]) for row in self._rows(LATE)]
        different = [str(difference) for difference in differences()]
        for name, value in {**found, **self.done}.items():
            print(f"  {name:24} {value}")
        if late:
            places = {"p50": len(late) // 2, "p95": int(0.95 * len(late)), "max": -1}
            said = ", ".join(f"{name} {late[place]:.1f} s" for name, place in places.items())
            print(f"  late by                  {said}")
        print(f"  load                     {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        for words in different[:5]:
            print(f"  {words}")
        everything = [found[name] for name in COUNTS if name != "due"]
        wanted = {
            "none missed, none twice": everything == [self.count] * len(everything) and found["due"] == 0,
            "what is stored is what the events say": not different,
        }
        if self.calm:
            wanted["95 of 100 were late by less than 5 s"] = bool(late) and late[int(0.95 * len(late))] < GOAL
        for sentence, holds in wanted.items():
            print(f"  {'ok  ' if holds else 'FAIL'} {sentence}")
        return 0 if all(wanted.values()) else 1


def _worker(number: int) -> Program:
    program = processes.worker(threads=2)
    return replace(
        program, name=f"worker-{number}", heartbeat=None, arguments=[*program.arguments, "-n", f"timers{number}@%h"]
    )


def _now() -> datetime:
    from django.utils import timezone

    return timezone.now()
