"""Changing what we promise."""

from datetime import timedelta

import pytest

from sla.models import Policy
from sla.operations.policies import ImpossibleTarget, Minutes, save_policy
from tests.sla.build import NOW, make_policy

pytestmark = pytest.mark.django_db


def targets_of(policy):
    return {t.priority: (t.first_response_minutes, t.resolution_minutes) for t in policy.targets.all()}


def test_saving_replaces_the_targets_and_says_when():
    make_policy()
    policy = Policy.objects.with_targets().get()
    later = NOW + timedelta(days=1)

    saved = save_policy(policy, targets={3: Minutes(60, 480)}, now=later)

    assert targets_of(saved) == targets_of(Policy.objects.get()) == {3: (60, 480)}
    assert saved.changed_at == later


def test_a_new_default_takes_the_place_of_the_old_one():
    old = make_policy("Old", is_default=True)

    new = make_policy("New", is_default=True)

    assert list(Policy.objects.default()) == [new]
    old.refresh_from_db()
    assert not old.is_default


@pytest.mark.parametrize("minutes", [Minutes(0, 60), Minutes(60, 30), Minutes(-1, -1)])
def test_an_impossible_target_is_refused_and_nothing_changes(minutes):
    policy = make_policy()
    before = targets_of(policy)

    with pytest.raises(ImpossibleTarget):
        save_policy(policy, targets={4: minutes}, now=NOW)

    assert targets_of(Policy.objects.get()) == before
