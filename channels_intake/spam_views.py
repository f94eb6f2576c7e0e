"""The list of spam, and the way there and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from channels_intake.reasons import worded
from channels_intake.spam import CannotBlock, mark_as_spam, take_back
from people.models import User
from tickets.models import Event, Ticket
from tickets.operations.voiding import CannotVoid, NotSpam
from tickets.permissions import can
from tickets.views.access import StaffRequest, staff_only
from tickets.views.acting import Action, perform

PAGE = 50


class BlockForm(forms.Form):
    """Whether no mail of the sender is taken in any more."""

    block = forms.BooleanField(required=False)


def _mark(ticket: Ticket, data: Mapping[str, Any], by: User, now: datetime) -> object:
    return mark_as_spam(ticket, block=data["block"], by=by, now=now)


SPAM = Action(
    needs="void",
    title=_("Put into spam"),
    button=_("Spam"),
    asks=False,
    form=lambda request, ticket, data: BlockForm(data),
    run=_mark,
    refusals={
        CannotVoid: _("The ticket is set aside already."),
        CannotBlock: _("The sender works here and cannot be blocked."),
    },
)
NOT_SPAM = Action(
    needs="void",
    title=_("Not spam"),
    button=_("Not spam"),
    asks=False,
    run=lambda ticket, data, by, now: take_back(ticket, by=by, now=now),
    refusals={NotSpam: _("The ticket does not lie in spam.")},
)


@staff_only
def spam(request: HttpRequest, ticket: int) -> HttpResponse:
    """Put a ticket into spam."""
    return perform(request, ticket, SPAM)


@staff_only
def not_spam(request: HttpRequest, ticket: int) -> HttpResponse:
    """Take a ticket out of spam."""
    return perform(request, ticket, NOT_SPAM)


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponseBase:
    """List what was taken for spam, the newest first; take several back at once."""
    staff = cast(StaffRequest, request)
    if request.method == "POST":
        return _take_back(staff)
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = Paginator(_found(staff.user, words), PAGE).get_page(request.GET.get("page"))
    rows = [(ticket, *_why(ticket), can(staff.user, "void", ticket)) for ticket in page.object_list]
    context = {"page": page, "rows": rows, "words": words, "query": f"q={words}" if words else ""}
    return render(request, "intake/spam.html", context)


def _found(user: User, words: str) -> QuerySet[Ticket]:
    voided = Event.objects.filter(kind=Event.Kind.VOIDED).select_related("by").order_by("-pk")
    found = Ticket.objects.visible_to(user).filter(state=Ticket.State.VOID, void_reason=Ticket.VoidReason.SPAM)
    if words:
        found = found.filter(
            Q(subject__icontains=words) | Q(requester__email__icontains=words) | Q(requester__name__icontains=words)
        )
    return found.select_related("requester", "queue").prefetch_related(
        Prefetch("events", queryset=voided, to_attr="voided")
    ).order_by("-created_at", "-pk")  # fmt: skip


def _why(ticket: Any) -> tuple[str, str]:
    """Say who took it for spam, or by what it was found."""
    event = next(iter(ticket.voided), None)
    if event is None:
        return "", ""
    return (event.by.display_name if event.by else "", worded(str(event.facts.get("why", ""))))


def _take_back(request: StaffRequest) -> HttpResponse:
    wanted = [int(one) for one in request.POST.getlist("ticket")[:PAGE] if one.isdecimal() and len(one) < 19]
    done = 0
    for ticket in _found(request.user, "").filter(pk__in=wanted):
        if can(request.user, "void", ticket):
            take_back(ticket, by=request.user, now=timezone.now())
            done += 1
    if done:
        said = ngettext("%(count)d ticket is no spam.", "%(count)d tickets are no spam.", done) % {"count": done}
        messages.success(request, said)
    else:
        messages.error(request, gettext("Choose tickets first."))
    return redirect("intake:spam")
