"""
What is promised, and under which terms.

Terms are a version of a policy counted by a revision of its calendar. Both never change, so each process keeps what it read
of them for good. Which policy is chosen may change at any time: the book of policies is read again after `STALE_AFTER`
seconds. A process that chooses from an older book promises by the version before; the choice is stored with the ticket,
so everything computed later agrees with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from sla import conditions
from sla.models import Calendar, CalendarRevision, Metric, Policy, PolicyVersion
from sla.worktime import Hours, Pause, due

STALE_AFTER = 5.0
_AT_MOST = 2000


@dataclass(frozen=True, slots=True)
class Step:
    """An escalation step: its row, its metric, its working minutes after the deadline."""

    pk: int
    metric: str
    offset: int
    conditions: Sequence[Mapping[str, Any]]
    actions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Moment:
    """When a step is to be taken."""

    at: datetime
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A version of a policy, counted by a revision of a calendar; `pauses` are states of a ticket."""

    policy: int
    version: int
    calendar: int
    name: str
    number: int
    hours: Hours
    targets: Mapping[tuple[str, int], int]
    pauses: frozenset[str]
    steps: tuple[Step, ...]

    @property
    def facts(self) -> dict[str, int]:
        """Give what an event or a row keeps of them."""
        return {"version": self.version, "calendar": self.calendar}

    def minutes(self, metric: str, priority: int) -> int | None:
        """Give the working minutes promised, if any."""
        return self.targets.get((metric, priority))

    def due(self, start: datetime, minutes: int, pauses: Sequence[Pause] = ()) -> datetime | None:
        """Give the moment at which the working minutes are over, None while an open pause keeps it from coming."""
        return due(self.hours, start, timedelta(minutes=minutes), pauses)

    def moments(self, metric: str, start: datetime, minutes: int, pauses: Sequence[Pause] = ()) -> list[Moment]:
        """List when the steps of a metric are to be taken, in order; one whose offset is before the start comes at it."""
        found = []
        for step in self.steps:
            if step.metric == metric and (at := self.due(start, max(0, minutes + step.offset), pauses)):
                found.append(Moment(at, step))
        return sorted(found, key=lambda moment: (moment.at, moment.step.offset, moment.step.pk))


def terms_of(version: int, calendar: int) -> Terms:
    """
    Give the terms of a version counted by a revision of a calendar, in three queries the first time.

    :raises PolicyVersion.DoesNotExist: if there is no such version.
    :raises CalendarRevision.DoesNotExist: if there is no such revision.
    """
    terms = _terms.get((version, calendar))
    if terms is None:
        terms = _read_terms(version, calendar)
        if len(_terms) >= _AT_MOST:
            _terms.clear()
        _terms[version, calendar] = terms
    return terms


def choose(facts: conditions.Facts, *, named: int | None, now: datetime) -> Terms | None:
    """
    Choose the terms for what begins now.

    The first policy whose conditions all hold is chosen, else the `named` one, else the default one; none promises nothing.
    """
    entry = _book().choose(facts, named, now)
    return terms_of(entry.version, entry.calendar) if entry is not None else None


def forget() -> None:
    """Drop what this process keeps; the operations on policies and calendars do."""
    _terms.clear()
    _kept.clear()


@dataclass(frozen=True, slots=True)
class _Entry:
    valid_from: datetime
    version: int
    calendar: int
    conditions: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Book:
    """All policies with their versions, the oldest version first."""

    read_at: float
    versions: Mapping[int, Sequence[_Entry]]
    in_order: Sequence[int]
    default: int | None

    def choose(self, facts: conditions.Facts, named: int | None, now: datetime) -> _Entry | None:
        for policy in self.in_order:
            entry = self._in_force(policy, now)
            if entry is not None and entry.conditions and conditions.meets(facts, entry.conditions):
                return entry
        for chosen in (named, self.default):
            if chosen is not None and (entry := self._in_force(chosen, now)):
                return entry
        return None

    def _in_force(self, policy: int, now: datetime) -> _Entry | None:
        entries = self.versions.get(policy, ())
        begun = [entry for entry in entries if entry.valid_from <= now]
        return begun[-1] if begun else next(iter(entries), None)


_terms: dict[tuple[int, int], Terms] = {}
_kept: list[_Book] = []


def _book() -> _Book:
    if _kept and monotonic() - _kept[0].read_at <= STALE_AFTER:
        return _kept[0]
    read_at = monotonic()  # the age counts from before the queries: nothing that changed since may hide behind it
    policies = list(Policy.objects.filter(is_active=True).order_by("position", "name"))
    # A calendar without a revision never got any hours: that must not keep anybody from asking for help.
    revisions = dict(Calendar.objects.exclude(current=None).values_list("pk", "current_id")) if policies else {}
    versions: dict[int, list[_Entry]] = {policy.pk: [] for policy in policies}
    for row in PolicyVersion.objects.filter(policy__in=policies).order_by("policy", "number"):
        if (calendar := revisions.get(row.calendar_id)) is not None:
            versions[row.policy_id].append(_Entry(row.valid_from, row.pk, calendar, row.conditions))
    default = next((policy.pk for policy in policies if policy.is_default), None)
    _kept[:] = [_Book(read_at, versions, [policy.pk for policy in policies], default)]
    return _kept[0]


def _read_terms(version: int, calendar: int) -> Terms:
    row = PolicyVersion.objects.select_related("policy").prefetch_related("targets", "steps").get(pk=version)
    return Terms(
        policy=row.policy_id,
        version=version,
        calendar=calendar,
        name=row.policy.name,
        number=row.number,
        hours=CalendarRevision.objects.get(pk=calendar).hours(),
        targets={
            (metric.value, target.priority): minutes
            for target in row.targets.all()
            for metric in Metric
            if (minutes := target.minutes(metric))
        },
        pauses=frozenset(row.pauses),
        steps=tuple(
            Step(step.pk, step.metric, step.offset_minutes, step.conditions, step.actions)
            for step in sorted(row.steps.all(), key=lambda step: step.position)
        ),
    )
