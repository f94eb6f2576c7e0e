"""A queue for new tickets, and real IMAP servers."""

from collections.abc import Iterator
from itertools import count

import pytest

from channels_intake.models import Mailbox
from tests.channels_intake.mails import ImapServer, find_dovecot, start_dovecot, start_pymap
from tests.factories import make_queue
from tickets.models import Queue

_numbers = count(1)


@pytest.fixture
def queue(db: None) -> Queue:
    """Give the queue that takes new tickets."""
    return make_queue(is_default=True)


@pytest.fixture(scope="session", params=["pymap", "dovecot"] if find_dovecot() else ["pymap"])
def imap(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    """Give a running IMAP server."""
    start = {"pymap": start_pymap, "dovecot": start_dovecot}[request.param]
    server = start(tmp_path_factory.mktemp(request.param))
    yield server
    server.stop()


@pytest.fixture
def mailbox(imap: ImapServer, queue: Queue) -> Mailbox:
    """Give a mailbox of ours with a folder of its own on the server."""
    box = Mailbox(
        name="Support",
        address="support@helpdesk.example",
        host=imap.host,
        port=imap.port,
        security=Mailbox.Security.NONE,
        username=imap.user,
        folder=f"folder{next(_numbers)}",
    )
    box.password = imap.password
    box.save()
    imap.create(box.folder)
    return box
