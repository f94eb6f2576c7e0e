"""The chat's page carries no secret of the server, and only its own visitor writes in a chat (also chatwoot issue 14046)."""

import uuid
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from channels_intake.chat.watching import watch
from channels_intake.models import Mailbox
from tests.channels_intake.chat.conftest import begin, visitor_of
from tests.factories import make_agent
from tickets.models import Message, Queue


def test_the_visitors_page_shows_no_secret(queue: Queue) -> None:
    watch(make_agent(queue), timezone.now())
    mailbox = Mailbox(
        name="Support", address="support@helpdesk.example", host="imap.secret.example", username="imap-user"
    )
    mailbox.password = "imap-password"
    mailbox.save()
    started = begin()
    for path in ("/intake/chat/", f"/intake/chat/{started.chat.key}/"):
        page = visitor_of(started).get(path).content.decode() + Client().get(path).content.decode()
        for secret in (settings.SECRET_KEY, "imap-password", "imap.secret.example", "imap-user", *settings.FIELD_KEYS):
            assert secret not in page


def test_a_chat_takes_lines_from_its_own_visitor_alone(queue: Queue) -> None:
    started, other = begin(), begin("otto@kunde.example")
    before = Message.with_notes.count()
    forged: list[dict[str, Any]] = [
        {},
        {"chat": f"{started.chat.key}.wrong"},
        {"chat": f"{started.chat.key}.{other.secret}"},
    ]
    for cookies in forged:
        client = Client()
        for name, value in cookies.items():
            client.cookies[name] = value
        client.post(f"/intake/chat/{started.chat.key}/lines/", {"text": "Ich bin Vera", "client_id": str(uuid.uuid4())})

    assert Message.with_notes.count() == before
