"""What other helpdesks let out by mail; each test names where it happened."""

import email
import re
from email.message import EmailMessage
from email.policy import default

import pytest
from django.conf import settings as django_settings
from django.core import signing
from django.utils import timezone

from helpdesk.lib import message_ids
from notifications import headers
from notifications.letters import CannotWrite, write
from notifications.links import SALT, BadLink, read_ticket_link, ticket_link
from notifications.models import Delivery
from notifications.rendering import build
from notifications.telling import tell
from people.models import User
from tests.factories import NOW, later, make_agent, make_levels, make_queue, make_ticket, make_user
from tickets import relay
from tickets.models import Event, Participant, Ticket
from tickets.operations.acknowledging import acknowledge
from tickets.operations.escalation import escalate
from tickets.operations.noting import note
from tickets.operations.replying import receive_message, reply
from tickets.operations.resolution import resolve

pytestmark = pytest.mark.django_db


def mails() -> list[tuple[Delivery, EmailMessage]]:
    """Relay what has happened and build all its mails."""
    relay.relay_due(timezone.now().replace(year=2030))
    found = []
    for delivery in Delivery.objects.filter(medium="mail").order_by("pk"):
        mail = email.message_from_bytes(build(delivery, write(delivery))[0].as_bytes(), policy=default)
        assert isinstance(mail, EmailMessage)
        found.append((delivery, mail))
    return found


def words_of(mail: EmailMessage) -> str:
    """Give all that can be read in a mail, headers and decoded parts."""
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(mail.items()), *parts])


def whole_life() -> Ticket:
    """Let a ticket live through everything, with secrets where only staff may see them."""
    first, second = make_levels()
    agent, expert = make_agent(first, email="SECRET-agent@helpdesk.example".lower()), make_agent(second, level=4)
    ticket = make_ticket(first, participants=[make_user()], message_id="a@kunde.example")
    acknowledge(ticket, text="Wir haben Ihre Anfrage erhalten.", now=NOW)
    note(ticket, text="SECRET-note", by=agent, now=later(1), html="<p>SECRET-note</p>")
    reply(ticket, text="Antwort", by=agent, now=later(2))
    escalate(ticket, reason="SECRET-reason", by=agent, now=later(3))
    note(ticket, text="SECRET-note 2", by=expert, now=later(4))
    receive_message(ticket, author=ticket.requester, text="Und?", channel=Ticket.Channel.EMAIL, now=later(5))
    reply(ticket, text="Antwort 2", by=expert, now=later(6))
    resolve(Ticket.objects.get(pk=ticket.pk), solution="Getauscht.", by=expert, now=later(7))
    return ticket


def test_no_note_no_reason_and_no_agents_address_reaches_a_customer() -> None:
    """CVE-2019-12497, CVE-2021-21435 (OTRS): agents' names and addresses out of notes."""
    whole_life()

    to_customers = [mail for delivery, mail in mails() if not delivery.is_to_staff]

    assert len(to_customers) == 6
    assert [words_of(mail) for mail in to_customers if "secret" in words_of(mail).lower()] == []


def test_every_mail_goes_to_one_recipient_whoever_else_stands_in_its_headers() -> None:
    """osTicket 7c5c584f9: further recipients came in by a name."""
    ticket = whole_life()
    [taking_part] = ticket.participants.values_list("user__email", flat=True)

    for delivery, mail in mails():
        is_answer = delivery.event.kind == "replied"
        to = ticket.requester.email if is_answer else delivery.address
        assert [a.addr_spec for a in mail["To"].addresses] == [to]
        assert [a.addr_spec for a in mail["Cc"].addresses] == [taking_part] if is_answer else mail["Cc"] is None
        assert (mail["Bcc"], mail["Resent-To"]) == (None, None)
        assert build(delivery, write(delivery))[2] == delivery.address


def test_every_mail_proves_that_it_is_ours_and_only_ours_does() -> None:
    """CVE-2026-47123 (FreeScout): thread ids without verified keys; RT's control headers."""
    ticket = whole_life()

    for delivery, mail in mails():
        assert message_ids.read(mail["Message-ID"]) == ticket.pk
        assert headers.is_loop_mark(mail["X-Helpdesk-Loop"])
        assert mail["List-Unsubscribe"] is None
        is_machine = delivery.event.kind != "replied"
        assert (mail["Auto-Submitted"] is not None) == (mail["X-Auto-Response-Suppress"] == "All") == is_machine
    forged = headers.loop_mark("<a@b.example>")
    assert not headers.is_loop_mark(forged.replace("a@b", "c@b"))
    assert not headers.is_loop_mark("")


def test_a_note_never_becomes_a_letter_even_when_an_event_says_so() -> None:
    """The outbox believes the kind of the message, not that of the event."""
    ticket = make_ticket()
    secret = note(ticket, text="SECRET-note", by=make_agent(ticket.queue), now=NOW)
    event = Event.objects.create(ticket=ticket, kind="replied", at=NOW, message=secret)
    acknowledged = Event.objects.create(ticket=ticket, kind="acknowledged", at=NOW, message=secret)
    tell(event)
    assert Delivery.objects.count() == 0

    forced = Delivery(event=acknowledged, recipient=ticket.requester, address=ticket.requester.email, medium="mail")
    with pytest.raises(CannotWrite):
        write(forced)


def test_somebody_shut_out_after_the_answer_gets_no_further_one() -> None:
    """GHSA-j49f-9g94-3wh4 (FreeScout): who left was put back."""
    queue, cc = make_queue(), make_user()
    ticket = make_ticket(queue, participants=[cc])
    reply(ticket, text="Eins", by=make_agent(queue), now=NOW)
    mails()
    Participant.objects.filter(user=cc).delete()
    reply(ticket, text="Zwei", by=make_agent(queue), now=later(1))

    mails()

    assert [d.event.message.text for d in Delivery.objects.filter(recipient=cc) if d.event.message] == ["Eins"]


def test_a_link_opens_one_ticket_for_one_person_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2026-41902 (FreeScout): links that never expire; osTicket a9834d88f: guest links."""
    ticket = make_ticket()
    signed = ticket_link(ticket, ticket.requester).split("/")[-2]
    assert read_ticket_link(signed) == (ticket.token, ticket.requester.pk)
    payload, rest = signed.split(":", 1)

    forgeries = [
        "",
        "x",
        signed[:-1],
        f"{payload[:-2]}AA:{rest}",
        signing.dumps({"t": ticket.token, "p": ticket.requester.pk}, salt="another"),
        signing.dumps({"t": ticket.token, "p": ticket.requester.pk}, key="another", salt=SALT),
        signing.dumps("text", salt=SALT),
    ]
    for forged in forgeries:
        with pytest.raises(BadLink):
            read_ticket_link(forged)

    now = timezone.now().timestamp()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 61 * 24 * 3600)
    with pytest.raises(BadLink):
        read_ticket_link(signed)


def test_links_lead_to_our_own_address_only_whatever_the_host_header_says() -> None:
    """Poisoning by the Host header: mail is written without a request."""
    whole_life()

    for _, mail in mails():
        links = re.findall(r"https?://[^/\s\"]+", words_of(mail))
        assert set(links) <= {django_settings.PUBLIC_URL}


TEMPLATES = [
    "{{ person.password }}",
    "{% debug %}",
    "%(who)s %s",
    "{0.__class__}",
    "<%= 1 %>",
    "${7*7}",
    "{{ letter.files }}",
]


@pytest.mark.parametrize("evil", TEMPLATES)
def test_no_template_language_works_in_what_people_type(evil: str) -> None:
    """CVE-2019-13458 (OTRS): template tags gave password hashes."""
    first, second = make_levels()
    agent = make_agent(second, level=4)
    requester = make_user(name=f"Petra {evil}")
    ticket = make_ticket(first, subject=evil, text=evil, requester=requester)
    reply(ticket, text=evil, by=make_agent(first, name=evil), now=NOW)
    escalate(ticket, reason=f"Bitte {evil}", by=make_agent(first), now=NOW)
    resolve(Ticket.objects.get(pk=ticket.pk), solution=evil, by=agent, now=NOW)

    for delivery, mail in mails():
        plain = mail.get_body(["plain"])
        assert plain is not None
        assert evil in str(plain.get_content())
        assert User.objects.get(pk=delivery.recipient_id).password not in words_of(mail)
