"""Mail leaves by the server of its sender: encrypted, signed in, and none waits for another's."""

import smtplib
import socket
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from helpdesk.lib import secrets
from notifications.models import Delivery, OAuthGrant, Sender
from notifications.sending import PAUSE
from tests.factories import NOW, make_agent, make_queue, make_ticket
from tests.notifications.certificates import Authority, make_authority
from tests.notifications.conftest import Mailman, Start
from tests.notifications.mailing import answer, delivery_of, make_sender, send
from tickets.models import Queue
from tickets.operations.acknowledging import acknowledge
from tickets.operations.escalation import escalate

pytestmark = pytest.mark.django_db


def queue_with(server: Mailman, **fields: Any) -> Queue:
    """Make a queue that writes by this server."""
    queue = make_queue()
    fields.setdefault("security", Sender.Security.NONE)
    fields.setdefault("address", f"queue{queue.pk}@helpdesk.example")
    make_sender(queue=queue, host="127.0.0.1", port=server.port, **fields)
    return queue


def make_grant(token: str = "token-1", **fields: Any) -> OAuthGrant:
    """Make a sign-in whose token is still valid for an hour."""
    return OAuthGrant.objects.create(
        name="Microsoft 365",
        provider="other",
        client_id="helpdesk",
        account="it@helpdesk.example",
        access_token=secrets.encrypt(token),
        expires_at=timezone.now() + timedelta(hours=1),
        **fields,
    )


def test_mail_leaves_by_the_server_of_its_sender_and_other_mail_by_the_one_of_the_house(
    post: Mailman, start: Start
) -> None:
    own = start()
    answer(make_ticket(queue_with(own, address="it@helpdesk.example")))
    answer(make_ticket(make_queue(is_default=False)))

    assert send() == 2

    assert [(mail["From"].addresses[0].addr_spec) for mail in own.mails] == ["it@helpdesk.example"]
    assert own.senders == ["it@helpdesk.example"]
    assert post.senders == ["support@helpdesk.example"]


def test_each_server_is_opened_once_a_run(post: Mailman, start: Start) -> None:
    first, second = start(), start()
    one, two = queue_with(first), queue_with(second)
    for queue in (one, two, one, two, make_queue()):
        answer(make_ticket(queue))

    assert send() == 5

    assert (first.connections, second.connections, post.connections) == (1, 1, 1)
    assert (len(first.mails), len(second.mails), len(post.mails)) == (2, 2, 1)


def test_a_sender_without_a_server_uses_the_one_of_the_house(post: Mailman) -> None:
    queue = make_queue()
    sender = make_sender(queue=queue)
    answer(make_ticket(queue))

    send()

    assert post.senders == ["it@helpdesk.example"]
    sender.refresh_from_db()
    assert sender.last_sent_at is not None


def test_a_notice_to_staff_leaves_by_the_server_and_the_address_of_the_house(post: Mailman, start: Start) -> None:
    own = start()
    first, second = queue_with(own), queue_with(own)
    Queue.objects.filter(pk=first.pk).update(escalates_to=second, tier=1)
    Queue.objects.filter(pk=second.pk).update(tier=2)
    first.refresh_from_db()
    make_agent(second, level=4)
    escalate(make_ticket(first), reason="Rechte", by=make_agent(first), now=NOW)

    send()

    assert own.mails == []
    assert [str(mail["From"]) for mail in post.mails] == ["Muster GmbH <support@helpdesk.example>"]
    assert [str(mail["Reply-To"]) for mail in post.mails] == ["support@helpdesk.example"]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_travels_encrypted_when_the_certificate_is_right(
    post: Mailman, start: Start, authority: Authority, security: str
) -> None:
    own = start(**{security: authority.server_side()})
    answer(make_ticket(queue_with(own, security=security)))

    assert send() == 1
    assert own.under_tls == [True] if security == "starttls" else len(own.mails) == 1


Wrong = Callable[[Authority, Any], ssl.SSLContext]
WRONG: dict[str, Wrong] = {
    "for another host": lambda authority, folder: authority.server_side("mail.elsewhere.example"),
    "by a stranger": lambda authority, folder: make_authority(folder).server_side(),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_no_password_and_no_mail_goes_to_a_server_with_a_wrong_certificate(
    post: Mailman, start: Start, authority: Authority, tmp_path: Any, wrong: str, security: str
) -> None:
    (tmp_path / "other").mkdir()
    own = start(Mailman(users={"it": "geheim"}), **{security: WRONG[wrong](authority, tmp_path / "other")})
    queue = queue_with(own, security=security, username="it", password="geheim")
    message = answer(make_ticket(queue))

    assert send() == 0

    sender = queue.senders.get()
    assert (own.mails, own.logins) == ([], [])
    assert "certificate verify failed" in sender.last_error.lower()
    assert (sender.failures, delivery_of(message).state) == (1, "queued")


def test_a_server_that_does_not_offer_starttls_gets_neither_password_nor_mail(post: Mailman, start: Start) -> None:
    own = start(Mailman(users={"it": "geheim"}))
    queue = queue_with(own, security="starttls", username="it", password="geheim")
    answer(make_ticket(queue))

    assert send() == 0

    assert (own.mails, own.logins) == ([], [])
    assert "STARTTLS" in queue.senders.get().last_error


def test_a_sender_signs_in_by_password(post: Mailman, start: Start, authority: Authority) -> None:
    own = start(Mailman(users={"it@helpdesk.example": "geheim"}), starttls=authority.server_side())
    answer(make_ticket(queue_with(own, security="starttls", username="it@helpdesk.example", password="geheim")))

    assert send() == 1

    assert [user for user, _ in own.logins] == ["it@helpdesk.example"]


def test_a_wrong_password_keeps_the_mail_and_says_why(post: Mailman, start: Start) -> None:
    own = start(Mailman(users={"it": "geheim"}))
    queue = queue_with(own, username="it", password="falsch")
    message = answer(make_ticket(queue))

    assert send() == 0

    sender, delivery = queue.senders.get(), delivery_of(message)
    assert "535" in sender.last_error
    assert (delivery.state, delivery.tries) == ("queued", 1)
    sender.password = "geheim"
    sender.save()
    assert send(timedelta(minutes=5)) == 1
    sender.refresh_from_db()
    assert (sender.last_error, sender.failures) == ("", 0)


def test_a_password_whose_key_is_gone_stops_its_own_mail_alone(post: Mailman, start: Start, settings: Settings) -> None:
    own = start(Mailman(users={"it": "geheim"}))
    queue = queue_with(own, username="it", password="geheim")
    answer(make_ticket(queue))
    answer(make_ticket(make_queue(is_default=False)))
    settings.FIELD_KEYS = ["another key altogether"]

    assert send() == 1

    assert "FIELD_KEYS" in queue.senders.get().last_error


def test_a_sender_signs_in_by_oauth(post: Mailman, start: Start, authority: Authority) -> None:
    own = start(Mailman(tokens={"it@helpdesk.example": "token-1"}), starttls=authority.server_side())
    answer(make_ticket(queue_with(own, security="starttls", grant=make_grant())))

    assert send() == 1

    assert own.logins == [("it@helpdesk.example", "XOAUTH2")]


def test_a_token_that_is_refused_keeps_the_mail_and_says_why(post: Mailman, start: Start, authority: Authority) -> None:
    own = start(Mailman(tokens={"it@helpdesk.example": "another"}), starttls=authority.server_side())
    queue = queue_with(own, security="starttls", grant=make_grant())
    message = answer(make_ticket(queue))

    assert send() == 0

    assert "535" in queue.senders.get().last_error
    assert (own.mails, delivery_of(message).state) == ([], "queued")


def test_a_sign_in_that_nobody_made_stops_its_own_mail_alone(post: Mailman, start: Start) -> None:
    own = start()
    grant = OAuthGrant.objects.create(name="Google", provider="google", client_id="helpdesk")
    queue = queue_with(own, grant=grant)
    answer(make_ticket(queue))
    answer(make_ticket(make_queue(is_default=False)))

    assert send() == 1

    assert "Google" in queue.senders.get().last_error
    assert own.mails == []


def test_a_server_that_is_away_holds_up_nobody_elses_mail(post: Mailman, start: Start) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        away = Mailman(port=nobody.getsockname()[1])
        broken = queue_with(away)
        waiting = [answer(make_ticket(broken)) for _ in range(5)]
        answer(make_ticket(make_queue(is_default=False)))

        assert send() == 1

    assert len(post.mails) == 1
    tried = [(delivery_of(message).state, delivery_of(message).tries) for message in waiting]
    assert tried == [("queued", 1), *[("queued", 0)] * 4]
    assert broken.senders.get().failures == 1


def test_more_mail_than_one_run_sends_behind_a_broken_server_does_not_hold_up_others(
    post: Mailman, start: Start
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        ticket = make_ticket(queue_with(Mailman(port=nobody.getsockname()[1])))
        for _ in range(110):
            answer(ticket, by=ticket.assignee or make_agent(ticket.queue))
            ticket.refresh_from_db()
        answer(make_ticket(make_queue(is_default=False)))

        assert send() == 1


def test_mail_behind_a_server_that_came_back_leaves_soon(post: Mailman, start: Start) -> None:
    own = start()
    queue = queue_with(own)
    Sender.objects.update(port=1)
    messages = [answer(make_ticket(queue)) for _ in range(3)]
    send()
    Sender.objects.update(port=own.port)

    assert send(PAUSE + timedelta(seconds=1)) == 3

    assert sorted(mail["Message-ID"] for mail in own.mails) == sorted(message.message_id for message in messages)


def test_a_server_that_loses_one_connection_after_the_other_is_left_alone(post: Mailman, start: Start) -> None:
    own = start(Mailman(answers=["drop"] * 10))
    queue = queue_with(own)
    for _ in range(4):
        answer(make_ticket(queue))
    answer(make_ticket(make_queue(is_default=False)))

    assert send() == 1

    assert len(own.mails) == 2
    assert queue.senders.get().failures == 2


def test_a_recipient_who_is_refused_says_nothing_about_the_sender(post: Mailman, start: Start) -> None:
    own = start()
    queue = queue_with(own)
    message = answer(make_ticket(queue))
    own.refusals[message.ticket.requester.email] = "550 5.1.1 No such user"

    send()

    assert (delivery_of(message).state, queue.senders.get().failures) == ("failed", 0)


def test_an_automatic_mail_is_from_nobody_and_an_answer_can_come_back(post: Mailman) -> None:
    """Behaviour 31: no machine can answer what a machine wrote."""
    ticket = make_ticket(make_queue())
    acknowledge(ticket, text="Eingegangen.", now=NOW)
    answer(ticket)

    assert send() == 2

    found = {str(mail["Auto-Submitted"]): sender for mail, sender in zip(post.mails, post.senders, strict=True)}
    assert found == {"auto-replied": "", "None": "support@helpdesk.example"}
    assert b"\r\nX-Auto-Response-Suppress: All\r\n" in post.raw[0]
    assert not any(b"list-unsubscribe" in raw.lower() for raw in post.raw)


def test_a_server_that_takes_no_mail_from_nobody_gets_it_from_the_sender(post: Mailman) -> None:
    post.refuses_nobody = True
    acknowledge(make_ticket(make_queue()), text="Eingegangen.", now=NOW)

    assert send() == 1

    assert post.senders == ["support@helpdesk.example"]
    assert post.mails[0]["Auto-Submitted"] == "auto-replied"
    assert Delivery.objects.get().answer.startswith("250")


def test_a_server_that_says_so_only_after_the_mail_gets_it_from_the_sender_as_well(post: Mailman) -> None:
    post.answers = ["550 5.7.60 SMTP; Client does not have permissions to send as this sender"]
    acknowledge(make_ticket(make_queue()), text="Eingegangen.", now=NOW)

    assert send() == 1

    assert post.senders == ["support@helpdesk.example"]


def test_an_automatic_mail_that_nobody_takes_fails(post: Mailman) -> None:
    post.answers = ["554 5.7.1 Rejected as spam"] * 2
    acknowledge(make_ticket(make_queue()), text="Eingegangen.", now=NOW)

    assert send() == 0

    assert (Delivery.objects.get().state, post.mails, post.answers) == ("failed", [], [])


def test_an_answer_is_never_sent_from_nobody_or_twice(post: Mailman) -> None:
    post.answers = ["550 5.7.60 no permission"]
    message = answer(make_ticket(make_queue()))

    assert send() == 0

    assert (delivery_of(message).state, post.mails) == ("failed", [])


def test_the_server_of_the_house_that_is_away_holds_up_no_sender(
    post: Mailman, start: Start, settings: Settings
) -> None:
    own = start()
    settings.EMAIL_PORT = 1
    answer(make_ticket(queue_with(own)))
    answer(make_ticket(make_queue(is_default=False)))

    assert send() == 1
    assert len(own.mails) == 1


def test_the_library_still_says_what_is_relied_on_here() -> None:
    """An empty sender is `<>` on the wire."""
    assert smtplib.quoteaddr("") == "<>"
