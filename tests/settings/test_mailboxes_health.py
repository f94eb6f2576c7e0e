"""What `/health/` says about mail: how much fails again and again, and nobody's address."""

from typing import Any

import pytest
from django.test import Client

from channels_intake.models import Mailbox
from notifications.models import Sender

pytestmark = pytest.mark.django_db


def issues() -> list[str]:
    """Ask as a monitoring system does, and keep what is about mail."""
    answer: dict[str, Any] = Client().get("/health/").json()
    return [issue for issue in answer["issues"] if "mailbox" in issue or "sender" in issue]


def test_mailboxes_and_senders_that_fail_again_and_again_are_counted() -> None:
    Mailbox.objects.create(name="A", address="a@helpdesk.example", host="h", failures=3, last_error="away")
    Mailbox.objects.create(name="B", address="b@helpdesk.example", host="h", failures=2, last_error="away")
    Mailbox.objects.create(name="C", address="c@helpdesk.example", host="h", failures=9, is_active=False)
    Mailbox.objects.create(name="D", address="d@helpdesk.example", failures=9)
    Sender.objects.create(address="a@helpdesk.example", failures=4)

    assert issues() == ["1 mailboxes cannot be fetched.", "1 senders cannot send."]


def test_what_works_is_not_mentioned() -> None:
    Mailbox.objects.create(name="A", address="a@helpdesk.example", host="h", failures=2)
    Sender.objects.create(address="a@helpdesk.example")

    assert issues() == []
