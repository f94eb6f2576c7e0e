"""What came in, for those who look after the mailboxes."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from channels_intake.email.arriving import CannotRetry, retry
from channels_intake.email.fetch import wake
from channels_intake.models import Arrival
from people.models import User

PAGE = 50
View = Callable[..., HttpResponse]


def leads_only(view: View) -> View:
    """Send strangers to the login; for all but leads and administrators there is no such page."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not cast(User, request.user).is_lead:
            raise Http404
        return view(request, *args, **kwargs)

    return cast(View, guarded)


@require_GET
@never_cache
@leads_only
def arrivals(request: HttpRequest) -> HttpResponse:
    """List what came in, what cannot be processed first."""
    state = request.GET.get("state", "")
    found = _first_the_unprocessable(Arrival.objects.without_raw().select_related("mailbox", "ticket"))
    if state in Arrival.State.values:
        found = found.filter(state=state)
    context = {
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "states": Arrival.State.choices,
        "state": state,
        "query": f"state={state}" if state in Arrival.State.values else "",
    }
    return render(request, "intake/arrivals.html", context)


@require_GET
@never_cache
@leads_only
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a mail as it came; as a file, never as something a browser shows."""
    arrival = get_object_or_404(Arrival, pk=pk, size__gt=0)
    response = HttpResponse(bytes(arrival.raw), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="mail-{arrival.pk}.eml"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_POST
@leads_only
def retrying(request: HttpRequest, pk: int) -> HttpResponse:
    """Try an unprocessable mail again."""
    try:
        retry(get_object_or_404(Arrival.objects.without_raw(), pk=pk))
    except CannotRetry:
        messages.error(request, gettext("This mail is not waiting for another try."))
    else:
        wake()
        messages.success(request, gettext("The mail will be tried again in a moment."))
    return redirect("intake:arrivals")


def _first_the_unprocessable(found: QuerySet[Arrival]) -> QuerySet[Arrival]:
    urgent = Case(When(state=Arrival.State.UNPROCESSABLE, then=0), default=1, output_field=IntegerField())
    return found.order_by(urgent, "-received_at", "-pk")
