"""The connection test of a sender that signs in by OAuth, against a real SMTP server that asks for a token."""

import pytest
from django.utils.translation import override

from helpdesk.administration.trials import try_sending
from notifications.models import Sender
from tests.notifications.certificates import Authority
from tests.notifications.conftest import Mailman, Start
from tests.notifications.test_servers import make_grant, queue_with

pytestmark = pytest.mark.django_db


def _sender(start: Start, authority: Authority, token: str) -> tuple[Sender, Mailman]:
    own = start(Mailman(tokens={"it@helpdesk.example": token}), starttls=authority.server_side())
    return queue_with(own, security="starttls", grant=make_grant()).senders.get(), own


def test_the_right_token_works_and_nothing_is_sent(start: Start, authority: Authority) -> None:
    sender, own = _sender(start, authority, "token-1")

    with override("en"):
        works, words = try_sending(sender)

    assert works
    assert words.startswith("It works")
    assert (own.logins, own.mails) == ([("it@helpdesk.example", "XOAUTH2")], [])


def test_a_token_that_is_refused_is_said_in_words(start: Start, authority: Authority) -> None:
    sender, own = _sender(start, authority, "another")

    with override("en"):
        works, words = try_sending(sender)

    assert not works
    assert "535" not in words.split(".", maxsplit=1)[0]
    assert len(words) > 20
    assert own.logins == []
