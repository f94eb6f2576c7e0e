"""
`make chaos`: kill everything, lose nothing.

While 200 mails arrive by IMAP and 200 clocks fall due, web, worker, beat, fetcher, Valkey and PostgreSQL are killed (-9)
at random moments and started again by the supervisor; Valkey is emptied once as well. At the end there must be 200 tickets
from mails and 200 escalations, none missing and none twice, and every mail we promised must have reached the SMTP server,
repeated only with the same Message-ID. `python -m tests.chaos timers` is about clocks alone; `make chaos` runs both.
"""

import argparse
import os
import random
import secrets
import shutil
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

from helpdesk.local import processes
from helpdesk.local.home import make_home
from helpdesk.local.postgres import Postgres
from helpdesk.local.supervisor import Supervisor
from helpdesk.local.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".run" / "chaos"
GRACE = 150.0  # a mail whose sender was killed waits for its lease


class Sink:
    """Remembers what a real SMTP server is given, and now and then hangs up right after taking it."""

    def __init__(self, dice: random.Random) -> None:
        self.taken: list[tuple[str, str, str]] = []
        self._dice = dice

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content)
        self.taken.append((mail["Message-ID"], mail["To"], mail["Subject"]))
        if self._dice.random() < 0.05:
            session.peer = None
            server.transport.abort()
        return "250 taken"


def main() -> int:
    """Run the whole thing and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=int(os.environ.get("COUNT", "200")))
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SECONDS", "75")))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "0")) or secrets.randbelow(10**6))
    options = parser.parse_args()
    print(f"chaos: {options.count} mails and clocks in {options.seconds:.0f} s, seed {options.seed}", flush=True)
    return Chaos(options.count, options.seconds, random.Random(options.seed)).run()


class Chaos:
    """One run."""

    def __init__(self, count: int, seconds: float, dice: random.Random) -> None:
        self.count, self.seconds, self.dice = count, seconds, dice
        self.over = Flag()
        self.kills: Counter[str] = Counter()

    def run(self) -> int:
        from aiosmtpd.controller import Controller

        shutil.rmtree(FOLDER, ignore_errors=True)
        FOLDER.mkdir(parents=True)
        sink = Sink(self.dice)
        smtp = Controller(sink, hostname="127.0.0.1", port=_free_port())
        smtp.start()
        home = make_home(FOLDER)
        self.postgres, self.valkey = Postgres(home), Valkey(home)
        self.postgres.start()
        self.valkey.start()
        self.postgres.ensure("chaos")
        self._environment(smtp.port)
        self._stage()
        supervisor = Supervisor(dict(os.environ), FOLDER / "log", [self.postgres, self.valkey], say=lambda _: None)
        port = _free_port()
        for program in (processes.web(port), processes.worker(), processes.beat(), processes.fetcher()):
            supervisor.start(program)
        self.supervisor = supervisor
        try:
            return self._play(sink)
        finally:
            self.over.set()
            supervisor.stop()
            self.imap.stop()
            smtp.stop()

    def _environment(self, smtp_port: int) -> None:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="helpdesk.settings",
            DATABASE_URL=self.postgres.url("chaos"),
            REDIS_URL=self.valkey.url,
            SECRET_KEY=secrets.token_urlsafe(50),
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=str(smtp_port),
            AUTO_REPLIES_PER_HOUR="1000",
            PLAIN_STATIC="1",
            LOG_LEVEL="ERROR",
        )

    def _stage(self) -> None:
        import django

        django.setup()
        from django.core.management import call_command
        from django.utils import timezone

        from tests.channels_intake.mails import start_pymap

        self.imap = start_pymap(FOLDER)
        call_command("migrate", verbosity=0)
        from channels_intake.models import Mailbox
        from tests.factories import make_agent, make_levels, make_policy, make_queue, make_ticket, make_user

        first, second = make_levels(make_policy(first_response=1, resolution=600))
        make_agent(first)
        make_agent(second)
        box = Mailbox(
            name="Support", address="support@helpdesk.example", host=self.imap.host, port=self.imap.port,
            security=Mailbox.Security.NONE, username=self.imap.user, queue=make_queue(), folder="INBOX",
        )  # fmt: skip
        box.password = self.imap.password
        box.save()
        requester, now = make_user(), timezone.now()
        for number in range(self.count):
            # due one by one over the whole time
            start = now - timedelta(seconds=50 - (self.seconds - 10) * number / self.count)
            make_ticket(first, requester=requester, subject=f"Clock {number}", channel="web", now=start)

    def _play(self, sink: Sink) -> int:
        begin = time.monotonic()
        threads = [Thread(target=self._post, daemon=True), Thread(target=self._kill, daemon=True)]
        for thread in threads:
            thread.start()
        listened = begin
        quiet_since: float | None = None
        while True:
            time.sleep(0.4)
            self.supervisor.look()
            if time.monotonic() - listened > 5:
                listened = time.monotonic()
                self.supervisor.listen()
                self._progress(begin, sink)
            if any(thread.is_alive() for thread in threads):
                continue
            quiet_since = quiet_since or time.monotonic()
            if self._is_settled() or time.monotonic() - quiet_since > GRACE:
                return self._judge(sink, time.monotonic() - quiet_since)

    def _post(self) -> None:
        """Put the mails into the mailbox, one by one."""
        for number in range(self.count):
            mail = EmailMessage()
            mail["From"] = f"Person {number} <person{number}@kunde.example>"
            mail["To"] = "support@helpdesk.example"
            mail["Subject"] = f"Mail {number}"
            mail["Message-ID"] = make_msgid(domain="kunde.example")
            mail.set_content(f"Der Drucker in Raum {number} druckt nicht.")
            self.imap.put("INBOX", mail.as_bytes())
            time.sleep(self.seconds / self.count * 0.85)

    def _kill(self) -> None:
        """Kill something every other second; empty Valkey once in the middle."""
        from redis import Redis, RedisError

        end, emptied = time.monotonic() + self.seconds, False
        while time.monotonic() < end:
            time.sleep(self.dice.uniform(0.5, 2.5))
            victims = {kept.program.name: kept.process for kept in self.supervisor.kept}
            victims |= {"Valkey": self.valkey.process, "PostgreSQL": self.postgres.process}
            weights = [1 if name == "PostgreSQL" else 2 for name in victims]
            name = self.dice.choices(list(victims), weights)[0]
            if (process := victims[name]) is not None and process.poll() is None:
                process.kill()
                self.kills[name] += 1
            if not emptied and time.monotonic() > end - self.seconds / 2:
                with suppress(RedisError):
                    Redis.from_url(self.valkey.url).flushall()
                    emptied = True
                    self.kills["FLUSHALL"] += 1

    def _count(self) -> dict[str, int]:
        import psycopg2

        queries = {
            "tickets from mails": "SELECT count(*) FROM tickets_ticket WHERE channel = 'email'",
            "mails with a ticket": "SELECT count(DISTINCT ticket_id) FROM channels_intake_arrival WHERE outcome='created'",
            "subjects": "SELECT count(DISTINCT subject) FROM tickets_ticket WHERE channel = 'email'",
            "escalations": "SELECT count(*) FROM tickets_event WHERE kind = 'escalated'",
            "escalated tickets": "SELECT count(DISTINCT ticket_id) FROM tickets_event WHERE kind = 'escalated'",
            "breaches": "SELECT count(*) FROM tickets_event WHERE kind = 'breached'",
            "events not relayed": "SELECT count(*) FROM tickets_event WHERE relay_at IS NOT NULL",
            "mails promised": "SELECT count(*) FROM notifications_delivery WHERE medium = 'mail'",
            "mails unsent": "SELECT count(*) FROM notifications_delivery WHERE medium = 'mail' AND state <> 'sent'",
            "acknowledgements": "SELECT count(*) FROM tickets_event WHERE kind = 'acknowledged'",
        }
        with suppress(psycopg2.Error):
            connection = psycopg2.connect(self.postgres.url("chaos"), connect_timeout=2)
            try:
                with connection.cursor() as cursor:
                    found = {}
                    for name, query in queries.items():
                        cursor.execute(query)
                        found[name] = cursor.fetchone()[0]
                    return found
            finally:
                connection.close()
        return {}

    def _is_settled(self) -> bool:
        now = self._count()
        done = now and now["tickets from mails"] >= self.count and now["escalations"] >= self.count
        return bool(done) and now["events not relayed"] == now["mails unsent"] == 0

    def _progress(self, begin: float, sink: Sink) -> None:
        now = self._count() or {"tickets from mails": -1, "escalations": -1}
        print(
            f"  {time.monotonic() - begin:4.0f} s  {now['tickets from mails']:4} tickets  {now['escalations']:4} escalations  "
            f"{len(sink.taken):4} mails out  {sum(self.kills.values()):3} kills",
            flush=True,
        )

    def _judge(self, sink: Sink, settled: float) -> int:
        import psycopg2

        found = self._count()
        connection = psycopg2.connect(self.postgres.url("chaos"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT message_id, address FROM notifications_delivery WHERE medium = 'mail'")
            promised = {(message_id, address) for message_id, address in cursor.fetchall()}
        connection.close()
        arrived = Counter(message_id for message_id, _, _ in sink.taken)
        facts = {
            **found,
            "kills": dict(self.kills),
            "settled after": f"{settled:.0f} s",
            "mails sent": sum(arrived.values()),
            "distinct Message-IDs sent": len(arrived),
            "Message-IDs promised": len({message_id for message_id, _ in promised}),
            "repeats": sum(arrived.values()) - len(arrived),
        }
        for name, value in facts.items():
            print(f"  {name:28} {value}")
        wanted = {
            "every mail became one ticket": (
                found["tickets from mails"],
                found["subjects"],
                found["mails with a ticket"],
            )
            == (self.count,) * 3,
            "every clock escalated once": (found["escalations"], found["escalated tickets"], found["breaches"])
            == (self.count,) * 3,
            "every sender was acknowledged once": found["acknowledgements"] == self.count,
            "nothing is left to do": found["events not relayed"] == found["mails unsent"] == 0,
            "every promised Message-ID was sent, and no other": set(arrived)
            == {message_id for message_id, _ in promised},
        }
        for sentence, holds in wanted.items():
            print(f"  {'ok  ' if holds else 'FAIL'} {sentence}")
        return 0 if all(wanted.values()) else 1


def _free_port() -> int:
    from tests.product import free_port

    return free_port()


if __name__ == "__main__":
    if sys.argv[1:2] == ["timers"]:
        from tests.chaos import timers

        sys.exit(timers.main(sys.argv[2:]))
    sys.exit(main())
