"""Who stands in the headers of an answer, and who gets it without standing there."""

import re
from email.message import EmailMessage

import pytest
from django.utils import timezone

from notifications.models import Delivery
from notifications.resending import resend
from people.models import User
from tests.factories import NOW, later, make_agent, make_queue, make_ticket, make_user
from tests.notifications.conftest import Mailman
from tests.notifications.mailing import answer, html_of, send, text_of
from tickets.models import Participant, Ticket
from tickets.operations.noting import note

pytestmark = pytest.mark.django_db

HIDDEN = "hidden@elsewhere.example"


def got(post: Mailman) -> dict[str, EmailMessage]:
    """Give the mails by who got them; each has one envelope recipient."""
    assert all(len(to) == 1 for to in post.recipients)
    return {to[0]: mail for to, mail in zip(post.recipients, post.mails, strict=True)}


def addresses(mail: EmailMessage, header: str) -> list[str]:
    """Give the addresses in a header."""
    return [address.addr_spec for address in mail[header].addresses] if mail[header] else []


def test_who_takes_part_stands_in_the_cc_of_every_copy(post: Mailman) -> None:
    first, second = make_user("a@kunde.example", name="Anna A"), make_user("b@kunde.example")
    ticket = make_ticket(make_queue(), participants=[first, second])
    answer(ticket)

    assert send() == 3

    mails = got(post)
    assert set(mails) == {ticket.requester.email, first.email, second.email}
    for mail in mails.values():
        assert addresses(mail, "To") == [ticket.requester.email]
        assert addresses(mail, "Cc") == [first.email, second.email]
    assert {d.copy for d in Delivery.objects.filter(recipient__in=[first, second])} == {"cc"}
    assert Delivery.objects.get(recipient=ticket.requester).copy == ""


def test_nobody_in_cc_means_no_such_header(post: Mailman) -> None:
    answer(make_ticket(make_queue()))

    send()

    assert post.mails[0]["Cc"] is None


def test_each_copy_has_a_message_id_and_a_link_of_its_own(post: Mailman) -> None:
    ticket = make_ticket(make_queue(), participants=[make_user(), make_user()])
    answer(ticket)

    send()

    assert len({mail["Message-ID"] for mail in post.mails}) == 3
    assert len({re.search(r"/request/[^/]+/", text_of(mail))[0] for mail in post.mails}) == 3  # type: ignore[index]


def test_an_evil_name_or_address_in_cc_harms_nobodys_copy(post: Mailman) -> None:
    evil = make_user("evil@kunde.example", name='x" <a@b.example>\r\nBcc: c@d.example, y')
    broken = make_user("bad address@kunde.example")
    ticket = make_ticket(make_queue(), participants=[evil, broken])
    answer(ticket)

    assert send() == 2

    assert set(got(post)) == {ticket.requester.email, evil.email}
    for mail in post.mails:
        assert (addresses(mail, "Cc"), mail["Bcc"]) == ([evil.email], None)


def test_a_requester_without_an_address_is_left_out_of_the_headers(post: Mailman) -> None:
    cc = make_user()
    ticket = make_ticket(make_queue(), requester=make_user("caller-7@phone.invalid"), participants=[cc])
    answer(ticket, recipients={"bcc": [make_user(HIDDEN).email]})

    assert send() == 2

    mails = got(post)
    assert (mails[cc.email]["To"], addresses(mails[cc.email], "Cc")) == (None, [cc.email])
    assert str(mails[HIDDEN]["To"]) == "undisclosed-recipients:;"
    assert b".invalid" not in b"".join(post.raw)


def test_a_blind_copy_stands_in_no_header_of_anybodys_mail(post: Mailman) -> None:
    hidden, cc = make_user(HIDDEN, name="Heidi Hidden"), make_user()
    ticket = make_ticket(make_queue(), participants=[cc])
    answer(ticket, recipients={"to": [], "cc": [], "bcc": [HIDDEN.upper()]})

    assert send() == 3

    assert set(got(post)) == {ticket.requester.email, cc.email, HIDDEN}
    assert not any(word in raw.lower() for raw in post.raw for word in (b"hidden@", b"heidi"))
    assert Delivery.objects.get(recipient=hidden).copy == "bcc"


def test_an_agent_who_adds_copies_reaches_people_nobody_knew(post: Mailman) -> None:
    ticket = make_ticket(make_queue())
    answer(ticket, cc=["new@kunde.example"], bcc=[HIDDEN])

    assert send() == 3

    mails = got(post)
    assert set(mails) == {ticket.requester.email, "new@kunde.example", HIDDEN}
    assert [addresses(mails[to], "Cc") for to in (ticket.requester.email, "new@kunde.example")] == [
        ["new@kunde.example"],
        ["new@kunde.example"],
    ]
    assert not any(HIDDEN.encode() in raw for raw in post.raw)


def test_a_blind_copy_says_to_whom_the_answer_went_and_has_no_link(post: Mailman) -> None:
    make_user(HIDDEN)
    ticket = make_ticket(make_queue(), participants=[make_user()])
    answer(ticket, "Bitte neu starten.", recipients={"bcc": [HIDDEN]})

    send()

    mail = got(post)[HIDDEN]
    assert addresses(mail, "To") == [ticket.requester.email]
    assert mail["Cc"] is None
    assert "Bitte neu starten." in text_of(mail)
    assert "https://" not in text_of(mail) + html_of(mail)
    assert "/request/" in text_of(got(post)[ticket.requester.email])


def test_a_blind_copy_to_a_colleague_who_may_see_the_ticket_leads_to_the_agents_page(post: Mailman) -> None:
    queue = make_queue()
    colleague = make_agent(queue, email="kollege@helpdesk.example")
    stranger = make_agent(make_queue(), email="fremd@helpdesk.example")
    ticket = make_ticket(queue)
    answer(ticket, recipients={"bcc": [colleague.email, stranger.email]})

    send()

    found = {to: re.findall(r"https://\S+", text_of(mail)) for to, mail in got(post).items()}
    assert found[colleague.email] == [f"https://hilfe.example/tickets/{ticket.pk}/"]
    assert found[stranger.email] == []


def test_whoever_gets_the_answer_anyway_gets_it_once(post: Mailman) -> None:
    cc = make_user()
    ticket = make_ticket(make_queue(), participants=[cc])
    answer(ticket, recipients={"bcc": [cc.email, ticket.requester.email]})

    assert send() == 2
    assert {d.recipient_id: d.copy for d in Delivery.objects.all()} == {cc.pk: "cc", ticket.requester_id: ""}


def test_an_author_may_have_a_blind_copy(post: Mailman) -> None:
    queue = make_queue()
    agent = make_agent(queue, email="nadia@helpdesk.example")
    answer(make_ticket(queue), by=agent, recipients={"bcc": [agent.email]})

    assert send() == 2
    assert agent.email in got(post)


@pytest.mark.parametrize(
    "recipients", [{}, [], None, {"bcc": None}, {"bcc": HIDDEN}, {"bcc": [None, 7, {"a": 1}]}, {"cc": [HIDDEN]}, "x"]
)
def test_recipients_of_a_strange_shape_are_nobody(post: Mailman, recipients: object) -> None:
    make_user(HIDDEN)
    answer(make_ticket(make_queue()), recipients={} if recipients is None else recipients)

    assert send() == 1


def test_a_blind_copy_to_nobody_we_know_makes_no_person(post: Mailman) -> None:
    ticket = make_ticket(make_queue())
    answer(ticket, recipients={"bcc": ["unknown@elsewhere.example"]})

    assert send() == 1
    assert not User.objects.filter(email="unknown@elsewhere.example").exists()


def test_a_blind_copy_that_comes_back_can_be_sent_again_and_stays_blind(post: Mailman) -> None:
    make_user(HIDDEN)
    answer(make_ticket(make_queue()), recipients={"bcc": [HIDDEN]})
    post.refusals[HIDDEN] = "550 5.1.1 No such user"
    assert send() == 1
    del post.refusals[HIDDEN]

    delivery = Delivery.objects.get(copy="bcc")
    resend(delivery, now=timezone.now())

    assert send() == 1
    assert post.recipients[-1] == [HIDDEN]
    assert (HIDDEN.encode() in post.raw[-1], post.mails[-1]["Message-ID"]) == (False, delivery.message_id)


def test_a_blind_copy_is_of_one_answer_only(post: Mailman) -> None:
    make_user(HIDDEN)
    ticket = make_ticket(make_queue())
    agent = make_agent(ticket.queue)
    answer(ticket, "Eins", by=agent, recipients={"bcc": [HIDDEN]})
    answer(ticket, "Zwei", by=agent, now=later(1))

    assert send() == 3
    assert [to for to in post.recipients if to == [HIDDEN]] == [[HIDDEN]]
    assert not Participant.objects.filter(ticket=ticket).exists()


def test_a_copy_quotes_no_note(post: Mailman) -> None:
    make_user(HIDDEN)
    ticket = make_ticket(make_queue(), participants=[make_user()])
    agent = make_agent(ticket.queue)
    note(ticket, text="GEHEIM", html="<p>GEHEIM</p>", by=agent, now=NOW)
    answer(Ticket.objects.get(pk=ticket.pk), by=agent, now=later(1), recipients={"bcc": [HIDDEN]})

    assert send() == 3
    assert not any("GEHEIM" in text_of(mail) + html_of(mail) for mail in post.mails)
