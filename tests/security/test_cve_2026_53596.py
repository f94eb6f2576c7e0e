"""
Who needs no login can neither flood nor upload without limit, and no token of theirs stands in a log.

Also libredesk 2b645fa4 (widget without limit) and CVE-2026-63765 (chatwoot, tokens in logs).
"""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from channels_intake.chat.watching import watch
from tests.channels_intake.chat.conftest import begin, visitor_of
from tests.factories import make_agent
from tickets.models import Attachment, Message, Queue, Ticket


def test_a_visitor_cannot_start_chats_without_end(queue: Queue) -> None:
    watch(make_agent(queue), timezone.now())
    answers = [
        Client().post(
            "/intake/chat/",
            {"name": "V", "email": f"v{n}@kunde.example", "text": "Hilfe!", "client_id": str(uuid.uuid4())},
        ).status_code
        for n in range(120)
    ]  # fmt: skip

    assert answers.count(302) == Ticket.objects.count() == 30


def test_a_visitor_cannot_write_lines_without_end(queue: Queue) -> None:
    started = begin()
    visitor = visitor_of(started)
    answers = [
        visitor.post(
            f"/intake/chat/{started.chat.key}/lines/", {"text": f"Zeile {n}", "client_id": str(uuid.uuid4())}
        ).status_code
        for n in range(200)
    ]

    assert 429 in answers
    assert Message.objects.count() < 200


def test_nobody_uploads_into_a_chat_or_without_a_form(queue: Queue) -> None:
    started = begin()
    visitor = visitor_of(started)
    file = SimpleUploadedFile("x.html", b"<script>alert(1)</script>", content_type="text/html")
    visitor.post(
        f"/intake/chat/{started.chat.key}/lines/", {"text": "x", "client_id": str(uuid.uuid4()), "attachments": file}
    )

    assert not Attachment.objects.exists()


def test_a_visitors_secret_stands_in_no_log(queue: Queue, caplog: pytest.LogCaptureFixture) -> None:
    started = begin()
    with caplog.at_level("DEBUG"):
        visitor = visitor_of(started)
        visitor.get(f"/intake/chat/{started.chat.key}/")
        visitor.post(f"/intake/chat/{started.chat.key}/lines/", {"text": "Guten Tag", "client_id": str(uuid.uuid4())})
        visitor.get("/intake/chat/no-such-page/")

    assert started.secret not in caplog.text
