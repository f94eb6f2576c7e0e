"""
A mail appended to the mailbox by a mail program shows on an agent's open list.

How long that takes is printed (`make test K=shows_within_seconds ARGS=-rP`, about a second on an idle machine), and never
judged: machines that run tests may be slow.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from imap_tools import MailBoxUnencrypted, MailMessageFlags
from playwright.sync_api import Page, expect

from channels_intake.models import Arrival, Mailbox
from helpdesk.local import processes
from tests.channels_intake.mails import ImapServer, find_dovecot, mail, start_dovecot, start_pymap
from tests.factories import make_agent, make_queue
from tests.product import Product
from tests.stories.test_a_mail_becomes_a_solved_ticket import eventually, log_in

PASSWORD = "a-long-password-of-tests"
MAILS = 5


@pytest.fixture(scope="module", params=["pymap", "dovecot"] if find_dovecot() else ["pymap"])
def imap(request: pytest.FixtureRequest, server_folder: Path) -> Iterator[ImapServer]:
    folder = server_folder / request.param
    folder.mkdir()
    server = {"pymap": start_pymap, "dovecot": start_dovecot}[request.param](folder)
    yield server
    server.stop()


def test_a_mail_appended_to_the_mailbox_shows_on_the_agents_open_list(
    product: Product, imap: ImapServer, page: Page
) -> None:
    agent = make_agent(make_queue(is_default=True), name="Anna Erste", language="en", password=PASSWORD)
    box = Mailbox(
        name="Support", address="support@helpdesk.example", host=imap.host, port=imap.port,
        security=Mailbox.Security.NONE, username=imap.user, folder="INBOX",
    )  # fmt: skip
    box.password = imap.password
    box.save()
    product.run(processes.fetcher())
    log_in(page, product, agent)
    page.goto(f"{product.url}/tickets/")
    eventually(lambda: Mailbox.objects.exclude(last_fetch_at=None).exists())
    time.sleep(2)  # the fetcher waits in IDLE, the page listens

    took, stored = [], []
    with MailBoxUnencrypted(imap.host, imap.port).login(imap.user, imap.password) as program:
        for number in range(MAILS):
            appended_at = timezone.now()
            raw = mail(f"p{number}@kunde.example", subject=f"Scanner {number} streikt")
            began = time.monotonic()
            program.append(raw, "INBOX", flag_set=[MailMessageFlags.FLAGGED])
            shows = re.compile(f"Show 1 new ticket|Scanner {number} streikt")
            expect(page.locator("#list")).to_contain_text(shows, timeout=20_000)
            took.append(time.monotonic() - began)
            stored.append((Arrival.objects.order_by("-pk")[0].received_at - appended_at).total_seconds())
            if page.locator("#list a.fresh").is_visible():
                page.locator("#list a.fresh").click()
            expect(page.locator("#list")).to_contain_text(f"Scanner {number} streikt", timeout=20_000)

    print("From the mailbox to the screen, seconds:", ", ".join(f"{one:.1f}" for one in took))
    print("of these until it was stored:", ", ".join(f"{one:.1f}" for one in stored))
    assert Arrival.objects.filter(outcome="created").count() == MAILS
