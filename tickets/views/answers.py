"""Answering the requester, and taking an answer back while it is held."""

from datetime import timedelta
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from tickets.answer_forms import AnswerForm, SendingForm, WithdrawalForm
from tickets.models import HeldAnswer, Ticket
from tickets.operations.answering import Then, answer
from tickets.operations.holding import CannotHold
from tickets.operations.holding_back import NotHeld, forget, hold_back, kept_files, release, take_back
from tickets.operations.replying import CannotReply, Overtaken
from tickets.operations.resolution import CannotResolve
from tickets.permissions import check
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import changed, errors_of, refused


@staff_only
@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the requester, with the consequence the button names; what goes by mail is held for some seconds first."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "reply")
    form = AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(request, ticket, errors_of(form), form=form)
    then = form.cleaned_data["then"]
    if then != Then.KEEP:
        check(request.user, "hold" if then == Then.WAIT else "resolve", ticket)
    try:
        said = _answer(request, ticket, form)
    except Overtaken as overtaken:
        why = gettext("This came in while you were writing. Read it, then send your answer or change it.")
        return refused(request, ticket, why, form=form, status=409, overtaken=overtaken.message, then=str(then))
    except CannotReply:
        return refused(request, ticket, gettext("The ticket is closed. Open it again, then answer."), form=form)
    except (CannotHold, CannotResolve):
        why = gettext("The ticket was resolved meanwhile. Choose “Send and keep open”.")
        return refused(request, ticket, why, form=form)
    return changed(request, pk, template="tickets/_written.html", said=said)


@staff_only
@require_POST
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a held answer back into the editor, in front of what has been written there since."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "reply")
    form = WithdrawalForm(request.POST, request.FILES)
    form.is_valid()
    data = form.cleaned_data
    try:
        take_back(
            ticket,
            data.get("held", 0),
            written=data.get("body", ""),
            files=data.get("attachments", ()),
            cc=data.get("cc", ()),
            bcc=data.get("bcc", ()),
            by=request.user,
            now=timezone.now(),
        )
    except NotHeld:
        return refused(request, ticket, _too_late(), form=form, status=409)
    return changed(request, pk, template="tickets/_written.html", said=gettext("Your answer is back in the editor."))


@staff_only
@require_POST
def sending(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a held answer now; the page asks for it, too, when its time has come."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "reply")
    form = SendingForm(request.POST)
    if not form.is_valid():
        return refused(request, ticket, _too_late(), status=409)
    held = HeldAnswer.objects.filter(ticket=ticket, author=request.user, pk=form.cleaned_data["held"]).first()
    came_back = held is not None and not _is_sent(held, at_once=form.cleaned_data["now"])
    is_blank = not any(body.strip() for body in request.POST.getlist("body"))
    said = gettext("Your answer was not sent and is back in the editor.") if came_back else gettext("Sent.")
    return changed(
        request, pk, template="tickets/_released.html", said=said, renews_answer=is_blank, came_back=came_back
    )


def _is_sent(held: HeldAnswer, *, at_once: bool) -> bool:
    """Send it, unless it is too early for a page that only counts the seconds; tell whether it is on its way."""
    now = timezone.now()
    if not at_once and held.send_at is not None and held.send_at > now:
        return True
    try:
        return release(held, now) is not None
    except NotHeld:  # the worker was faster, or another window of the same person
        return not HeldAnswer.objects.filter(pk=held.pk).exists()


def _answer(request: StaffRequest, ticket: Ticket, form: AnswerForm) -> str:
    """Send or hold what the form says, and say which of both."""
    data, now, seconds = form.cleaned_data, timezone.now(), settings.UNDO_SECONDS
    what = {name: data[name] for name in ("text", "html", "then", "solution", "seen", "client_id", "cc", "bcc")}
    what["files"] = [*kept_files(ticket, data["kept"], by=request.user), *data["attachments"]]
    if seconds > 0 and ticket.channel != Ticket.Channel.CHAT:
        until = now + timedelta(seconds=seconds)
        hold_back(ticket, **what, resumes=data["resumes"], until=until, by=request.user, now=now)
        return ngettext("Will be sent in %(n)d second.", "Will be sent in %(n)d seconds.", seconds) % {"n": seconds}
    answer(ticket, **what, by=request.user, now=now)
    forget(ticket, resumes=data["resumes"], client_id=data["client_id"], by=request.user)
    return gettext("Sent.")


def _too_late() -> str:
    return gettext("This answer has been sent or taken back already.")
