"""Who is on call for a queue."""

import pytest

from tests.factories import NOW, later, make_absence, make_agent, make_queue, make_rota, make_user
from tickets.models import Membership, RotaSwap
from tickets.oncall import on_call, on_call_for

pytestmark = pytest.mark.django_db


def test_turns_go_round_in_order() -> None:
    queue = make_queue()
    one, two = make_agent(queue), make_agent(queue)
    make_rota(queue, one, two)

    assert [on_call(queue, later(days=days)) for days in (0, 6, 7, 14)] == [one, one, two, one]


def test_nobody_is_on_call_before_the_rota_begins_or_where_there_is_none() -> None:
    queue, other = make_queue(), make_queue()
    rota = make_rota(queue, make_agent(queue))

    assert on_call(queue, later(days=-1)) is None
    assert on_call(other, NOW) is None
    rota.is_active = False
    rota.save()
    assert on_call(queue, NOW) is None


def test_who_took_the_shift_comes_first_and_gives_way_when_away() -> None:
    queue = make_queue()
    one, two, third = (make_agent(queue) for _ in range(3))
    rota = make_rota(queue, one, two)
    RotaSwap.objects.create(rota=rota, user=third, starts_at=NOW, ends_at=later(hours=8), made_at=NOW)

    assert on_call(queue, later(60)) == third
    assert on_call(queue, later(hours=8)) == one
    make_absence(third)
    assert on_call(queue, later(60)) == one


def test_whoever_is_away_deactivated_or_no_member_gives_way_to_the_next() -> None:
    queue = make_queue()
    away, gone, stranger, there = make_agent(queue), make_agent(queue, is_active=False), make_agent(), make_agent(queue)
    make_rota(queue, away, gone, stranger, there)
    make_absence(away, ends_at=later(60))

    assert on_call(queue, NOW) == there
    assert on_call(queue, later(60)) == away


def test_nobody_is_left_when_all_are_away() -> None:
    queue = make_queue()
    one = make_agent(queue)
    make_rota(queue, one, make_user())
    make_absence(one)

    assert on_call(queue, NOW) is None


@pytest.mark.parametrize("number", [1, 3])
def test_who_is_on_call_costs_the_same_for_one_and_three_queues(number: int, django_assert_num_queries) -> None:
    queues = [make_queue() for _ in range(number)]
    person = make_agent()
    for queue in queues:
        Membership.objects.create(queue=queue, user=person)
        make_rota(queue, person)

    with django_assert_num_queries(6):
        assert on_call_for(queues, NOW) == {queue.pk: person for queue in queues}
