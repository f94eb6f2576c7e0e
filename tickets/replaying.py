"""
Runs a draft of a service level or of working hours over past tickets, in the background and in slices.

A slice and how far it got are one transaction: a worker may be ended at any moment, and the next one goes on behind the last
slice. `SKIP LOCKED` lets one worker at a time work on a replay.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Prefetch, QuerySet

from helpdesk.lib import waking
from people.models import User
from sla import conditions
from sla.models import Calendar, CalendarRevision, Metric, Policy
from sla.operations.policies import Minutes, Wording
from sla.promises import Terms, terms_of
from tickets import whatif
from tickets.history import Happening
from tickets.models import Event, Queue, Replay, Ticket
from tickets.reconciling import look_up

log = logging.getLogger(__name__)

SLICE = 200
LISTED = 500  # changed tickets
KEPT = timedelta(days=30)
_MONTH = timedelta(days=30.5)
_GROUPS = ("metric", "priority", "queue", "weekday")


@transaction.atomic
def ask(
    *, by: User, now: datetime, months: int, name: str, policy: Policy | None = None, wording: Wording | None = None,
    calendar: Calendar | None = None, revision: CalendarRevision | None = None,
) -> Replay:  # fmt: skip
    """
    Ask what a draft would have meant: the `wording` of a policy, new or known, or a `revision` of a calendar; both unsaved.

    What the same person asked before and nobody answered yet is cancelled.
    """
    Replay.objects.filter(asked_at__lt=now - KEPT).delete()
    Replay.objects.filter(asked_by=by, state__in=Replay.UNFINISHED).update(state=Replay.State.CANCELLED, ended_at=now)
    since = now - months * _MONTH
    tickets = Ticket.objects.filter(created_at__gte=since, created_at__lte=now)
    replay = Replay.objects.create(
        policy=policy if policy is not None and policy.pk else None,
        calendar=calendar if calendar is not None and calendar.pk else None,
        wording=pack_wording(wording, policy) if wording is not None else None,
        hours=pack_hours(revision) if revision is not None else None,
        name=name[:100], months=months, since=since, asked_by=by, asked_at=now, total=tickets.count(), results=_nothing(),
    )  # fmt: skip
    transaction.on_commit(lambda: waking.wake("tickets.replay_promises"))
    return replay


def cancel(replay: Replay, *, now: datetime) -> None:
    """End a replay that nobody waits for any more; what came out so far stays."""
    unfinished = Replay.objects.filter(pk=replay.pk, state__in=Replay.UNFINISHED)
    unfinished.update(state=Replay.State.CANCELLED, ended_at=now)


def go_on(now: datetime, *, seconds: float = 20.0) -> int:
    """Work on what was asked, the oldest first, for some seconds; give the number of tickets looked at."""
    ends, looked_at = monotonic() + seconds, 0
    while (done := slice_of_one(now)) is not None:
        looked_at += done
        if monotonic() >= ends:
            break
    return looked_at


def slice_of_one(now: datetime) -> int | None:
    """Do one slice of one replay; give the number of its tickets, None if there is nothing to do."""
    unfinished = Replay.objects.filter(state__in=Replay.UNFINISHED).order_by("pk")
    failed: int | None = None
    try:
        with transaction.atomic():
            replay = unfinished.select_for_update(skip_locked=True, of=("self",)).first()
            if replay is None:
                return None
            failed = replay.pk
            return _slice(replay, now)
    except OperationalError:
        raise  # the database is away; the next one goes on
    except Exception:
        log.exception("Replay %s failed.", failed)
        Replay.objects.filter(pk=failed or 0).update(state=Replay.State.FAILED, ended_at=now)
        return 0


def pack_wording(wording: Wording, policy: Policy | None = None) -> dict[str, Any]:
    """Give the draft of a policy as JSON; its steps say nothing about deadlines."""
    return {
        "calendar": wording.calendar.pk,
        "targets": {str(priority): asdict(minutes) for priority, minutes in wording.targets.items()},
        "conditions": [dict(condition) for condition in wording.conditions],
        "pauses": list(wording.pauses),
        "position": policy.position if policy is not None else 100,
        "is_default": policy.is_default if policy is not None else False,
    }


def pack_hours(revision: CalendarRevision) -> dict[str, Any]:
    """Give working hours as JSON, as if they had always held."""
    return {"timezone": revision.timezone, "weeks": [[None, revision.weeks[-1][1]]], "dates": revision.dates}


def draft_of(replay: Replay, now: datetime) -> whatif.Draft:
    """Make the draft of a replay from its row."""
    hours = CalendarRevision(**replay.hours).hours() if replay.hours else None
    revisions = frozenset(
        CalendarRevision.objects.filter(calendar=replay.calendar_id).values_list("pk", flat=True) if hours else ()
    )
    said: dict[str, Any] | None = replay.wording
    if not said:
        return whatif.Draft(hours=hours, revisions=revisions)
    policies = list(Policy.objects.filter(is_active=True).with_versions())
    standing = {policy.pk: _terms_now(policy, now) for policy in policies}
    named = dict(Queue.objects.values_list("pk", "policy_id"))
    return whatif.Draft(
        terms=_terms(replay, said),
        conditions=said["conditions"],
        position=said["position"],
        is_default=said["is_default"],
        policies={
            policy.pk: policy.position for policy in policies if (one := policy.version_at(now)) and one.conditions
        },
        default=next((policy.pk for policy in policies if policy.is_default), None),
        named=lambda queue: named.get(queue) if queue is not None else None,
        standing=lambda policy: standing.get(policy),
        hours=hours,
        revisions=revisions,
    )


def _terms(replay: Replay, said: Mapping[str, Any]) -> Terms:
    revision = Calendar.objects.select_related("current").get(pk=said["calendar"]).current
    if revision is None:
        raise CalendarRevision.DoesNotExist(f"Calendar {said['calendar']} has no hours.")
    targets = {int(priority): Minutes(**minutes) for priority, minutes in said["targets"].items()}
    return Terms(
        policy=replay.policy_id or 0,
        version=0,
        calendar=revision.pk,
        name=replay.name,
        number=0,
        hours=revision.hours(),
        targets={
            (metric.value, priority): length
            for priority, minutes in targets.items()
            for metric in Metric
            if (length := getattr(minutes, metric.value))
        },
        pauses=frozenset(said["pauses"]),
        steps=(),
    )


def _terms_now(policy: Policy, now: datetime) -> Terms | None:
    version = policy.version_at(now)
    if version is None or version.calendar.current_id is None:
        return None
    return terms_of(version.pk, version.calendar.current_id)


def _slice(replay: Replay, now: datetime) -> int:
    draft = draft_of(replay, replay.asked_at)
    tickets = list(_page(replay))
    for ticket in tickets:
        _count(replay.results, ticket, _outcome(ticket, draft, replay.asked_at))
    replay.done += len(tickets)
    replay.state = Replay.State.RUNNING
    if tickets:
        replay.last_ticket = tickets[-1].pk
    if len(tickets) < SLICE:
        replay.state, replay.ended_at = Replay.State.DONE, now
    replay.save(update_fields=["results", "done", "last_ticket", "state", "ended_at"])
    return len(tickets)


def _page(replay: Replay) -> QuerySet[Ticket]:
    events = Event.objects.filter(kind__in=whatif.KINDS).only("kind", "at", "facts", "ticket_id").order_by("at", "id")
    rows = Ticket.objects.filter(
        created_at__gte=replay.since, created_at__lte=replay.asked_at, pk__gt=replay.last_ticket
    )
    rows = rows.select_related("requester", "queue").order_by("pk")
    return rows.prefetch_related(Prefetch("events", events, to_attr="happened"))[:SLICE]


def _outcome(ticket: Any, draft: whatif.Draft, now: datetime) -> whatif.Outcome:
    happenings = [Happening(row.kind, row.at, row.facts) for row in ticket.happened if row.at <= now]
    return whatif.compare(happenings, _start(ticket), look_up, draft, now=now)


def _start(ticket: Ticket) -> conditions.Facts:
    """Give what is true of a ticket now; where its events say what it was, that counts."""
    return {
        "queue": ticket.queue_id,
        "priority": int(ticket.priority),
        "channel": str(ticket.channel),
        "kind": str(ticket.kind),
        "category": ticket.category_id,
        "organisation": ticket.requester.organisation_id,
        "vip": ticket.requester.is_vip,
    }


def _nothing() -> dict[str, Any]:
    counts: dict[str, Any] = {"tickets": 0, "computed": 0, "chosen": 0, "now": 0, "then": 0, "changed": 0, "listed": []}
    return counts | {group: {} for group in _GROUPS}


def _count(results: dict[str, Any], ticket: Ticket, outcome: whatif.Outcome) -> None:
    """Add a ticket to the results: pairs of numbers, broken now and then."""
    results["tickets"] += 1
    results["computed"] += outcome.is_computable
    results["chosen"] += outcome.is_chosen
    for pair in outcome.pairs:
        if pair.broken_now or pair.broken_then:
            for group, key in _keys(ticket, pair):
                counted = results[group].setdefault(key, [0, 0])
                counted[0] += pair.broken_now
                counted[1] += pair.broken_then
        results["now"] += pair.broken_now
        results["then"] += pair.broken_then
    changed = [pair for pair in outcome.pairs if pair.is_changed]
    results["changed"] += bool(changed)
    if len(results["listed"]) < LISTED:
        results["listed"] += [_listed(ticket, pair) for pair in changed]


def _keys(ticket: Ticket, pair: whatif.Pair) -> Iterable[tuple[str, str]]:
    promise = pair.now or pair.then
    zone = promise.terms.hours.zone if promise and promise.terms else None
    return (
        ("metric", pair.metric),
        ("priority", str(pair.priority)),
        ("queue", str(ticket.queue_id)),
        ("weekday", str(pair.started_at.astimezone(zone).weekday())),
    )


def _listed(ticket: Ticket, pair: whatif.Pair) -> Mapping[str, Any]:
    due_now = pair.now.due_at if pair.now else None
    due_then = pair.then.due_at if pair.then else None
    return {
        "ticket": ticket.pk,
        "metric": pair.metric,
        "now": due_now.isoformat() if due_now else None,
        "then": due_then.isoformat() if due_then else None,
        "broken": pair.broken_then,
    }
