"""Measuring what nobody waits for: mails, deadlines, and telling the subscribers of events."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

from bench import proc
from bench.make_tickets import ANSWERS, SENTENCES
from bench.services import ROOT, Services

MAILS = 300


@dataclass(frozen=True)
class Work:
    """How much was done, and what it cost."""

    done: int
    seconds: float
    cpu: float
    database: float

    @property
    def ms(self) -> float:
        """Give the CPU milliseconds of one."""
        return (self.cpu + self.database) * 1000 / self.done

    @property
    def per_cpu_second(self) -> float:
        """Give how many one CPU second does."""
        return self.done / (self.cpu + self.database)


def mails(services: Services) -> Work:
    """Take many mails in, as the mail server hands them over; the start of the command does not count."""
    folder = services.folder / "mails"
    idle = _receive(services, folder, 1, "first")
    busy = _receive(services, folder, MAILS + 1, "more")
    return Work(MAILS, busy.seconds - idle.seconds, busy.cpu - idle.cpu, busy.database - idle.database)


def _receive(services: Services, folder: Path, number: int, name: str) -> Work:
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.eml"):
        old.unlink()
    for index in range(number):
        (folder / f"{index:05d}.eml").write_bytes(_mail(index, name))
    began, used, database = time.monotonic(), _children(), proc.cpu(_postgres(services))
    services.run("manage.py", "receive_mail", "--dir", str(folder))
    return Work(number, time.monotonic() - began, _children() - used, proc.cpu(_postgres(services)) - database)


def _mail(index: int, name: str) -> bytes:
    """Make a mail as people write them; every third has HTML beside the text."""
    language = "en" if index % 3 else "de"
    text = "\n".join([*SENTENCES[language].split("|"), "", "> " + ANSWERS[language].replace("|", "\n> ")])
    mail = EmailMessage()
    mail["From"] = f"Person {index} <person{index % 9000 + 1}@firm.example>"
    mail["To"] = "support@helpdesk.example"
    mail["Subject"] = f"VPN bricht ab ({name} {index})" if language == "de" else f"VPN disconnects ({name} {index})"
    mail["Message-ID"] = f"<{name}.{index}.{time.time_ns()}@firm.example>"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail.set_content(text)
    if index % 3 == 0:
        mail.add_alternative("".join(f"<p>{line}</p>" for line in text.split("\n")), subtype="html")
    return mail.as_bytes()


def inside(services: Services, what: str) -> Work:
    """Measure work of `bench.inside`; it says when it begins and ends, and waits for us to look."""
    program = subprocess.Popen(
        [sys.executable, "-m", "bench.inside", what],
        cwd=ROOT, env=services.env(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stdin is not None
    assert program.stdout is not None
    looks = []
    for word in ("begin", "end"):
        assert program.stdout.readline().strip() == word, f"bench.inside {what} failed."
        looks.append(proc.cpu(_postgres(services)))
        program.stdin.write("\n")
        program.stdin.flush()
    facts = json.loads(program.stdout.readline())
    program.wait()
    return Work(facts["done"], facts["seconds"], facts["cpu"], looks[1] - looks[0])


def _postgres(services: Services) -> int:
    assert services.postgres.process is not None
    return services.postgres.process.pid


def _children() -> float:
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
