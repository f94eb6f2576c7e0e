"""Who is on call for a queue."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from people.models import User
from tickets.models import Absence, Membership, Queue, Rota, RotaMember, RotaSwap
from tickets.rotas import Plan, Shift, Swap, candidates, shifts_between


def on_call(queue: Queue, now: datetime) -> User | None:
    """
    Give who is on call for a queue: who took the shift, else whose turn it is.

    Whoever is away, deactivated or does not work in the queue gives way to the next in order; None if nobody is left.
    """
    return on_call_for([queue], now).get(queue.pk)


def on_call_for(queues: Iterable[Queue], now: datetime) -> dict[int, User]:
    """Give who is on call, by queue; a queue for which nobody is has no entry. Costs the same for any number of them."""
    rows = list(_rotas(now).filter(is_active=True, queues__in=list(queues)).distinct().order_by("pk"))
    if not rows:
        return {}
    wanted = {queue.pk for queue in queues}
    away = set(Absence.objects.current(now).values_list("person", flat=True))
    people = {user.pk: user for rota in rows for user in _people(rota) if _is_there(user, away)}
    levels = Membership.objects.filter(user__in=people, level__gte=Membership.Level.REPLY)
    works = set(levels.values_list("user", "queue"))
    found: dict[int, User] = {}
    for rota in rows:
        order = [people[pk] for pk in candidates(plan_of(rota), swaps_of(rota), now) if pk in people]
        for queue in rota.queues.all():
            person = next((one for one in order if one.is_lead or (one.pk, queue.pk) in works), None)
            if person is not None and queue.pk in wanted:
                found.setdefault(queue.pk, person)
    return found


def plan_of(rota: Rota, people: Sequence[int] | None = None) -> Plan:
    """Give the turns of a rota, of its members or of those that are tried out."""
    order = tuple(member.user_id for member in rota.members.all()) if people is None else tuple(people)
    return Plan(rota.timezone, rota.first_day, rota.handover, rota.days, order)


def swaps_of(rota: Rota) -> list[Swap]:
    """Give the swapped shifts of a rota, the latest entry last."""
    rows = sorted(rota.swaps.all(), key=lambda swap: swap.pk)
    return [Swap(swap.user_id, swap.starts_at, swap.ends_at) for swap in rows]


def with_turns(start: datetime) -> QuerySet[Rota]:
    """Give the rotas with their people, queues and the swapped shifts from a moment on."""
    swaps = RotaSwap.objects.filter(ends_at__gt=start).select_related("user")
    return Rota.objects.prefetch_related(
        Prefetch("members", RotaMember.objects.select_related("user")), "queues", Prefetch("swaps", swaps)
    )


def coming(rota: Rota, start: datetime, end: datetime) -> list[tuple[Shift, User, User | None]]:
    """Give the shifts of a time, each with who is on call and whose turn it would have been."""
    people = {user.pk: user for user in _people(rota)}
    shifts = shifts_between(plan_of(rota), swaps_of(rota), start, end)
    return [(shift, people[shift.person], people.get(shift.instead_of or 0)) for shift in shifts]


def _rotas(now: datetime) -> QuerySet[Rota]:
    swaps = RotaSwap.objects.filter(starts_at__lte=now, ends_at__gt=now).select_related("user")
    return Rota.objects.prefetch_related(
        Prefetch("members", RotaMember.objects.select_related("user")), "queues", Prefetch("swaps", swaps)
    )


def _people(rota: Rota) -> list[User]:
    return [member.user for member in rota.members.all()] + [swap.user for swap in rota.swaps.all()]


def _is_there(user: User, away: set[int]) -> bool:
    return user.is_active and user.is_agent and user.pk not in away
