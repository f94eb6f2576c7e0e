"""The tickets of whoever is away: offered to their deputy or back in their queues, whatever is killed or comes at once."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from people.models import User
from tests.factories import NOW, later, make_absence, make_agent, make_handover, make_levels, make_queue, make_ticket
from tickets.models import Absence, Event, Handover, Membership, Queue, Relief, Ticket
from tickets.operations import absences, assigning, standing_in
from tickets.operations.handing_over import return_, withdraw
from tickets.operations.reopening import reopen
from tickets.operations.replying import receive_message
from tickets.operations.resolution import resolve
from tickets.operations.standing_in import NotOffered, release_due, take_over, take_over_all

pytestmark = pytest.mark.django_db


def assigned(queue: Queue, person: User) -> Ticket:
    return assigning.take(make_ticket(queue), by=person, now=NOW)


def holder(ticket: Ticket) -> User | None:
    return Ticket.objects.get(pk=ticket.pk).assignee


def test_the_deputy_takes_over_though_somebody_has_it() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue, name="Uwe Urlaub"), make_agent(queue)
    ticket = assigned(queue, person)
    absence = make_absence(person, deputy)

    take_over(ticket, by=deputy, now=later(5))

    event = ticket.events.latest("pk")
    assert (holder(ticket), event.kind, event.by) == (deputy, Event.Kind.ASSIGNED, deputy)
    assert event.facts == {
        "origin": person.pk, "target": deputy.pk, "reason": "deputy", "name": "Uwe Urlaub",
        "until": absence.ends_at.isoformat(),
    }  # fmt: skip
    assert Ticket.objects.get().case_owner == person
    assert list(Relief.objects.values_list("absence", "ticket", "deputy")) == [(absence.pk, ticket.pk, deputy.pk)]


def test_nobody_takes_over_what_is_not_offered_to_them() -> None:
    queue = make_queue()
    person, deputy, colleague = make_agent(queue), make_agent(queue), make_agent(queue)
    ticket = assigned(queue, person)

    with pytest.raises(NotOffered):
        take_over(ticket, by=deputy, now=NOW)
    make_absence(person, deputy)
    for by, now in ((colleague, NOW), (deputy, later(days=1)), (deputy, later(-1)), (person, NOW)):
        with pytest.raises(NotOffered):
            take_over(ticket, by=by, now=now)
    resolve(ticket, solution="Neu gestartet", by=colleague, now=NOW)
    with pytest.raises(NotOffered):
        take_over(ticket, by=deputy, now=NOW)
    assert holder(ticket) == person


def test_the_deputys_deputy_takes_over_while_the_deputy_is_away() -> None:
    queue = make_queue()
    person, deputy, second = make_agent(queue), make_agent(queue), make_agent(queue)
    ticket = assigned(queue, person)
    make_absence(person, deputy)
    make_absence(deputy, second)

    with pytest.raises(NotOffered):
        take_over(ticket, by=deputy, now=NOW)
    take_over(ticket, by=second, now=NOW)

    assert holder(ticket) == second


def test_all_are_taken_over_at_once_as_far_as_they_are_offered() -> None:
    queue, other = make_queue(), make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    Membership.objects.create(queue=other, user=person)
    tickets = [assigned(queue, person), assigned(queue, person), assigned(other, person)]
    make_absence(person, deputy)

    assert take_over_all(person, by=deputy, now=NOW) == 2
    assert [holder(ticket) for ticket in tickets] == [deputy, deputy, person]
    assert take_over_all(person, by=deputy, now=NOW) == 0


def test_the_sweep_gives_back_what_was_to_go_back_and_says_why() -> None:
    queue = make_queue()
    person = make_agent(queue, name="Uwe Urlaub")
    ticket, untouched = assigned(queue, person), assigned(queue, make_agent(queue))
    done = resolve(assigned(queue, person), solution="Fertig", by=person, now=NOW)
    absence = make_absence(person)

    assert release_due(later(-1)) == 0
    assert [release_due(later(1)), release_due(later(2))] == [1, 0]

    event = ticket.events.latest("pk")
    assert (holder(ticket), event.kind, event.by) == (None, Event.Kind.ASSIGNED, None)
    assert (event.facts["reason"], event.facts["origin"], event.facts["name"]) == ("away", person.pk, "Uwe Urlaub")
    assert holder(untouched) is not None
    assert holder(done) == person
    absence.refresh_from_db()
    assert absence.released_at == later(1)


def test_what_the_deputy_may_not_work_on_goes_back_to_its_queue() -> None:
    queue, other = make_queue(), make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    Membership.objects.create(queue=other, user=person)
    Membership.objects.create(queue=other, user=deputy, level=Membership.Level.REPLY)
    offered, released = assigned(queue, person), assigned(other, person)
    make_absence(person, deputy)

    assert release_due(NOW) == 1
    assert (holder(offered), holder(released)) == (person, None)


def test_a_lead_stands_in_everywhere() -> None:
    queue = make_queue()
    person, lead = make_agent(queue), make_agent(role=User.Role.LEAD)
    ticket = assigned(queue, person)
    make_absence(person, lead)

    assert release_due(NOW) == 0
    take_over(ticket, by=lead, now=NOW)
    assert holder(ticket) == lead


def test_when_the_last_deputy_goes_what_was_offered_goes_back() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    ticket = assigned(queue, person)
    make_absence(person, deputy)
    assert release_due(NOW) == 0

    make_absence(deputy, starts_at=later(60))

    assert release_due(later(59)) == 0
    assert release_due(later(60)) == 1
    assert holder(ticket) is None


def test_who_gets_a_ticket_while_away_keeps_it() -> None:
    queue = make_queue()
    person = make_agent(queue)
    make_absence(person)
    release_due(NOW)

    ticket = assigning.assign(make_ticket(queue), to=person, by=make_agent(queue), now=later(5))

    assert release_due(later(6)) == 0
    assert holder(ticket) == person


def test_nothing_goes_back_when_they_are_here_again_before_the_sweep() -> None:
    queue = make_queue()
    person = make_agent(queue)
    ticket = assigned(queue, person)
    absences.come_back(make_absence(person), by=person, now=later(5))

    assert release_due(later(6)) == 0
    assert holder(ticket) == person


def test_nothing_comes_back_by_itself() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    ticket = assigned(queue, person)
    absence = make_absence(person, deputy)
    take_over(ticket, by=deputy, now=later(5))

    absences.come_back(absence, by=person, now=later(10))

    assert release_due(later(11)) == 0
    assert holder(ticket) == deputy
    assert [relief.ticket for relief in absence.reliefs.all()] == [ticket]


class Killed(BaseException):
    """The process is gone."""


def test_a_sweep_killed_between_two_tickets_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    queue = make_queue()
    person = make_agent(queue)
    tickets = [assigned(queue, person) for _ in range(3)]
    absence = make_absence(person)
    real, calls = standing_in._release, []

    def dies(ticket_id: int, absence_id: int, now: object) -> bool | None:
        if len(calls) == 2:
            raise Killed
        calls.append(ticket_id)
        return real(ticket_id, absence_id, now)

    monkeypatch.setattr(standing_in, "_release", dies)
    with pytest.raises(Killed):
        release_due(NOW)
    assert Absence.objects.get().released_at is None
    monkeypatch.undo()

    assert release_due(later(1)) == 1
    assert [holder(ticket) for ticket in tickets] == [None] * 3
    assert [t.events.filter(facts__reason="away").count() for t in tickets] == [1, 1, 1]
    absence.refresh_from_db()
    assert absence.released_at == later(1)


def test_a_long_list_takes_several_sweeps() -> None:
    queue = make_queue()
    person = make_agent(queue)
    for _ in range(3):
        assigned(queue, person)
    make_absence(person)

    assert [release_due(NOW, limit=2), release_due(NOW, limit=2), release_due(NOW, limit=2)] == [2, 1, 0]


@pytest.mark.django_db(transaction=True)
def test_ten_sweeps_at_once_release_each_ticket_once() -> None:
    queue = make_queue()
    person = make_agent(queue)
    tickets = [assigned(queue, person) for _ in range(10)]
    make_absence(person)

    _at_once([lambda: release_due(later(1))] * 10)
    release_due(later(2))

    assert {holder(ticket) for ticket in tickets} == {None}
    assert Event.objects.filter(facts__reason="away").count() == Relief.objects.count() == 10
    assert Absence.objects.get().released_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_deputy_and_whoever_returns_at_that_moment_leave_nothing_torn() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    for _ in range(10):
        ticket, absence = assigned(queue, person), make_absence(person, deputy)

        _at_once([
            lambda t=ticket: take_over(t, by=deputy, now=later(5)),
            lambda t=ticket: take_over(t, by=deputy, now=later(5)),
            lambda a=absence: absences.come_back(a, by=person, now=later(5)),
        ])  # fmt: skip

        reliefs = absence.reliefs.count()
        assert (holder(ticket), reliefs) in ((deputy, 1), (person, 0))
        assert ticket.events.filter(facts__reason="deputy").count() == reliefs
        absence.delete()


def _at_once(acts: list) -> None:
    start = Barrier(len(acts))

    def run(act) -> None:
        try:
            start.wait()
            act()
        except NotOffered:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(run, acts))


@pytest.mark.parametrize(
    "how", ["the requester writes", "it is reopened", "second level returns it", "the offer is withdrawn"]
)
def test_what_comes_back_to_somebody_who_is_away_lies_in_its_queue(how: str) -> None:
    first, second = make_levels()
    person, specialist, lead = make_agent(first), make_agent(second), make_agent(role=User.Role.LEAD)
    ticket = assigned(first, person)
    if how.startswith(("the req", "it is")):
        resolve(ticket, solution="Neu gestartet", by=person, now=later(1))
    else:
        make_handover(ticket, second, by=person)
    make_absence(person)
    release_due(later(2))

    if how == "the requester writes":
        receive_message(ticket, author=ticket.requester, text="Nein", channel=Ticket.Channel.EMAIL, now=later(3))
    elif how == "it is reopened":
        reopen(ticket, by=ticket.requester, now=later(3))
    elif how == "second level returns it":
        return_(ticket, reason=Handover.Return.WRONG_TEAM, words="Falsch hier", by=specialist, now=later(3))
    else:
        withdraw(ticket, by=lead, now=later(3))

    back = Ticket.objects.get(pk=ticket.pk)
    assert (back.is_open, back.queue, back.assignee, back.case_owner) == (True, first, None, person)


def test_what_comes_back_stays_where_a_deputy_may_take_it() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    ticket = resolve(assigned(queue, person), solution="Neu gestartet", by=person, now=later(1))
    make_absence(person, deputy)

    reopen(ticket, by=ticket.requester, now=later(3))

    assert holder(ticket) == person
