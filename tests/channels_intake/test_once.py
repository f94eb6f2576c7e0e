"""The same mails, three times in parallel, by IMAP and by the pipe: each takes effect once. `make once` takes 500."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from channels_intake.email import arriving
from channels_intake.models import Arrival, Mailbox
from tests.channels_intake.mails import ImapServer, mail
from tickets.models import Event, Message, Ticket

MAILS = int(os.environ.get("ONCE_MAILS") or "100")


def _write(number: int) -> bytes:
    """Every fifth mail answers the one before it."""
    sender, answers = number, ""
    if number % 5 == 4:
        sender, answers = number - 1, f"<once-{number - 1}@kunde.example>"
    return mail(
        f"Person {sender} <person{sender}@kunde.example>", subject=f"Mail {number}", answers=answers,
        message_id=f"<once-{number}@kunde.example>",
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_same_mails_by_imap_and_twice_by_pipe_at_once_take_effect_once(
    imap: ImapServer, mailbox: Mailbox, tmp_path: Path
) -> None:
    mails = [_write(number) for number in range(MAILS)]
    for number, raw in enumerate(mails):
        (tmp_path / f"{number:04}.eml").write_bytes(raw)
    imap.put(mailbox.folder, *mails)
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    pipe = ["receive_mail", "--mailbox", mailbox.address, "--dir", str(tmp_path)]

    ways = [
        subprocess.Popen([sys.executable, "manage.py", *way], env={**os.environ, "DATABASE_URL": url}, stdout=-3)
        for way in (["fetch_mail", "--once"], pipe, pipe)
    ]
    codes = [way.wait(300) for way in ways]
    arriving.process_stored(timezone.now())

    assert codes == [0, 0, 0]
    assert Arrival.objects.count() == MAILS
    answers = MAILS // 5
    outcomes = Counter(Arrival.objects.values_list("outcome", flat=True))
    assert outcomes == {"created": MAILS - answers, "appended": answers}
    assert Ticket.objects.count() == MAILS - answers
    written = Message.objects.filter(is_from_staff=False, auto_generated=False).exclude(kind="system")
    assert written.count() == written.values("message_id").distinct().count() == MAILS
    for kind in (Event.Kind.OPENED, Event.Kind.RECEIVED):
        often = Event.objects.filter(kind=kind).values("message_id").annotate(n=Count("pk")).filter(n__gt=1)
        assert not often.exists()
    assert Event.objects.filter(kind=Event.Kind.OPENED).count() == MAILS - answers
    acknowledged = Message.objects.filter(kind="system").values("ticket_id").annotate(n=Count("pk"))
    assert {row["n"] for row in acknowledged} <= {1}
    assert imap.search(mailbox.folder, "UNSEEN") == []
