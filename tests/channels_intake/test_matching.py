"""Which ticket a mail belongs to: tokens in addresses, what may belong together, and whom it was written to."""

from typing import Any

import pytest
from django.test import Client

from channels_intake.models import Mailbox
from helpdesk.lib import message_ids
from people.models import User
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, later, make_agent, make_policy, make_queue, make_user
from tickets.models import Clock, Event, Message, Queue, Ticket
from tickets.operations.merging import CannotMerge, CannotPart, merge, part
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve
from tickets.search import matching


def _tagged(ticket: Ticket) -> str:
    return f"support+{message_ids.address_token(ticket.pk)}@helpdesk.example"


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("where", ["to", "cc", "Delivered_To", "X_Original_To"])
def test_the_token_in_an_address_of_ours_leads_to_its_ticket(queue: Queue, where: str) -> None:
    first = receive(mail())

    second = receive(mail(subject="Etwas anderes", **{where: _tagged(first.ticket)}))

    assert (second.outcome, second.ticket) == ("appended", first.ticket)
    assert User.objects.filter(email__contains="+").count() == 0


def test_a_forged_token_leads_nowhere(queue: Queue) -> None:
    first = receive(mail())

    second = receive(mail(to=f"support+{first.ticket.pk}.{'0' * 16}@helpdesk.example"))

    assert (second.outcome, second.answers) == ("created", None)


def test_a_stranger_who_knows_the_address_gets_a_linked_ticket(queue: Queue) -> None:
    first = receive(mail())

    second = receive(mail("mallory@evil.example", to=_tagged(first.ticket)))

    assert (second.outcome, second.ticket.related_to, second.acknowledgement) == ("created", first.ticket, None)
    assert second.ticket.participants.count() == 0


def test_our_own_proof_beats_ids_of_others_and_the_subject(queue: Queue) -> None:
    old = receive(mail())
    by_id = receive(mail(message_id="<known@kunde.example>"))
    by_subject = receive(mail())

    third = receive(
        mail(
            to=_tagged(old.ticket), subject=f"[{by_subject.ticket.number}] x", answers="<known@kunde.example>",
        )
    )  # fmt: skip
    fourth = receive(mail(subject=f"[{by_subject.ticket.number}] x", answers="<known@kunde.example>"))

    assert third.ticket == old.ticket
    assert fourth.ticket == by_id.ticket


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("Sales <SALES@helpdesk.example>, support@helpdesk.example", "sales@helpdesk.example"),
        ("Karl <karl@kunde.example>, sales@helpdesk.example", "sales@helpdesk.example"),
        ("buy@helpdesk.example", "buy@helpdesk.example"),
        ("list@kunde.example", "sales@helpdesk.example"),
    ],
)
def test_the_ticket_remembers_which_address_of_ours_was_written_to(queue: Queue, to: str, expected: str) -> None:
    sales = Mailbox.objects.create(name="S", address="sales@helpdesk.example", aliases=["buy@helpdesk.example"])
    Mailbox.objects.create(name="H", address="support@helpdesk.example")

    assert receive(mail(to=to), mailbox=sales).ticket.our_address == expected


def test_messages_remember_whom_they_were_written_to_without_tokens(queue: Queue) -> None:
    first = receive(mail(cc="Karl <karl@kunde.example>"))
    second = receive(mail(to=_tagged(first.ticket), answers=first.acknowledgement.message_id))

    assert first.message.recipients == {"to": ["support@helpdesk.example"], "cc": ["karl@kunde.example"]}
    assert second.message.recipients == {"to": ["support@helpdesk.example"]}


def test_an_answer_to_a_ticket_that_was_moved_reaches_its_target(queue: Queue) -> None:
    agent, first, second = make_agent(queue), receive(mail()), receive(mail("eva@kunde.example"))
    merge(second.ticket, into=first.ticket, by=agent, now=NOW)

    third = receive(mail("eva@kunde.example", answers=second.acknowledgement.message_id))

    assert (third.outcome, third.ticket) == ("appended", first.ticket)


def test_merging_moves_what_was_said_and_brings_the_target_back_to_work(queue: Queue) -> None:
    agent, first, second = make_agent(queue), receive(mail()), receive(mail("eva@kunde.example", text="Papierstau"))
    reply(first.ticket, text="Neu starten", by=agent, now=later(1))
    resolve(first.ticket, solution="Papier", by=agent, now=later(2))

    merge(second.ticket, into=first.ticket, by=agent, now=later(3))

    first.ticket.refresh_from_db()
    second.ticket.refresh_from_db()
    assert (second.ticket.state, second.ticket.void_reason, second.ticket.merged_into) == (
        "void",
        "merged",
        first.ticket,
    )
    assert (first.ticket.state, first.ticket.reopen_count) == ("open", 1)
    assert "Papierstau" in first.ticket.messages.values_list("text", flat=True)
    assert second.ticket.messages.count() == 0
    assert [p.user.email for p in first.ticket.participants.all()] == ["eva@kunde.example"]
    assert list(matching(Ticket.objects.all(), "Papierstau", notes=False)) == [first.ticket]
    assert first.ticket.events.filter(kind=Event.Kind.RECEIVED).last().facts["merged"] == second.ticket.pk


def test_parting_gives_everything_back_and_promises_anew(queue: Queue) -> None:
    queue.policy = make_policy(60, 480)
    queue.save()
    agent, first, second = make_agent(queue), receive(mail()), receive(mail("eva@kunde.example", text="Papierstau"))
    before = set(second.ticket.messages.values_list("pk", flat=True))
    merge(second.ticket, into=first.ticket, by=agent, now=later(3))
    second.ticket.refresh_from_db()
    assert not second.ticket.clocks.filter(state=Clock.State.RUNNING).exists()

    part(second.ticket, by=agent, now=later(10))

    second.ticket.refresh_from_db()
    assert set(second.ticket.messages.values_list("pk", flat=True)) == before
    assert (second.ticket.state, second.ticket.merged_into, second.ticket.next_due_at) == ("new", None, later(70))
    assert first.ticket.participants.count() == 0
    assert list(matching(Ticket.objects.all(), "Papierstau", notes=False)) == [second.ticket]
    with pytest.raises(CannotPart):
        part(second.ticket, by=agent, now=later(11))


def test_a_ticket_is_not_merged_into_itself_or_one_that_is_set_aside(queue: Queue) -> None:
    agent, first, second = make_agent(queue), receive(mail()).ticket, receive(mail()).ticket
    with pytest.raises(CannotMerge):
        merge(first, into=first, by=agent, now=NOW)
    merge(first, into=second, by=agent, now=NOW)

    with pytest.raises(CannotMerge):
        merge(first, into=second, by=agent, now=NOW)
    first.refresh_from_db()
    with pytest.raises(CannotMerge):
        merge(second, into=first, by=agent, now=NOW)


def test_the_agent_sees_what_it_may_belong_to_and_moves_it_there(queue: Queue) -> None:
    first = receive(mail(subject="Printer <b>"))
    second = receive(mail("eva@kunde.example", answers=first.acknowledgement.message_id))
    client = _client(make_agent(queue, language="en"))

    page = client.get(f"/tickets/{second.ticket.pk}/").content.decode()
    answer = client.post(f"/tickets/{second.ticket.pk}/merger/")

    assert "May belong to" in page
    assert f"#{first.ticket.pk} Printer &lt;b&gt;" in page
    assert answer["Location"] == f"/tickets/{first.ticket.pk}/"
    assert second.message.pk in first.ticket.messages.values_list("pk", flat=True)


def test_or_says_that_it_is_its_own_matter(queue: Queue) -> None:
    first = receive(mail())
    second = receive(mail("eva@kunde.example", answers=first.acknowledgement.message_id))
    client = _client(make_agent(queue, language="en"))

    client.post(f"/tickets/{second.ticket.pk}/independence/")

    second.ticket.refresh_from_db()
    assert second.ticket.related_to is None
    assert "May belong to" not in client.get(f"/tickets/{second.ticket.pk}/").content.decode()


def test_a_ticket_that_went_elsewhere_leads_there(queue: Queue) -> None:
    first, second = receive(mail(subject="Printer <b>")).ticket, receive(mail()).ticket
    agent = make_agent(queue, language="en")
    merge(second, into=first, by=agent, now=NOW)

    page = _client(agent).get(f"/tickets/{second.pk}/").content.decode()

    assert f'It goes on in <a href="/tickets/{first.pk}/">#{first.pk} Printer &lt;b&gt;</a>' in page
    assert "Merged" in page.partition('id="head"')[2].partition("</h1>")[2][:600]


def test_nobody_learns_the_subject_of_a_ticket_of_others_from_one_that_went_there(queue: Queue) -> None:
    first, second = receive(mail(subject="Salaries")).ticket, receive(mail()).ticket
    merge(second, into=first, by=make_agent(queue), now=NOW)
    Ticket.objects.filter(pk=first.pk).update(queue=make_queue(is_default=False))

    page = _client(make_agent(queue, language="en")).get(f"/tickets/{second.pk}/").content.decode()

    assert "It goes on in" not in page
    assert "Salaries" not in page


def test_who_may_not_see_or_work_on_the_other_ticket_cannot_move_anything_there(queue: Queue) -> None:
    other = make_queue(is_default=False)
    first = receive(mail(subject="Salaries"))
    Ticket.objects.filter(pk=first.ticket.pk).update(queue=other)
    second = receive(mail("eva@kunde.example", answers=first.acknowledgement.message_id))
    client = _client(make_agent(queue))

    page = client.get(f"/tickets/{second.ticket.pk}/").content.decode()
    answers = [
        client.post(f"/tickets/{second.ticket.pk}/merger/").status_code,
        client.post(
            f"/tickets/{second.ticket.pk}/void/", {"reason": "merged", "goes_on_in": first.ticket.pk}
        ).status_code,
    ]

    assert "Salaries" not in page
    assert answers == [422, 422]
    assert Message.objects.filter(ticket=second.ticket).count() == 1


def test_setting_aside_as_merged_moves_the_messages_and_opening_again_brings_them_back(queue: Queue) -> None:
    first, second = receive(mail()).ticket, receive(mail()).ticket
    client = _client(make_agent(queue))

    client.post(f"/tickets/{second.pk}/void/", {"reason": "merged", "goes_on_in": first.pk})
    moved = first.messages.count()
    client.post(f"/tickets/{second.pk}/reopening/", {"reason": ""})

    assert moved == 4
    assert (first.messages.count(), second.messages.count()) == (2, 2)


def test_a_new_ticket_from_somebody_known_takes_few_statements(
    queue: Queue, django_assert_max_num_queries: Any
) -> None:
    from channels_intake.accept import accept
    from channels_intake.email import arriving
    from channels_intake.email.parse import to_envelope
    from channels_intake.models import Arrival

    make_user("petra@kunde.example")
    raw = [mail(), mail("eva@kunde.example")]
    known, new = (arriving.store(one, now=NOW).arrival for one in raw)
    envelopes = [to_envelope(one) for one in raw]
    known, new = (Arrival.objects.without_raw().get(pk=one.pk) for one in (known, new))

    with django_assert_max_num_queries(17):
        assert accept(envelopes[0], now=NOW, arrival=known).acknowledgement
    # Somebody new: their organisation is looked up by the domain of their address, one statement.
    with django_assert_max_num_queries(19):
        assert accept(envelopes[1], now=NOW, arrival=new).acknowledgement
