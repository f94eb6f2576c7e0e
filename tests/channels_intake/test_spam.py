"""Spam: set aside at once, found again, and taken back with one click."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings

from channels_intake.models import Arrival, Block, MailRule
from people.models import AuditEntry, User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, later, make_agent, make_policy, make_queue
from tickets import relay
from tickets.models import Clock, Queue, Ticket, Triage
from tickets.operations.voiding import NotSpam, not_spam, void
from tickets.search import matching


@pytest.fixture
def rule(queue: Queue) -> MailRule:
    """Give a rule that finds spam."""
    return MailRule.objects.create(
        name="Lottery", outcome="spam", conditions=[{"field": "subject", "op": "contains", "value": "lottery"}]
    )


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_spam_is_a_void_ticket_without_clocks_people_or_confirmation(queue: Queue, rule: MailRule) -> None:
    queue.policy = make_policy()
    queue.save()

    taken = receive(mail(subject="Lottery", cc="karl@kunde.example"))

    ticket = taken.ticket
    assert (ticket.state, ticket.void_reason, taken.acknowledgement) == ("void", "spam", None)
    assert (ticket.clocks.count(), ticket.participants.count(), ticket.next_due_at) == (0, 0, None)
    assert list(ticket.events.values_list("kind", "relay_at")) == [("voided", None)]
    assert Arrival.objects.get().reason == "spam_rule:Lottery"
    assert Ticket.objects.visible_to(ticket.requester).count() == 0


@pytest.mark.parametrize(
    ("name", "value", "trusted", "state"),
    [
        ("X_Spam_Flag", "YES", True, "void"),
        ("X_Spam_Status", "Yes, score=9.1 required=5.0", True, "void"),
        ("X_Spam_Status", "No, score=0.1 tests=YES", True, "new"),
        ("X_Spam_Flag", "NO", True, "new"),
        ("X_Spam_Flag", "YES", False, "new"),
    ],
)
def test_the_mark_of_our_mail_server_counts_where_it_is_trusted(
    queue: Queue, name: str, value: str, trusted: bool, state: str
) -> None:
    with override_settings(MAIL_TRUST_SPAM_HEADER=trusted):
        assert receive(mail(**{name: value})).ticket.state == state


def test_not_spam_opens_the_ticket_and_promises_from_now(queue: Queue, rule: MailRule) -> None:
    queue.policy = make_policy(60, 480)
    queue.save()
    ticket = receive(mail(subject="Lottery")).ticket

    not_spam(ticket, by=make_agent(queue), now=later(30))
    relay.relay_due(later(31))

    ticket.refresh_from_db()
    assert (ticket.state, ticket.void_reason, ticket.next_due_at) == ("new", "", later(90))
    assert list(ticket.events.values_list("kind", flat=True)) == ["voided", "resumed", "opened"]
    assert Triage.objects.filter(ticket=ticket).exists()
    assert ticket.messages.count() == 1


def test_spam_is_found_by_its_own_list_alone_until_it_is_taken_back(queue: Queue, rule: MailRule) -> None:
    ticket, agent = receive(mail(subject="Lottery", text="Millionengewinn")).ticket, make_agent(queue)
    hidden = list(matching(Ticket.objects.visible_to(agent), "Millionengewinn", notes=True))
    not_spam(ticket, by=agent, now=NOW)

    assert hidden == []
    assert list(matching(Ticket.objects.visible_to(agent), "Millionengewinn", notes=True)) == [ticket]


def test_what_an_agent_took_for_spam_comes_back_with_new_clocks(queue: Queue) -> None:
    queue.policy = make_policy(60, 480)
    queue.save()
    agent, ticket = make_agent(queue), receive(mail()).ticket
    void(ticket, reason=Ticket.VoidReason.SPAM, by=agent, now=later(5))

    not_spam(ticket, by=agent, now=later(30))

    running = ticket.clocks.filter(state=Clock.State.RUNNING)
    assert {(clock.generation, clock.started_at) for clock in running} == {(2, later(30))}
    assert ticket.events.filter(kind="opened").count() == 1
    with pytest.raises(NotSpam):
        not_spam(ticket, by=agent, now=later(31))


def test_one_click_makes_it_spam_and_blocks_the_sender_and_one_takes_both_back(queue: Queue) -> None:
    ticket, client = receive(mail()).ticket, _client(make_agent(queue))

    client.post(f"/intake/tickets/{ticket.pk}/spam/", {"block": "1"})
    ticket.refresh_from_db()
    blocked = list(Block.objects.values_list("pattern", "kind"))
    again = receive(mail())
    client.post(f"/intake/tickets/{ticket.pk}/not-spam/")

    assert (ticket.state, ticket.void_reason) == ("void", "spam")
    assert blocked == [("petra@kunde.example", "block")]
    assert again.outcome == "rejected"
    ticket.refresh_from_db()
    assert (ticket.state, Block.objects.count()) == ("new", 0)
    assert list(AuditEntry.objects.order_by("pk").values_list("action", flat=True)) == ["created", "removed"]


def test_spam_alone_blocks_nobody(queue: Queue) -> None:
    ticket = receive(mail()).ticket

    _client(make_agent(queue)).post(f"/intake/tickets/{ticket.pk}/spam/")

    ticket.refresh_from_db()
    assert (ticket.state, Block.objects.count()) == ("void", 0)


def test_a_colleague_is_never_blocked_by_a_click(queue: Queue) -> None:
    colleague = make_agent(queue, email="anna@helpdesk.example")
    ticket = receive(mail("anna@helpdesk.example")).ticket
    assert ticket.requester == colleague

    answer = _client(make_agent(queue)).post(f"/intake/tickets/{ticket.pk}/spam/", {"block": "1"})

    assert (answer.status_code, Block.objects.count()) == (422, 0)


def test_opening_spam_again_is_the_same_as_saying_that_it_is_none(queue: Queue, rule: MailRule) -> None:
    queue.policy = make_policy()
    queue.save()
    ticket = receive(mail(subject="Lottery")).ticket

    _client(make_agent(queue)).post(f"/tickets/{ticket.pk}/reopening/", {"reason": ""})

    ticket.refresh_from_db()
    assert (ticket.state, ticket.clocks.count()) == ("new", 2)


def test_the_list_shows_spam_to_the_first_level_and_counts_it_nowhere_else(queue: Queue, rule: MailRule) -> None:
    ticket = receive(mail(subject="Lottery <b>win</b>")).ticket
    receive(mail(subject="Printer"))
    client = _client(make_agent(queue, language="en"))

    page = client.get("/intake/spam/").content.decode()
    counts = client.get("/tickets/").context["counts"].by_view

    assert "Lottery &lt;b&gt;win&lt;/b&gt;" in page
    assert "Spam, by the rule “Lottery”." in page
    assert "Printer" not in page
    assert counts["open"] == 1
    assert f"/tickets/{ticket.pk}/" in client.get("/intake/spam/", {"q": "petra@kunde"}).content.decode()
    assert f"/tickets/{ticket.pk}/" not in client.get("/intake/spam/", {"q": "nobody"}).content.decode()


def test_spam_of_other_queues_is_not_shown(queue: Queue, rule: MailRule) -> None:
    receive(mail(subject="Lottery"))
    stranger = make_agent(make_queue(is_default=False))

    assert "Lottery" not in _client(stranger).get("/intake/spam/").content.decode()


def test_several_are_taken_back_at_once(queue: Queue, rule: MailRule) -> None:
    taken = [receive(mail(subject="Lottery")).ticket.pk for _ in range(3)]

    _client(make_agent(queue)).post("/intake/spam/", {"ticket": taken[:2]})

    assert set(Ticket.objects.filter(state="new").values_list("pk", flat=True)) == set(taken[:2])


def test_the_conversation_says_whose_mail_is_refused_from_now_on(queue: Queue) -> None:
    alone, blocked, client = receive(mail()).ticket, receive(mail()).ticket, _client(make_agent(queue, language="en"))

    client.post(f"/intake/tickets/{alone.pk}/spam/")
    client.post(f"/intake/tickets/{blocked.pk}/spam/", {"block": "1"})

    said = "set the ticket aside: Spam: mail of petra@kunde.example is refused from now on"
    assert said in client.get(f"/tickets/{blocked.pk}/").content.decode()
    assert "refused from now on" not in client.get(f"/tickets/{alone.pk}/").content.decode()


def test_a_search_that_finds_no_spam_says_so_and_leads_back(queue: Queue, rule: MailRule) -> None:
    receive(mail(subject="Lottery"))
    client = _client(make_agent(queue, language="en"))

    page = client.get("/intake/spam/", {"q": "<nobody>"}).content.decode()

    assert "No spam has “&lt;nobody&gt;” in its sender or subject." in page
    assert "Nothing was taken for spam." not in page
    assert 'href="/intake/spam/"' in page.partition("Nothing found")[2]


def test_the_list_of_spam_is_read_from_its_index(queue: Queue, rule: MailRule) -> None:
    receive(mail(subject="Lottery"))
    spam = Ticket.objects.filter(state="void", void_reason="spam").order_by("-created_at", "-pk")[:50]

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = spam.explain()

    assert "ticket_spam" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_the_list_do_not_grow(
    queue: Queue, rule: MailRule, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        receive(mail(f"p{number}@kunde.example", subject="Lottery"), now=NOW)
    client = _client(make_agent(role=User.Role.LEAD))

    with django_assert_num_queries(5):
        client.get("/intake/spam/")
