"""Changing what we promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sla import promises
from sla.models import Policy, Target


class ImpossibleTarget(Exception):
    """A target takes no time, or the resolution is promised before the first response."""


@dataclass(frozen=True)
class Minutes:
    """The working minutes promised for one priority."""

    first_response: int
    resolution: int


@transaction.atomic
def save_policy(policy: Policy, *, targets: Mapping[int, Minutes], now: datetime) -> Policy:
    """
    Store a new or changed policy with all its targets by priority; clocks that run keep their deadlines.

    A policy saved as default takes that place from the one that had it.

    :raises ImpossibleTarget: if a target takes no time or wants the resolution before the first response.
    """
    if any(not 1 <= minutes.first_response <= minutes.resolution for minutes in targets.values()):
        raise ImpossibleTarget("A first response takes at least a minute and comes no later than the resolution.")
    # All policies in one order: two who save at once neither mix their targets nor both become the default.
    list(Policy.objects.select_for_update().order_by("pk"))
    if policy.is_default:
        Policy.objects.default().exclude(pk=policy.pk).update(is_default=False, changed_at=now)
    policy.changed_at = now
    policy.save()
    Target.objects.filter(policy=policy).delete()
    Target.objects.bulk_create(
        Target(
            policy=policy,
            priority=priority,
            first_response_minutes=minutes.first_response,
            resolution_minutes=minutes.resolution,
        )
        for priority, minutes in targets.items()
    )
    policy.refresh_from_db()  # forgets what was prefetched, too
    promises.forget()
    transaction.on_commit(promises.forget)
    return policy
