"""How far mails got, beside their messages, and the notices behind the bell."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from notifications import queries
from notifications.models import Delivery
from notifications.notices import say
from notifications.resending import CannotResend, resend, trust_address
from people.models import User
from tickets.models import Ticket
from tickets.permissions import can, check

NOTICES = 30


@require_GET
@never_cache
@login_required
def deliveries(request: HttpRequest, ticket_id: int) -> HttpResponse:
    """Show beside each message how far its mails got."""
    return _deliveries(request, _ticket(request, ticket_id))


@require_POST
@login_required
def resending(request: HttpRequest, ticket_id: int, delivery_id: int) -> HttpResponse:
    """Send a failed mail again."""
    ticket, user = _ticket(request, ticket_id), _user(request)
    check(user, "reply", ticket)
    delivery = get_object_or_404(queries.mails_of(ticket), pk=delivery_id)
    try:
        resend(delivery, now=timezone.now())
    except CannotResend:
        return _deliveries(request, ticket, status=422)
    return _done(request, ticket)


@require_POST
@login_required
def address(request: HttpRequest, ticket_id: int, delivery_id: int) -> HttpResponse:
    """Say that the address of a recipient is right, though a mail to it came back."""
    ticket, user = _ticket(request, ticket_id), _user(request)
    check(user, "reply", ticket)
    trust_address(get_object_or_404(queries.mails_of(ticket), pk=delivery_id))
    return _done(request, ticket)


@require_GET
@never_cache
@login_required
def notices(request: HttpRequest) -> HttpResponse:
    """Show the newest notices."""
    return _notices(request)


@require_GET
@never_cache
@login_required
def bell(request: HttpRequest) -> HttpResponse:
    """Show how many notices are unseen."""
    return render(request, "notifications/_bell.html", {"unseen": queries.unseen_count(_user(request))})


@require_POST
@login_required
def seen(request: HttpRequest) -> HttpResponse:
    """Mark all notices, or those about one ticket, as seen."""
    unseen = Delivery.objects.notices_of(_user(request)).filter(state=Delivery.State.SENT)
    ticket = request.POST.get("ticket", "")
    if ticket:
        is_number = ticket.isascii() and ticket.isdigit() and len(ticket) < 19
        unseen = unseen.filter(event__ticket_id=int(ticket)) if is_number else unseen.none()
    else:
        queries.articles_of(_user(request)).filter(seen_at__isnull=True).update(seen_at=timezone.now())
    unseen.update(state=Delivery.State.SEEN)
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(_next(request))
    answer = _notices(request)
    bell = {"unseen": queries.unseen_count(_user(request)), "oob": True}
    answer.write(render_to_string("notifications/_bell.html", bell, request))
    return answer


def _done(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(f"/tickets/{ticket.pk}/")
    return _deliveries(request, ticket)


def _deliveries(request: HttpRequest, ticket: Ticket, status: int = 200) -> HttpResponse:
    context = {
        "ticket": ticket,
        "mails": queries.mails_by_message(ticket),
        "may_resend": can(_user(request), "reply", ticket),
        "now": timezone.now(),
    }
    return render(request, "notifications/_deliveries.html", context, status=status)


def _notices(request: HttpRequest) -> HttpResponse:
    user = _user(request)
    found = [(notice, say(notice.event)) for notice in queries.notices_of(user)[:NOTICES]]
    articles = [(notice, notice.article.text_in(user.language)) for notice in queries.articles_of(user)[:NOTICES]]
    context = {"notices": found, "articles": articles, "unseen": queries.unseen_count(user)}
    is_part = bool(request.headers.get("HX-Request"))
    return render(request, "notifications/_notices.html" if is_part else "notifications/notices.html", context)


def _ticket(request: HttpRequest, ticket_id: int) -> Ticket:
    """
    Fetch a ticket whose inner side this person may see.

    :raises Http404: if there is none for them.
    """
    user = _user(request)
    ticket = Ticket.objects.visible_to(user).filter(pk=ticket_id).first()
    if ticket is None or not can(user, "view_notes", ticket):
        raise Http404
    return ticket


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if is_ours else "/mail/notices/"
