"""The start page of agents, and a first overview of the last two weeks."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from people.models import User
from reports import queries

BAR = 300
MOST_AWAY = 12


@login_required
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Show an agent what to do today."""
    user, now = staff(request), timezone.now()
    today = queries.today(user, now)
    lengths = queries.bars([row.open for row in today.backlog], BAR)
    absences = queries.away_today(now)
    late = [row.overdue * length // (row.open or 1) for row, length in zip(today.backlog, lengths, strict=True)]
    context = {
        "now": now,
        "today": today,
        "backlog": list(zip(today.backlog, lengths, late, strict=True)),
        "mine": queries.mine_next(user),
        "free": queries.free_next(user),
        "bar": BAR,
        "callbacks": queries.to_be_called(user),
        "offered": queries.offered(user, absences, now),
        "on_call": queries.on_call_now(user, now),
        "away": [one for one in absences if one.person.is_active][:MOST_AWAY],
    }
    return render(request, "reports/start.html", context)


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show what was solved in the last two weeks, and on which level."""
    user, now = staff(request), timezone.now()
    days = queries.resolved_by_day(user, now)
    figures = queries.solving(user, now)
    heights = queries.bars([day.resolved for day in days], 120)
    firsts = [day.first_level * height // (day.resolved or 1) for day, height in zip(days, heights, strict=True)]
    context = {
        "days": [
            {
                "day": day,
                "x": 20 + number * 44,
                "height": height,
                "y": 130 - height,
                "first": first,
                "first_y": 130 - first,
            }
            for number, (day, height, first) in enumerate(zip(days, heights, firsts, strict=True))
        ],
        "figures": figures,
        "kinds": _shares(queries.by_kind(user, now)),
        "categories": _shares(queries.by_category(user, now)),
        "first_level_share": queries.share(figures["first_level"], figures["resolved"]),
        "in_time_share": queries.share(figures["in_time"], figures["resolved"]),
        "hours": round(figures["took"].total_seconds() / 3600) if figures["took"] else None,
        "number_of_days": queries.DAYS,
        "kept": queries.callbacks_kept(user, now),
        "least_people": queries.LEAST_PEOPLE,
    }
    return render(request, "reports/overview.html", context)


def _shares(parts: list[queries.Part]) -> list[tuple[queries.Part, int, int]]:
    return [
        (part, queries.share(part.first_level, part.resolved), queries.share(part.in_time, part.resolved))
        for part in parts
    ]


def staff(request: HttpRequest) -> User:
    """
    Give the agent who asks.

    :raises Http404: for everybody else.
    """
    if not isinstance(request.user, User) or not request.user.is_agent:
        raise Http404
    return request.user
