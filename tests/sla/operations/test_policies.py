"""Changing what we promise."""

from dataclasses import replace
from datetime import timedelta

import pytest

from sla.actions import BadAction
from sla.conditions import BadCondition
from sla.models import Policy
from sla.operations.policies import ImpossibleTarget, Minutes, NotInThePast, Step, Wording, save_policy, wording_of
from tests.sla.build import NOW, make_calendar, make_policy

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=1)


def test_a_change_is_a_version_of_its_own():
    policy = make_policy()
    first = policy.versions.get()

    second = save_policy(policy, replace(wording_of(first), targets={3: Minutes(60, 480)}, valid_from=None), now=LATER)

    assert (second.number, second.valid_from, policy.changed_at) == (2, LATER, LATER)
    assert wording_of(second).targets == {3: Minutes(60, 480)}
    assert len(wording_of(first).targets) == 3


def test_a_version_gives_back_all_that_was_said():
    wording = Wording(
        calendar=make_calendar(),
        targets={4: Minutes(10, 60, 20, 5, 90), 1: Minutes(resolution=300)},
        steps=(
            Step("resolution", -30, ({"do": "notify", "whom": ["assignee"]},)),
            Step("acceptance", 0, ({"do": "call_lead"},)),
        ),
        conditions=({"field": "channel", "op": "in", "values": ["phone"]},),
        pauses=("pending_customer", "pending_third"),
    )

    version = save_policy(Policy(name="All"), wording, now=NOW)

    version.refresh_from_db()
    assert wording_of(version) == wording


def test_saving_what_is_said_already_makes_no_version():
    policy = make_policy()

    again = save_policy(policy, wording_of(policy.versions.get()), now=policy.versions.get().valid_from)

    assert list(policy.versions.all()) == [again]


def test_a_planned_version_is_replaced_by_what_is_saved_before_it_holds():
    policy = make_policy()
    wording = wording_of(policy.versions.get())
    save_policy(policy, replace(wording, targets={1: Minutes(1, 2)}, valid_from=NOW + timedelta(days=9)), now=LATER)

    save_policy(policy, replace(wording, targets={1: Minutes(3, 4)}, valid_from=NOW + timedelta(days=5)), now=LATER)

    assert [version.valid_from for version in policy.versions.all()] == [NOW, NOW + timedelta(days=5)]
    assert wording_of(policy.versions.last()).targets == {1: Minutes(3, 4)}


def test_the_first_version_holds_at_once_whatever_is_planned():
    policy = Policy(name="Neu")

    version = save_policy(
        policy, Wording(calendar=make_calendar(), targets={}, valid_from=NOW + timedelta(days=2)), now=NOW
    )

    assert version.valid_from == NOW


def test_the_past_is_not_rewritten():
    policy = make_policy()

    with pytest.raises(NotInThePast):
        save_policy(policy, replace(wording_of(policy.versions.get()), targets={}, valid_from=NOW), now=LATER)

    assert policy.versions.count() == 1


def test_a_new_default_takes_the_place_of_the_old_one():
    old = make_policy("Old", is_default=True)

    new = make_policy("New", is_default=True)

    assert list(Policy.objects.default()) == [new]
    old.refresh_from_db()
    assert not old.is_default


@pytest.mark.parametrize("minutes", [Minutes(0, 60), Minutes(60, 30), Minutes(-1, -1), Minutes(acceptance=0)])
def test_an_impossible_target_is_refused_and_nothing_changes(minutes):
    policy = make_policy()

    with pytest.raises(ImpossibleTarget):
        save_policy(
            policy, replace(wording_of(policy.versions.get()), targets={4: minutes}, valid_from=None), now=LATER
        )

    assert policy.versions.count() == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "colour", "op": "in", "values": [1]},
        {"field": "queue", "op": "like", "values": [1]},
        {"field": "queue", "op": "in", "values": []},
        {"field": "state", "op": "in", "values": ["open"]},
        {},
    ],
)
def test_what_is_no_condition_is_refused(condition):
    with pytest.raises(BadCondition):
        make_policy(conditions=(condition,))


@pytest.mark.parametrize(
    "actions",
    [
        (),
        ({"do": "sing"},),
        ({"do": "notify"},),
        ({"do": "notify", "whom": ["everybody"]},),
        ({"do": "tell_requester", "text_de": "Hallo", "text_en": " "},),
        ({"do": "raise_priority", "by": 2},),
    ],
)
def test_what_is_no_action_is_refused(actions):
    with pytest.raises(BadAction):
        make_policy(steps=(Step("resolution", 0, actions),))
