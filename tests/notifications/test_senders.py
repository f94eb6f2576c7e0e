"""Which address of ours writes, how it signs, and where answers to it go."""

import re

import pytest
from django.utils import timezone

from helpdesk.lib import message_ids
from notifications.models import Sender
from notifications.senders import sender_for
from tests.factories import NOW, make_agent, make_levels, make_queue, make_ticket, make_user
from tests.notifications.conftest import Mailman
from tests.notifications.mailing import answer, html_of, make_sender, send, text_of
from tickets.models import Queue, Ticket
from tickets.operations.acknowledging import acknowledge
from tickets.operations.escalation import escalate
from tickets.operations.resolution import resolve

pytestmark = pytest.mark.django_db


@pytest.fixture
def queue() -> Queue:
    """Make a queue with names in both languages."""
    return make_queue(name_de="IT-Service Nord", name_en="IT service north")


def written_to(address: str, queue: Queue) -> Ticket:
    """Open a ticket by a mail to this address of ours."""
    ticket = make_ticket(queue)
    Ticket.objects.filter(pk=ticket.pk).update(our_address=address)
    ticket.refresh_from_db()
    return ticket


def test_the_address_that_was_written_to_answers_before_that_of_the_queue(queue: Queue) -> None:
    of_queue, other = make_sender(queue=queue), make_sender("Bewerbung@helpdesk.example")

    assert sender_for(written_to("bewerbung@helpdesk.example", queue)) == other
    assert sender_for(written_to("", queue)) == of_queue
    assert sender_for(written_to("elsewhere@helpdesk.example", queue)) == of_queue


def test_without_a_fitting_address_the_house_answers(queue: Queue) -> None:
    make_sender(queue=make_queue())

    assert sender_for(written_to("", queue)) is None


def test_a_sender_that_is_switched_off_is_not_used(queue: Queue) -> None:
    of_queue = make_sender(queue=queue)
    make_sender("old@helpdesk.example", is_active=False)
    ticket = written_to("old@helpdesk.example", queue)

    assert sender_for(ticket) == of_queue
    Sender.objects.update(is_active=False)
    assert sender_for(ticket) is None


def test_an_answer_is_from_the_agent_at_the_address_of_its_sender(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue)
    answer(make_ticket(queue))

    send()

    assert b'\r\nFrom: "Nadia Yildiz (IT-Service)" <it@helpdesk.example>\r\n' in b"\r\n" + post.raw[0]
    assert post.mails[0]["Reply-To"] == "it@helpdesk.example"
    assert post.senders == ["it@helpdesk.example"]


def test_an_automatic_mail_is_from_the_house_at_the_address_of_its_sender(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue)
    acknowledge(make_ticket(queue), text="Eingegangen.", now=NOW)

    send()

    assert post.mails[0]["From"] == "IT-Service <it@helpdesk.example>"


def test_a_sender_without_a_name_has_that_of_the_house(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue, name="")
    answer(make_ticket(queue))

    send()

    assert post.mails[0]["From"] == '"Nadia Yildiz (Muster GmbH)" <it@helpdesk.example>'


def test_answers_come_back_to_an_address_of_the_tickets_own(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue, has_subaddresses=True)
    ticket = make_ticket(queue, participants=[make_user()])
    acknowledge(ticket, text="Eingegangen.", now=NOW)
    answer(ticket)
    resolve(Ticket.objects.get(pk=ticket.pk), solution="Neu gestartet.", by=make_agent(queue), now=NOW)

    assert send() == 4

    for mail in post.mails:
        local, _, domain = str(mail["Reply-To"]).partition("@")
        name, _, token = local.partition("+")
        assert (name, domain) == ("it", "helpdesk.example")
        assert message_ids.read_address_token(token) == ticket.pk
        assert "+" not in str(mail["From"])
    assert set(post.senders) == {"", "it@helpdesk.example"}


def test_the_address_of_the_ticket_is_not_given_to_staff_or_by_a_blind_copy(post: Mailman) -> None:
    first, second = make_levels()
    make_sender(queue=first, has_subaddresses=True)
    make_sender("second@helpdesk.example", queue=second, has_subaddresses=True)
    make_agent(second, level=4)
    ticket, hidden = make_ticket(first), make_user("hidden@elsewhere.example")
    answer(ticket, recipients={"bcc": [hidden.email]})
    escalate(Ticket.objects.get(pk=ticket.pk), reason="Rechte", by=make_agent(first), now=NOW)

    send()

    told = {to[0]: str(mail["Reply-To"]) for to, mail in zip(post.recipients, post.mails, strict=True)}
    assert "+" not in told.pop(hidden.email)
    assert "+" in told.pop(ticket.requester.email)
    assert set(told.values()) == {"support@helpdesk.example"}


def test_an_address_that_would_get_too_long_stays_as_it_is(post: Mailman, queue: Queue) -> None:
    address = f"{'x' * 50}@helpdesk.example"
    make_sender(address, queue=queue, has_subaddresses=True)
    answer(make_ticket(queue))

    send()

    assert post.mails[0]["Reply-To"] == address


SIGNATURE = "Freundliche Grüße\n{{agent.name}}, {{ queue.name }}\nZu {{ticket.number}}"


@pytest.mark.parametrize(
    ("language", "texts", "expected"),
    [
        (
            "de",
            {"signature_de": SIGNATURE, "signature_en": "Yours"},
            "Freundliche Grüße\nNadia Yildiz, IT-Service Nord",
        ),
        ("en", {"signature_de": SIGNATURE, "signature_en": "Yours\n{{queue.name}}"}, "Yours\nIT service north"),
        ("en", {"signature_de": SIGNATURE}, "Freundliche Grüße\nNadia Yildiz, IT service north"),
        ("de", {"signature_de": " \n", "signature_en": "Yours"}, "Yours"),
    ],
)
def test_an_answer_is_signed_in_the_language_of_its_reader(
    post: Mailman, queue: Queue, language: str, texts: dict[str, str], expected: str
) -> None:
    make_sender(queue=queue, **texts)
    ticket = make_ticket(queue, requester=make_user(language=language))
    answer(ticket, "Bitte neu starten.")

    send()

    assert f"Bitte neu starten.\n\n-- \n{expected}" in text_of(post.mails[0])
    assert text_of(post.mails[0]).count("-- \n") == 1
    assert expected.replace("\n", "<br>") in html_of(post.mails[0])


def test_the_signature_stands_above_what_is_quoted(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue, signature_de="Ihr Team")
    answer(make_ticket(queue, text="Meine Frage"))

    send()

    text = text_of(post.mails[0])
    assert text.index("Ihr Team") < text.index("> Meine Frage")
    assert html_of(post.mails[0]).index("Ihr Team") < html_of(post.mails[0]).index("Meine Frage")


def test_neither_staff_nor_what_a_machine_wrote_has_a_signature(post: Mailman) -> None:
    first, second = make_levels()
    for queue in (first, second):
        make_sender(f"s{queue.pk}@helpdesk.example", queue=queue, signature_de="Ihr Team", signature_en="Ihr Team")
    make_agent(second, level=4)
    ticket = make_ticket(first)
    acknowledge(ticket, text="Eingegangen.", now=NOW)
    escalate(ticket, reason="Rechte", by=make_agent(first), now=NOW)
    resolve(Ticket.objects.get(pk=ticket.pk), solution="Getauscht.", by=make_agent(second), now=NOW)

    send()

    assert {str(mail["Auto-Submitted"]) for mail in post.mails} == {"auto-replied", "auto-generated"}
    assert len(post.mails) > 2
    assert not any("Ihr Team" in text_of(mail) + html_of(mail) for mail in post.mails)


def test_a_signature_is_text_and_names_nothing_but_what_is_allowed(post: Mailman, queue: Queue) -> None:
    """CVE-2026-40497 (FreeScout), CVE-2019-13458 (OTRS): signatures that carried styles, scripts and template tags."""
    evil = "<style>x</style><script>y</script> {{agent.password}} {% debug %} {{ticket.token}} {{agent.name}}"
    make_sender(queue=queue, signature_de=evil)
    ticket = make_ticket(queue)
    answer(ticket, by=make_agent(queue, name="<b>{{queue.name}} {{ticket.number}}</b>"))

    send()

    shown = html_of(post.mails[0])
    assert "<script" not in shown
    assert re.findall(r"<style>(\w)", shown) == []
    assert "{{agent.password}} {% debug %} {{ticket.token}} " in text_of(post.mails[0])
    assert "<b>{{queue.name}} {{ticket.number}}</b>" in text_of(post.mails[0])
    assert ticket.token not in text_of(post.mails[0]) + shown


def test_a_mail_program_knows_the_signature_by_the_space_behind_its_dashes(post: Mailman, queue: Queue) -> None:
    make_sender(queue=queue, signature_de="Ihr Team")
    answer(make_ticket(queue))
    answer(make_ticket(make_queue()))

    send()

    for raw in post.raw:
        assert b"\r\n--=20\r\n" in raw


def test_a_sender_shows_when_it_last_sent(post: Mailman, queue: Queue) -> None:
    sender = make_sender(queue=queue, last_error="away", failures=3)
    answer(make_ticket(queue))
    began = timezone.now()

    send()

    sender.refresh_from_db()
    assert sender.last_sent_at is not None
    assert sender.last_sent_at >= began
    assert (sender.last_error, sender.failures) == ("", 0)
