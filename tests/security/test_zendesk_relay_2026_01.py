"""Automatic answers are no way to mail strangers in our name."""

from typing import Any

import pytest

from tests.channels_intake.mails import mail, receive
from tickets.models import Queue, Ticket


def test_zendesk_relay_2026_acknowledgements_to_one_address_are_limited(queue: Queue, settings: Any) -> None:
    settings.AUTO_REPLIES_PER_HOUR = 3
    sent = [receive(mail()).acknowledgement is not None for _ in range(6)]

    assert sent == [True, True, True, False, False, False]
    assert Ticket.objects.count() == 6


def test_zendesk_relay_2026_acknowledgements_to_strangers_are_limited_in_sum(queue: Queue, settings: Any) -> None:
    settings.AUTO_REPLIES_PER_HOUR = 1
    sent = sum(receive(mail(f"victim{n}@evil.example")).acknowledgement is not None for n in range(65))

    assert sent == 60


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-generated"}, {"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"},
        {"Precedence": "list"}, {"List_Id": "<news.example>"}, {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"}, {"X_Autoreply": "yes"},
    ],
)  # fmt: skip
def test_machines_are_never_answered_automatically(queue: Queue, headers: dict[str, str]) -> None:
    assert receive(mail(**headers)).acknowledgement is None


def test_a_sender_that_fails_dmarc_is_not_answered_automatically(queue: Queue, settings: Any) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    failed = "mx.helpdesk.example; dmarc=fail header.from=kunde.example"

    assert receive(mail(Authentication_Results=failed)).acknowledgement is None
