"""Mails made to exhaust us, through the pipe and the door: each ends as a ticket, within bounds, with its bytes kept."""

import base64
import io
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone

from channels_intake.email import arriving
from channels_intake.models import Arrival
from tests.channels_intake.mails import mail
from tests.channels_intake.test_serve_mail import OURS, PETRA, Door, database
from tests.factories import make_queue
from tickets.models import Ticket

MB = 1024 * 1024
CPU_SECONDS = 2.0  # beyond what the start of a process and a harmless mail cost
MEMORY = 300 * MB
_HEAD = b"From: Petra <petra@kunde.example>\r\nTo: support@helpdesk.example\r\nSubject: Hilfe\r\nMIME-Version: 1.0\r\n"
_TEXT = b"Content-Type: text/plain\r\n\r\nBitte helfen Sie mir.\r\n"


def _multipart(*parts: bytes) -> bytes:
    body = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    ids = b"Message-ID: <bomb-%d@kunde.example>\r\n" % len(body)
    return _HEAD + ids + b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + body + b"--b--\r\n"


def many_parts() -> bytes:
    return _multipart(
        _TEXT, *(b"Content-Type: image/png\r\nContent-Disposition: attachment\r\n\r\nx" for _ in range(10_000))
    )


def many_levels() -> bytes:
    opening = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(500))
    return _HEAD + opening + _TEXT + b"".join(b"--b%d--\r\n" % n for n in reversed(range(500)))


def giant_headers() -> bytes:
    return _HEAD + b"".join(b"X-Filler-%d: %s\r\n" % (n, b"x" * 990) for n in range(9_000)) + _TEXT


def giant_references() -> bytes:
    ids = b"\r\n ".join(b"<%d@kunde.example>" % n for n in range(200_000))
    return _HEAD + b"References: " + ids + b"\r\n" + _TEXT


def one_line_of_base64() -> bytes:
    head = b"Content-Type: application/octet-stream; name=a.bin\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return _multipart(_TEXT, head + base64.b64encode(os.urandom(22 * MB)))


def a_zip_of_nothing() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(20):
            archive.writestr(f"{number}.txt", b"\0" * (20 * MB))
    head = b"Content-Type: application/zip; name=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    return _multipart(_TEXT, head + base64.encodebytes(packed.getvalue()))


def a_long_quote() -> bytes:
    return _HEAD + b"Content-Type: text/plain\r\n\r\nHilfe\r\n" + b"> " * 2_000_000 + b"\r\n" + b">\r\n" * 500_000


def nested_html() -> bytes:
    return _HEAD + b"Content-Type: text/html\r\n\r\nHilfe" + b"<div><b><table><tr><td>" * 100_000


BOMBS = [
    many_parts, many_levels, giant_headers, giant_references, one_line_of_base64, a_zip_of_nothing, a_long_quote, nested_html,
]  # fmt: skip


def _bounded() -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))


def _pipe(raw: bytes, folder: Path) -> float:
    """Feed the pipe and return the CPU seconds that the process took."""
    file = folder / "mail"
    file.write_bytes(raw)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with file.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "manage.py", "receive_mail"], stdin=stdin, capture_output=True, preexec_fn=_bounded,
            env={**os.environ, "DATABASE_URL": database()}, check=False,
        )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb_in_the_pipe_ends_as_a_ticket_within_bounds(
    transactional_db: None, tmp_path: Path, bomb: Callable[[], bytes]
) -> None:
    make_queue(is_default=True)
    raw = bomb()
    usual = _pipe(mail(), tmp_path)
    cost = _pipe(raw, tmp_path) - usual

    print(f"{bomb.__name__}: {len(raw) / MB:.1f} MB, {cost:.2f} s CPU")
    arrival = Arrival.objects.order_by("-pk")[0]
    assert (arrival.outcome, bytes(arrival.raw) == raw) == ("created", True), arrival.reason
    message = arrival.ticket.messages.order_by("pk")[0]
    if bomb in (many_parts, many_levels, giant_headers, a_long_quote):
        assert message.notes, "what was left out is said"
    assert cost < CPU_SECONDS * float(os.environ.get("SLOWER", "2")), "twice the bound, where others use the machine"


def test_all_bombs_at_once_come_in_by_the_door_and_become_tickets(transactional_db: None) -> None:
    make_queue(is_default=True)
    door = Door(database())
    try:
        for bomb in BOMBS:
            with door.client() as client:
                client.sendmail(PETRA, [OURS], bomb())
        with door.client() as client:
            client.sendmail(PETRA, [OURS], mail())
        peak = next(
            int(line.split()[1]) * 1024
            for line in Path(f"/proc/{door.process.pid}/status").read_text().splitlines() if line.startswith("VmHWM")
        )  # fmt: skip
    finally:
        door.close()
    print(f"door: {peak / MB:.0f} MB at most")
    arriving.process_stored(timezone.now())

    assert peak < MEMORY
    assert Arrival.objects.filter(outcome="created").count() == Ticket.objects.count() == len(BOMBS) + 1
