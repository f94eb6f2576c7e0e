"""
What a policy promises for a ticket that starts now.

Promises are asked for at every new ticket, calendars change twice a year: each process keeps what it read. The copy of
targets and hours is keyed by the moments policy and calendar changed, so it is as fresh as the policy row given. Only
`policy_by_id` and `default_policy` keep the row itself: here at once, another process promises by a changed policy after
at most `STALE_AFTER` seconds.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Literal, TypeVar

from sla.models import Policy
from sla.worktime import Hours, due

Metric = Literal["first_response", "resolution"]
K = TypeVar("K")
V = TypeVar("V")

STALE_AFTER = 5.0
_AT_MOST = 500


@dataclass(frozen=True)
class Promise:
    """What is to happen by when: a metric, its working minutes and the moment they are over."""

    metric: Metric
    minutes: int
    due_at: datetime


@dataclass(frozen=True)
class _Terms:
    hours: Hours
    targets: dict[int, tuple[tuple[Metric, int], ...]]


_TermsKey = tuple[int, datetime, int, datetime]
_terms: dict[_TermsKey, _Terms] = {}
_policies: dict[int | None, tuple[float, Policy | None]] = {}


def promises(policy: Policy, *, priority: int, start: datetime) -> list[Promise]:
    """
    List what the policy promises for a priority from start on, first response before resolution; may be empty.

    :raises NeverOpen: if the policy's calendar has no working hours.
    """
    terms = _terms_of(policy)
    return [
        Promise(metric, minutes, due_at)
        for metric, minutes in terms.targets.get(priority, ())
        if (due_at := due(terms.hours, start, timedelta(minutes=minutes)))
    ]


def hours_of(policy: Policy) -> Hours:
    """
    Return the working hours a policy counts in, from this process's copy where it is fresh.

    :raises NeverOpen: if the policy's calendar has no working hours.
    """
    return _terms_of(policy).hours


def policy_by_id(pk: int) -> Policy:
    """
    Return a policy with its calendar, at most `STALE_AFTER` seconds old; read it, don't change it.

    :raises Policy.DoesNotExist: if there is none.
    """
    policy = _kept(pk, lambda: Policy.objects.select_related("calendar").filter(pk=pk).first())
    if policy is None:
        raise Policy.DoesNotExist(f"There is no policy {pk}.")
    return policy


def default_policy() -> Policy | None:
    """Return the policy that holds where no other is chosen, at most `STALE_AFTER` seconds old; None if there is none."""
    return _kept(None, lambda: Policy.objects.select_related("calendar").default().first())


def forget() -> None:
    """Drop what this process keeps; the operations on policies and calendars do."""
    _terms.clear()
    _policies.clear()


def _kept(key: int | None, read: Callable[[], Policy | None]) -> Policy | None:
    read_at, policy = _policies.get(key, (0.0, None))
    if policy is None or monotonic() - read_at > STALE_AFTER:
        # The age counts from before the query: nothing that changed since may hide behind it.
        read_at, policy = monotonic(), read()
        _keep(_policies, key, (read_at, policy))
    return policy


def _terms_of(policy: Policy) -> _Terms:
    calendar = policy.calendar
    key = policy.pk, policy.changed_at, calendar.pk, calendar.changed_at
    terms = _terms.get(key)
    if terms is None:
        targets: dict[int, tuple[tuple[Metric, int], ...]] = {
            target.priority: (
                ("first_response", target.first_response_minutes),
                ("resolution", target.resolution_minutes),
            )
            for target in policy.targets.all()
        }
        terms = _Terms(calendar.hours(), targets)
        _keep(_terms, key, terms)
    return terms


def _keep(cache: dict[K, V], key: K, value: V) -> None:
    if len(cache) >= _AT_MOST:
        cache.clear()
    cache[key] = value
