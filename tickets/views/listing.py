"""The list of tickets, its news, and the search."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets import queries
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import list_context, row_context, whole_page


@staff_only
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the list, or more rows of it."""
    request = cast(StaffRequest, request)
    if request.htmx and not request.htmx.history_restore_request and request.htmx.target in ("list", "more"):
        template = "tickets/_list.html" if request.htmx.target == "list" else "tickets/_rows.html"
        context = list_context(request, request.GET, timezone.now()) | {"oob": request.htmx.target == "list"}
        return render(request, template, context)
    return whole_page(request, None)


@staff_only
@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """Say how many tickets are new in the list, and give the counters anew."""
    request = cast(StaffRequest, request)
    now = timezone.now()
    counts = queries.counts(request.user, now)
    view = queries.pick(request.user, request.GET, now, [queue for queue, _ in counts.queues])
    newest, known = _number(request.GET.get("newest", "")), _number(request.GET.get("known", ""))
    context = {
        "views": queries.views_for(request.user, counts, view),
        "counts": counts,
        "view": view,
        "newest": newest,
        "known": known,
        "fresh": queries.news(view, counts, newest=newest, known=known),
        "oob": True,
    }
    return render(request, "tickets/_news.html", context)


@staff_only
@require_safe
def row(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one row anew, where it stands."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "view")
    context = {"ticket": ticket} | row_context(request, ticket, request.GET)
    return render(request, "tickets/_row.html", context)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
