"""Who gets in: staff alone, and each to the tickets they may see."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django_htmx.middleware import HtmxDetails

from people.models import User
from tickets import categories, facts, handovers, held, permissions, promised
from tickets.models import Draft, Ticket
from tickets.models.ticket import TicketQuerySet


class StaffRequest(HttpRequest):
    """A request of somebody who works here."""

    user: User
    htmx: HtmxDetails


View = Callable[..., HttpResponseBase]


def staff_only(view: View) -> View:
    """Send strangers to the login; for those who do not work here there is no such page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not cast(User, request.user).is_agent:
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View, guarded)


def ticket_for(request: StaffRequest, pk: int, action: str = "view_notes", *, as_page: bool = False) -> Ticket:
    """
    Fetch a ticket for somebody who wants to do this to it; `as_page`: with everything that `for_page` gives.

    :raises Http404: if they may not see it.
    :raises PermissionDenied: if they may see it but not do this.
    """
    plain = Ticket.objects.visible_to(request.user).for_list().select_related("queue__escalates_to")
    ticket = get_object_or_404(for_page(request.user) if as_page else plain, pk=pk)
    permissions.check(request.user, action, ticket)
    return ticket


def for_page(user: User) -> QuerySet[Ticket]:
    """
    Give the tickets this person may see, each with what its page shows beside the conversation.

    That is their own drafts (`own_drafts`), what is held back (`held_rows`), who takes part (`people_beside`), what was
    answered (`fact_rows`), its hand-overs (`handover_rows`), the major incident it is about (`incident_rows`), the
    categories there are (`category_rows`), the promise to call back (`callback_rows`) and whether its assignee is away
    (`away_rows`).
    """
    drafts = Draft.objects.filter(ticket=OuterRef("pk"), user=user).values(
        draft=JSONObject(kind="kind", body="body", version="version", updated_at="updated_at")
    )
    return _pages().visible_to(user).annotate(own_drafts=ArraySubquery(drafts), held_rows=held.rows(user))


@cache
def _pages() -> TicketQuerySet:
    """Put together once what is the same for everybody: saying it anew for each page took longer than asking."""
    return (
        Ticket.objects.select_related(
            "requester", "assignee", "case_owner", "queue__escalates_to", "specialists", "triage", "category"
        )
        .select_related("requester__organisation")
        .annotate(people_beside=held.people_beside(), fact_rows=facts.rows(), incident_rows=facts.incidents())
        .annotate(handover_rows=handovers.rows(), category_rows=categories.rows())
        .annotate(callback_rows=promised.callbacks(), away_rows=promised.absences())
    )
