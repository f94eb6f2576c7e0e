"""Handing over: offered with all that is known, accepted, returned with a reason, withdrawn, given back."""

import pytest

from tests.factories import (
    NOW,
    later,
    make_agent,
    make_article,
    make_contract,
    make_handover,
    make_levels,
    make_policy,
    make_queue,
    make_ticket,
)
from tickets import timers
from tickets.models import Draft, Event, Handover, Queue, SolutionAttempt, Ticket
from tickets.operations import assigning, handing_over, replying, resolution, routing, trying
from tickets.operations.drafting import save_draft
from tickets.operations.escalation import CannotEscalate, escalate

pytestmark = pytest.mark.django_db

State, Reason, Return, Outcome = Handover.State, Handover.Reason, Handover.Return, Handover.Outcome


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("id").values_list("kind", flat=True))


def test_an_offer_moves_the_ticket_at_once_and_keeps_the_case_owner() -> None:
    first, second = make_levels()
    agent = make_agent(first)
    ticket = make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)

    handover = make_handover(ticket, second, by=agent, now=later(5))

    ticket.refresh_from_db()
    assert (ticket.queue, ticket.assignee, ticket.case_owner) == (second, None, agent)
    assert (ticket.hops, ticket.returns, ticket.offered_at) == (1, 0, later(5))
    assert (handover.state, handover.direction, handover.attempt, handover.had_by) == ("offered", "up", 1, agent)
    event = ticket.events.get(kind=Event.Kind.ESCALATED)
    assert event.facts["handover"] == handover.pk
    assert (event.facts["origin"], event.facts["target"]) == (first.pk, second.pk)


def test_an_offer_without_what_the_queue_needs_is_refused_and_names_it() -> None:
    first, second = make_levels()
    make_contract(second, "environment", "question")
    ticket = make_ticket(first)

    with pytest.raises(handing_over.Incomplete) as refusal:
        make_handover(ticket, second, by=make_agent(first), environment="siehe oben", question="-")

    ticket.refresh_from_db()
    assert refusal.value.fields == ["environment", "question"]
    assert (ticket.queue, ticket.hops, kinds(ticket)) == (first, 0, ["opened"])


def test_solutions_that_were_tried_fill_the_field_and_go_along() -> None:
    first, second = make_levels()
    make_contract(second, "tried")
    agent, ticket = make_agent(first), make_ticket(first)
    text = make_article("VPN-Reparatur")
    trying.try_solution(ticket, text=text, by=agent, now=NOW)
    trying.try_solution(ticket, text=text, by=agent, now=later(12), outcome=SolutionAttempt.Outcome.FAILED)

    handover = make_handover(ticket, second, by=agent, now=later(15))

    assert handover.attempts == [
        {"article": text.article_id, "title": "VPN-Reparatur", "outcome": "failed", "minutes": 12}
    ]


def test_the_clock_is_never_refused_and_says_how_much_is_there() -> None:
    first, second = make_levels(make_policy(first_response=30))
    make_contract(second, "question", "hypothesis")
    ticket = make_ticket(first)

    timers.fire_due(later(31))

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (ticket.queue, handover.reason, handover.offered_by) == (second, "clock", None)
    assert handover.summary == ticket.subject
    assert "komme ich nicht mehr ins VPN" in handover.symptom
    assert handover.completeness == round((3 + 1) * 100 / (3 * 3 + 3))


def test_escalating_by_hand_meets_the_contract_as_well() -> None:
    first, second = make_levels()
    make_contract(second, "question")

    with pytest.raises(CannotEscalate):
        escalate(make_ticket(first), reason="Rechte fehlen", by=make_agent(first), now=NOW)


def test_accepting_passes_the_responsibility() -> None:
    first, second = make_levels()
    ticket, specialist = make_ticket(first), make_agent(second)
    make_handover(ticket, second, by=make_agent(first))

    handing_over.accept(ticket, by=specialist, now=later(20))

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (ticket.assignee, ticket.offered_at, ticket.state) == (specialist, None, Ticket.State.OPEN)
    assert (handover.state, handover.accepted_by, handover.accepted_at) == ("accepted", specialist, later(20))
    assert ticket.events.get(kind=Event.Kind.ACCEPTED).facts == {"handover": handover.pk, "minutes": 20}


@pytest.mark.parametrize("how", ["take", "assign", "reply"])
def test_whoever_takes_the_work_up_has_accepted(how: str) -> None:
    first, second = make_levels()
    ticket, specialist = make_ticket(first), make_agent(second)
    make_handover(ticket, second, by=make_agent(first))

    if how == "take":
        assigning.take(ticket, by=specialist, now=later(9))
    elif how == "assign":
        assigning.assign(ticket, to=specialist, by=make_agent(second), now=later(9))
    else:
        replying.reply(ticket, text="Wir schauen.", by=specialist, now=later(9))

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.offered_at) == (specialist, None)
    assert ticket.handovers.get().accepted_by == specialist


def test_an_answer_of_the_case_owner_takes_nothing_away_from_those_it_is_offered_to() -> None:
    first, second = make_levels()
    owner, ticket = make_agent(first), make_ticket(first)
    make_handover(ticket, second, by=owner)

    replying.reply(ticket, text="Die Kollegen sehen es sich an.", by=owner, now=later(3))

    ticket.refresh_from_db()
    assert (ticket.assignee, ticket.case_owner, ticket.handovers.get().state) == (None, owner, "offered")


def test_a_return_goes_back_to_whoever_had_it_with_the_reason() -> None:
    first, second = make_levels()
    agent, ticket = make_agent(first), make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    make_handover(ticket, second, by=agent)

    handing_over.return_(ticket, reason=Return.INCOMPLETE, words="Welches Gerät?", by=make_agent(second), now=later(30))

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (ticket.queue, ticket.assignee, ticket.returns, ticket.offered_at) == (first, agent, 1, None)
    assert (handover.state, handover.return_reason, handover.return_words) == (
        "returned",
        "incomplete",
        "Welches Gerät?",
    )
    assert ticket.events.get(kind=Event.Kind.RETURNED).facts["reason"] == "Welches Gerät?"


def test_what_was_returned_can_be_offered_again() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    make_handover(ticket, second, by=agent)
    handing_over.return_(ticket, reason=Return.INCOMPLETE, words="Gerät?", by=specialist, now=later(1))

    make_handover(ticket, second, by=agent, now=later(2), environment="NB-4711, Windows 11")
    handing_over.accept(ticket, by=specialist, now=later(3))

    ticket.refresh_from_db()
    assert (ticket.hops, ticket.returns) == (2, 1)
    assert list(ticket.handovers.values_list("attempt", "state")) == [(1, "returned"), (2, "accepted")]


def test_only_those_who_work_there_accept_and_return() -> None:
    first, second = make_levels()
    owner, ticket = make_agent(first), make_ticket(first)
    make_handover(ticket, second, by=owner)

    with pytest.raises(handing_over.CannotAccept):
        handing_over.accept(ticket, by=owner, now=later(1))
    with pytest.raises(handing_over.CannotReturn):
        handing_over.return_(ticket, reason=Return.OTHER, words="doch nicht", by=owner, now=later(1))

    assert ticket.handovers.get().state == State.OFFERED


def test_a_return_without_words_is_refused() -> None:
    first, second = make_levels()
    ticket = make_ticket(first)
    make_handover(ticket, second, by=make_agent(first))

    with pytest.raises(handing_over.CannotReturn):
        handing_over.return_(ticket, reason=Return.OTHER, words="  ", by=make_agent(second), now=later(1))


def test_first_level_takes_an_offer_back_as_long_as_nobody_accepted_it() -> None:
    first, second = make_levels()
    agent, stranger, ticket = make_agent(first), make_agent(second), make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    make_handover(ticket, second, by=agent)

    with pytest.raises(handing_over.CannotWithdraw):
        handing_over.withdraw(ticket, by=stranger, now=later(1))
    handing_over.withdraw(ticket, by=agent, now=later(2))
    with pytest.raises(handing_over.CannotWithdraw):
        handing_over.withdraw(ticket, by=agent, now=later(3))

    ticket.refresh_from_db()
    assert (ticket.queue, ticket.assignee, ticket.returns) == (first, agent, 0)
    assert kinds(ticket) == ["opened", "assigned", "escalated", "withdrawn"]


def test_a_ticket_is_given_back_with_the_solution() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    make_handover(ticket, second, by=agent)
    handing_over.accept(ticket, by=specialist, now=later(1))

    handing_over.finish(
        ticket, outcome=Outcome.SOLUTION_BACK, words="Zertifikat erneuern", by=specialist, now=later(60)
    )

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (ticket.queue, ticket.assignee, ticket.returns) == (first, agent, 0)
    assert (handover.outcome, handover.outcome_words, handover.ended_at) == (
        "solution_back", "Zertifikat erneuern", later(60),
    )  # fmt: skip


def test_what_is_solved_there_says_so_and_who_only_passed_it_on_had_no_result() -> None:
    first, second = make_levels()
    third = make_queue(tier=Queue.Tier.THIRD, is_default=False)
    ticket, specialist, expert = make_ticket(first), make_agent(second), make_agent(third)
    make_handover(ticket, second, by=make_agent(first))
    handing_over.accept(ticket, by=specialist, now=later(1))
    make_handover(ticket, third, by=specialist, now=later(2))
    handing_over.accept(ticket, by=expert, now=later(3))

    resolution.resolve(ticket, solution="Switch getauscht", by=expert, now=later(9))

    assert list(ticket.handovers.values_list("outcome", flat=True)) == ["no_result", "solved_there"]


def test_solving_what_is_only_offered_accepts_it() -> None:
    first, second = make_levels()
    ticket, specialist = make_ticket(first), make_agent(second)
    make_handover(ticket, second, by=make_agent(first))

    resolution.resolve(ticket, solution="Neu gestartet", by=specialist, now=later(9))

    ticket.refresh_from_db()
    handover = ticket.handovers.get()
    assert (handover.state, handover.accepted_by, handover.outcome) == ("accepted", specialist, "solved_there")
    assert ticket.offered_at is None


def test_moving_an_offered_ticket_sideways_ends_the_offer() -> None:
    first, second = make_levels()
    ticket = make_ticket(first)
    make_handover(ticket, second, by=make_agent(first))

    routing.route(ticket, to=make_queue(is_default=False), by=make_agent(second), now=later(4))

    ticket.refresh_from_db()
    assert (ticket.offered_at, ticket.handovers.get().state) == (None, "withdrawn")


def test_what_is_offered_already_is_not_offered_again_by_hand_but_the_clock_goes_on() -> None:
    first, second = make_levels()
    third = make_queue(tier=Queue.Tier.THIRD, is_default=False)
    ticket, agent = make_ticket(first), make_agent(second)
    make_handover(ticket, second, by=make_agent(first))

    with pytest.raises(handing_over.CannotHandOver):
        make_handover(ticket, third, by=agent)
    make_handover(ticket, third, by=None, reason=Reason.CLOCK, now=later(60))

    ticket.refresh_from_db()
    assert ticket.queue == third
    assert list(ticket.handovers.values_list("state", flat=True)) == ["withdrawn", "offered"]


def test_the_contract_of_the_category_goes_before_the_one_for_all() -> None:
    from knowledgebase.models import Category
    from tickets.models import contract_for

    _, second = make_levels()
    category = Category.objects.create(key="vpn", name_de="VPN", name_en="VPN")
    for_all, special = make_contract(second, "symptom"), make_contract(second, "question", category=category)
    ticket, of_category = Ticket(), Ticket()
    of_category.category_id = category.pk  # type: ignore[attr-defined]

    assert contract_for(second, ticket) == for_all
    assert contract_for(second, of_category) == special


def test_a_hand_over_forgets_its_draft() -> None:
    first, second = make_levels()
    ticket, agent = make_ticket(first), make_agent(first)
    save_draft(ticket, kind=Draft.Kind.HANDOVER, body="{}", version=0, by=agent, now=NOW)

    make_handover(ticket, second, by=agent)

    assert not Draft.objects.exists()
