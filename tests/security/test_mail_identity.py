"""Nobody speaks in another's name, or into another's ticket, by writing a mail (helpdesk advisories of 2023-2026)."""

from typing import Any

import pytest

from channels_intake.authentication import dmarc
from helpdesk.lib import message_ids
from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_queue
from tickets.models import Event, Message, Participant, Queue, Ticket
from tickets.operations.assigning import assign
from tickets.operations.resolution import resolve

AGENT = "Anna Agent <anna@helpdesk.example>"
PASSED = "mx.helpdesk.example; spf=pass; dmarc=pass (p=reject) header.from=helpdesk.example"


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def agent(queue: Queue, settings: Any) -> User:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    return make_agent(queue, email="anna@helpdesk.example")


@pytest.fixture
def ticket(queue: Queue) -> Ticket:
    return receive(mail()).ticket


def _own_id(ticket: Ticket) -> str:
    return Message.objects.get(ticket=ticket, kind=Message.Kind.SYSTEM).message_id


def test_cve_2026_47123_a_forged_from_does_not_speak_as_an_agent(agent: User, ticket: Ticket) -> None:
    taken = receive(mail(AGENT, answers=_own_id(ticket), text="Please send your password to evil@example.org"))

    assert (taken.outcome, taken.role, taken.ticket.related_to) == ("created", "customer", ticket)
    assert taken.acknowledgement is None
    assert not Message.objects.filter(ticket=ticket, is_from_staff=True, kind="reply").exists()
    assert not Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED).exists()


def test_an_agent_whom_our_own_server_vouches_for_answers_by_mail(agent: User, ticket: Ticket) -> None:
    taken = receive(mail(AGENT, answers=_own_id(ticket), text="Bitte neu starten.", Authentication_Results=PASSED))

    assert (taken.outcome, taken.role, taken.ticket) == ("appended", "agent", ticket)
    assert (taken.message.kind, taken.message.author, taken.message.text) == ("reply", agent, "Bitte neu starten.")


def test_an_agents_answer_to_what_only_staff_was_told_stays_inside(agent: User, ticket: Ticket) -> None:
    assign(ticket, to=agent, by=make_agent(ticket.queue), now=NOW)
    tell(Event.objects.get(kind=Event.Kind.ASSIGNED))
    notice = Delivery.objects.get(recipient=agent, medium="mail").message_id
    taken = receive(
        mail(AGENT, answers=notice, text="The customer is a pain, I take it.", Authentication_Results=PASSED)
    )

    assert (taken.outcome, taken.role, taken.message.kind) == ("appended", "agent", "note")
    assert not ticket.messages.filter(pk=taken.message.pk).exists()


def test_ghsa_83xx_8c27_gq78_an_agent_without_access_does_not_answer(agent: User, ticket: Ticket) -> None:
    Ticket.objects.filter(pk=ticket.pk).update(queue=make_queue())
    taken = receive(mail(AGENT, answers=_own_id(ticket), Authentication_Results=PASSED))

    assert (taken.outcome, taken.ticket.related_to, taken.acknowledgement) == ("created", ticket, None)
    assert not Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED).exists()


@pytest.mark.parametrize(
    "forged",
    [
        "evil.example; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example; dmarc=fail (dmarc=pass) header.from=helpdesk.example",
        "mx.helpdesk.example; dmarc=pass header.from=evil.example",
        'mx.helpdesk.example; spf=pass smtp.mailfrom="x; dmarc=pass"@evil.example',
        "mx.helpdesk.example; dmarc=fail; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example.evil.example; dmarc=pass header.from=helpdesk.example",
        "(mx.helpdesk.example;) evil; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example; none",
        "",
    ],
)
def test_itop_97_218_only_the_verdict_of_our_own_server_counts(settings: Any, forged: str) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"

    assert dmarc([forged], "anna@helpdesk.example") != "pass"
    assert dmarc([PASSED, forged], "anna@helpdesk.example") == "pass"
    settings.MAIL_AUTHSERV_ID = ""
    assert dmarc([PASSED], "anna@helpdesk.example") == ""


def test_a_verdict_below_that_of_our_server_is_not_read(settings: Any) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    ours = "mx.helpdesk.example; dmarc=fail header.from=helpdesk.example"

    assert dmarc([ours, PASSED], "anna@helpdesk.example") == "fail"


@pytest.mark.parametrize(
    "form", ["<{n}@helpdesk.example>", "<{n}.aaaaaaaaaaaaaaaa.00000000000000000000@helpdesk.example>", "<ticket-{n}@x>"]
)
def test_ghsa_8vm3_wwq4_ggfx_a_guessed_message_id_leads_nowhere(ticket: Ticket, form: str) -> None:
    taken = receive(mail(answers=form.format(n=ticket.pk)))

    assert (taken.outcome, taken.ticket.related_to) == ("created", None)


def test_a_message_id_with_a_changed_number_leads_nowhere(ticket: Ticket) -> None:
    other = receive(mail("mallory@evil.example")).ticket
    changed = _own_id(other).replace(f"<{other.pk}.", f"<{ticket.pk}.")

    assert message_ids.read(_own_id(other)) == other.pk
    assert receive(mail("mallory@evil.example", answers=changed)).ticket not in (ticket, other)


def test_ghsa_j49f_9g94_3wh4_a_stranger_with_the_right_reference_gets_a_ticket_apart(ticket: Ticket) -> None:
    before = Message.with_notes.filter(ticket=ticket).count()
    taken = receive(mail("mallory@evil.example", answers=_own_id(ticket), subject=f"[{ticket.number}] hello"))

    assert (taken.outcome, taken.ticket.related_to, taken.answers) == ("created", ticket, ticket)
    assert taken.acknowledgement is None
    assert Message.with_notes.filter(ticket=ticket).count() == before
    assert not Participant.objects.filter(ticket=ticket).exists()
    mallory = User.objects.get(email="mallory@evil.example")
    assert not Ticket.objects.visible_to(mallory).filter(pk=ticket.pk).exists()


def test_alga_psa_3241_an_answer_adds_no_watcher_and_a_stranger_reopens_nothing(ticket: Ticket, queue: Queue) -> None:
    receive(mail(answers=_own_id(ticket), cc="mallory@evil.example"))
    assert not Participant.objects.filter(ticket=ticket).exists()

    resolve(ticket, solution="Papier", by=make_agent(queue), now=NOW)
    receive(mail("mallory@evil.example", answers=_own_id(ticket)))
    ticket.refresh_from_db()
    assert ticket.state == "resolved"


def test_cve_2023_41259_our_own_headers_from_outside_have_no_effect(queue: Queue) -> None:
    taken = receive(
        mail(
            X_Helpdesk_Loop="<1.aaaa@helpdesk.example>",
            X_Helpdesk_Queue="other",
            X_Helpdesk_Priority="4",
            X_Priority="1",
            X_Helpdesk_Cc="mallory@evil.example",
        )
    )

    assert (taken.outcome, taken.ticket.queue, taken.ticket.priority) == ("created", queue, Ticket.Priority.NORMAL)
    assert not taken.ticket.participants.exists()


def test_osticket_7c5c584f9_a_list_in_the_name_adds_nobody(queue: Queue) -> None:
    receive(mail('"victim@evil.example, other@evil.example" <petra@kunde.example>'))

    assert list(User.objects.values_list("email", flat=True)) == ["petra@kunde.example"]


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
