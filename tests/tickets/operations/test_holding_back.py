"""Answers that are held back: sent once, or taken back, or returned with the reason; never both, never lost."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

import pytest

from people.models import User
from tests.factories import NOW, later, make_agent, make_levels, make_queue, make_ticket
from tests.tickets.operations.test_races import race
from tickets.models import Attachment, Draft, Event, HeldAnswer, HeldFile, Membership, Message, SearchText, Ticket
from tickets.operations import escalation, replying, resolution
from tickets.operations.answering import Then
from tickets.operations.drafting import save_draft
from tickets.operations.holding_back import NotHeld, hold_back, kept_files, release, release_due, take_back

DUE = NOW + timedelta(seconds=10)


@dataclass(frozen=True)
class File:
    name: str
    data: bytes
    content_type: str = "text/plain"
    inline: bool = False
    content_id: str = ""


@pytest.fixture
def ticket(db: None) -> Ticket:
    return make_ticket(make_queue())


@pytest.fixture
def agent(ticket: Ticket) -> User:
    return make_agent(ticket.queue)


def hold(ticket: Ticket, agent: User, text: str = "Bitte neu starten.", **fields) -> HeldAnswer:
    fields.setdefault("client_id", uuid.uuid4())
    hold_back(ticket, text=text, by=agent, until=DUE, now=NOW, **fields)
    return HeldAnswer.objects.get(ticket=ticket, client_id=fields["client_id"])


def sent(ticket: Ticket) -> list[str]:
    return list(Message.objects.filter(ticket=ticket, kind="reply").values_list("text", flat=True))


def draft(agent: User) -> str:
    return Draft.objects.get(user=agent, kind=Draft.Kind.REPLY).body


def test_while_it_is_held_nothing_has_happened(ticket: Ticket, agent: User) -> None:
    words = SearchText.objects.filter(ticket=ticket).values().first()
    before = {
        name: value for name, value in Ticket.objects.filter(pk=ticket.pk).values()[0].items() if name != "version"
    }

    hold(ticket, agent, "Geheimwort", then=Then.RESOLVE, cc=["neu@kunde.example"])

    after = {
        name: value for name, value in Ticket.objects.filter(pk=ticket.pk).values()[0].items() if name != "version"
    }
    assert sent(ticket) == []
    assert after == before
    assert SearchText.objects.filter(ticket=ticket).values().first() == words
    assert list(ticket.events.values_list("kind", flat=True)) == ["opened"]
    assert not User.objects.filter(email="neu@kunde.example").exists()


def test_it_is_sent_once_when_its_time_has_come(ticket: Ticket, agent: User) -> None:
    held = hold(ticket, agent, html="<p>Bitte neu starten.</p>", then=Then.WAIT, files=[File("a.txt", b"eins")])

    early = release_due(DUE - timedelta(seconds=1))
    due = release_due(DUE)
    again = release_due(DUE)

    message = Message.objects.get(ticket=ticket, kind="reply")
    ticket.refresh_from_db()
    assert (early, due, again) == (0, 1, 0)
    assert (message.text, message.html, message.author) == ("Bitte neu starten.", "<p>Bitte neu starten.</p>", agent)
    assert (message.client_id, message.created_at) == (held.client_id, DUE)
    assert [(file.name, bytes(file.blob.data)) for file in message.attachments.all()] == [("a.txt", b"eins")]
    assert ticket.state == Ticket.State.PENDING_CUSTOMER
    assert Event.objects.filter(ticket=ticket, kind=Event.Kind.REPLIED, message=message).count() == 1
    assert not HeldAnswer.objects.exists()


def test_the_same_request_twice_is_held_once_and_sent_once(ticket: Ticket, agent: User) -> None:
    key = uuid.uuid4()

    for _ in range(2):
        hold(ticket, agent, client_id=key)
    release_due(DUE)
    hold_back(ticket, text="Bitte neu starten.", by=agent, until=DUE, now=NOW, client_id=key)
    release_due(DUE)

    assert sent(ticket) == ["Bitte neu starten."]
    assert not HeldAnswer.objects.exists()


def test_it_comes_back_as_it_was(ticket: Ticket, agent: User) -> None:
    save_draft(ticket, kind=Draft.Kind.REPLY, body="Bitte", version=0, by=agent, now=NOW)
    held = hold(
        ticket, agent, html="<p>Bitte <b>neu</b> starten.</p>", files=[File("a.txt", b"eins")], cc=["k@kunde.example"],
        bcc=["b@kunde.example"],
    )  # fmt: skip
    drafts_meanwhile = Draft.objects.count()

    take_back(ticket, held.pk, by=agent, now=later(0.1))
    release_due(later(5))

    held.refresh_from_db()
    assert drafts_meanwhile == 0
    assert draft(agent) == "<p>Bitte <b>neu</b> starten.</p>"
    assert (held.cc, held.bcc, held.send_at) == (["k@kunde.example"], ["b@kunde.example"], None)
    assert [file.name for file in held.files.all()] == ["a.txt"]
    assert sent(ticket) == []
    with pytest.raises(NotHeld):
        release(held, later(5))


def test_what_came_back_goes_out_again_with_the_files_that_are_kept(ticket: Ticket, agent: User) -> None:
    held = hold(ticket, agent, files=[File("a.txt", b"eins"), File("b.txt", b"zwei")])
    take_back(ticket, held.pk, by=agent, now=NOW)
    key = HeldFile.objects.get(name="b.txt").key

    hold(ticket, agent, "Neu gefasst", files=kept_files(ticket, [key], by=agent), resumes=[held.pk])
    release_due(DUE)

    assert sent(ticket) == ["Neu gefasst"]
    assert list(Attachment.objects.values_list("name", flat=True)) == ["b.txt"]
    assert not HeldAnswer.objects.exists()


def test_nobody_elses_files_go_along(ticket: Ticket, agent: User) -> None:
    hold(ticket, agent, files=[File("a.txt", b"eins")])

    assert kept_files(ticket, [HeldFile.objects.get().key], by=make_agent(ticket.queue)) == []
    assert kept_files(make_ticket(ticket.queue), [HeldFile.objects.get().key], by=agent) == []


def test_taking_back_after_it_was_sent_is_refused(ticket: Ticket, agent: User) -> None:
    held = hold(ticket, agent)
    release(held, DUE)

    with pytest.raises(NotHeld):
        take_back(ticket, held.pk, by=agent, now=DUE)

    assert sent(ticket) == ["Bitte neu starten."]
    assert not Draft.objects.exists()


def test_only_its_author_takes_it_back(ticket: Ticket, agent: User) -> None:
    held = hold(ticket, agent)

    with pytest.raises(NotHeld):
        take_back(ticket, held.pk, by=make_agent(ticket.queue), now=NOW)

    release_due(DUE)
    assert sent(ticket) == ["Bitte neu starten."]


def test_what_is_written_meanwhile_stays_when_it_is_sent_and_stands_behind_when_it_comes_back(
    ticket: Ticket, agent: User
) -> None:
    hold(ticket, agent)
    save_draft(ticket, kind=Draft.Kind.REPLY, body="Noch etwas", version=0, by=agent, now=NOW)

    release_due(DUE)

    assert draft(agent) == "Noch etwas"
    second = hold(ticket, agent, "Zweite Antwort")
    take_back(ticket, second.pk, written="Dritte", by=agent, now=NOW)
    assert draft(agent) == "Zweite Antwort\n\nDritte"


def test_a_second_answer_sends_the_first_at_once(ticket: Ticket, agent: User) -> None:
    seen = ticket.messages.get().pk
    hold(ticket, agent, "Erste", seen=seen)

    hold(ticket, agent, "Zweite", seen=seen)

    assert sent(ticket) == ["Erste"]
    release_due(DUE)
    assert sent(ticket) == ["Erste", "Zweite"]


def test_a_second_answer_that_is_refused_leaves_the_first_held(ticket: Ticket, agent: User) -> None:
    seen = ticket.messages.get().pk
    hold(ticket, agent, "Erste")
    replying.receive_message(ticket, author=ticket.requester, text="Halt!", channel="email", now=later(0.1))

    with pytest.raises(replying.Overtaken):
        hold(ticket, agent, "Zweite", seen=seen)

    assert sent(ticket) == []
    assert HeldAnswer.objects.get(send_at__isnull=False).text == "Erste"


def test_what_cannot_be_sent_comes_back_with_the_reason_and_is_never_sent(ticket: Ticket, agent: User) -> None:
    held = hold(ticket, agent, seen=ticket.messages.get().pk, files=[File("a.txt", b"eins")])
    replying.receive_message(ticket, author=ticket.requester, text="Hat sich erledigt", channel="email", now=later(0.1))

    release_due(DUE)
    release_due(later(60))

    held.refresh_from_db()
    assert sent(ticket) == []
    assert (held.error, held.send_at, held.files.count()) == ("overtaken", None, 1)
    assert draft(agent) == "Bitte neu starten."


@pytest.mark.parametrize(
    ("then", "change", "error"),
    [
        (Then.KEEP, lambda ticket, agent: Membership.objects.all().delete(), "forbidden"),
        (Then.KEEP, lambda ticket, agent: User.objects.filter(pk=agent.pk).update(is_active=False), "forbidden"),
        (Then.WAIT, lambda ticket, agent: Membership.objects.update(level=Membership.Level.REPLY), "forbidden"),
        (Then.WAIT, lambda ticket, agent: resolution.resolve(ticket, solution="x", by=agent, now=NOW), "done"),
        (Then.RESOLVE, lambda ticket, agent: resolution.resolve(ticket, solution="x", by=agent, now=NOW), "done"),
        (Then.KEEP, lambda ticket, agent: Ticket.objects.filter(pk=ticket.pk).update(state="closed"), "closed"),
        (Then.KEEP, lambda ticket, agent: Ticket.objects.filter(pk=ticket.pk).update(state="void"), "closed"),
    ],
)
def test_what_changed_meanwhile_is_looked_at_again(ticket: Ticket, then: Then, change, error: str) -> None:
    agent = make_agent(ticket.queue)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None, case_owner=None)
    held = hold(ticket, agent, then=then)
    change(ticket, agent)
    Ticket.objects.filter(pk=ticket.pk).update(assignee=None, case_owner=None)

    release_due(DUE)

    held.refresh_from_db()
    assert (sent(ticket), held.error, draft(agent)) == ([], error, "Bitte neu starten.")


def test_after_a_handover_it_is_no_longer_a_stranger_s_to_send(db: None) -> None:
    first, _ = make_levels()
    ticket, agent = make_ticket(first), make_agent(first)
    held = hold(ticket, agent)
    escalation.escalate(ticket, reason="Zu schwer", by=make_agent(first), now=NOW)

    release_due(DUE)

    held.refresh_from_db()
    assert (sent(ticket), held.error) == ([], "forbidden")


@pytest.mark.django_db(transaction=True)
def test_released_by_ten_at_once_it_is_one_message() -> None:
    queue = make_queue()
    people = [make_agent(queue) for _ in range(10)]
    for _ in range(5):
        ticket = make_ticket(queue)
        held = hold(ticket, people[0], then=Then.WAIT)

        wins = race(lambda _, h=held: release(h, DUE), people, NotHeld)

        assert wins == 1
        assert sent(ticket) == ["Bitte neu starten."]
        assert ticket.events.filter(kind=Event.Kind.REPLIED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_sent_and_taken_back_at_once_it_is_one_of_both() -> None:
    queue = make_queue()
    author = make_agent(queue)
    people = [author] + [make_agent(queue) for _ in range(5)]
    for _ in range(10):
        ticket = make_ticket(queue)
        held = hold(ticket, author)

        def act(person: User, ticket: Ticket = ticket, held: HeldAnswer = held) -> None:
            if person == author:
                take_back(ticket, held.pk, by=author, now=DUE)
            else:
                release_due(DUE)

        race(act, people, NotHeld)
        release_due(DUE)

        came_back = Draft.objects.filter(ticket=ticket, user=author).count()
        assert len(sent(ticket)) + came_back == 1
