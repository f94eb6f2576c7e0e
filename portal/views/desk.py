"""One request on the screen, whoever opened it and by whichever door: login or signed link."""

import uuid
from contextlib import suppress
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from channels_intake.web.envelopes import uploads
from people.models import User
from portal.forms import HelpedForm, MessageForm, ReopenForm
from portal.queries import asked_about, conversation, with_specialists_since
from tickets.models import Callback, Ticket
from tickets.operations import reopening, replying, resolution
from tickets.operations.helping import CannotSay, say_it_did_not_help, say_it_helped
from tickets.permissions import can


@dataclass(frozen=True)
class Desk:
    """A person before their request; `base` is the address everything about it starts with."""

    person: User
    ticket: Ticket
    base: str
    by_link: bool = False

    def show(
        self,
        request: HttpRequest,
        form: MessageForm | None = None,
        reopen_form: ReopenForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Render the request."""
        context = {
            "ticket": self.ticket,
            "person": self.person,
            "base": self.base,
            "by_link": self.by_link,
            "conversation": conversation(self.ticket),
            "asked": asked_about(self.ticket, timezone.now()) if self.ticket.is_open else [],
            "form": form or MessageForm(initial={"client_id": uuid.uuid4()}),
            "reopen_form": reopen_form or ReopenForm(initial={"client_id": uuid.uuid4()}),
            "can_write": can(self.person, "message", self.ticket) and self.ticket.can_reopen_by_reply(timezone.now()),
            "specialists_since": with_specialists_since(self.ticket),
            "callback": Callback.objects.open().filter(ticket=self.ticket).first() if self.ticket.is_open else None,
            "now": timezone.now(),
            "steps": _steps(self.ticket),
            "says_no": request.GET.get("helped") == "no",
        }
        response = render(request, "portal/request.html", context, status=status)
        # Not "no-referrer": the browser would then send its forms with the origin "null", which is refused.
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response

    def write(self, request: HttpRequest) -> HttpResponse:
        """Add what the person wrote."""
        form = MessageForm(request.POST, request.FILES)
        if not form.is_valid():
            return self.show(request, form=form, status=422)
        if not can(self.person, "message", self.ticket) or not self.ticket.can_reopen_by_reply(timezone.now()):
            form.add_error(None, gettext("This request is closed for good. Please open a new one."))
            return self.show(request, form=form, status=422)
        replying.receive_message(
            self.ticket,
            author=self.person,
            text=form.cleaned_data["text"],
            channel=Ticket.Channel.WEB,
            now=timezone.now(),
            files=uploads(form.cleaned_data["attachments"]),
            client_id=form.cleaned_data["client_id"],
        )
        messages.success(request, gettext("Thank you, we have your message."))
        return redirect(self.base)

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Note that the solution helped."""
        if not can(self.person, "confirm", self.ticket):
            raise Http404
        try:
            resolution.confirm(self.ticket, by=self.person, now=timezone.now())
        except resolution.CannotClose:
            messages.info(request, gettext("This request is not waiting for your confirmation any more."))
        else:
            messages.success(request, gettext("Great! Thank you for telling us."))
        return redirect(self.base)

    def show_solution(self, request: HttpRequest, pk: int, form: HelpedForm | None = None) -> HttpResponse:
        """Ask whether a solution helped, or show what was said."""
        attempt = self.ticket.attempts.select_related("message").exclude(asked_at=None).filter(pk=pk).first()
        if attempt is None:
            raise Http404
        now = timezone.now()
        context = {
            "ticket": self.ticket,
            "attempt": attempt,
            "base": self.base,
            "by_link": self.by_link,
            "form": form or HelpedForm(),
            "may_say": attempt.is_asked(now) and self.ticket.can_reopen_by_reply(now),
            "says_no": request.GET.get("helped") == "no",
        }
        response = render(request, "portal/solution.html", context, status=422 if form is not None else 200)
        response["Referrer-Policy"] = "same-origin"
        response["Cache-Control"] = "private, no-store"
        return response

    def answer_solution(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Store whether a solution helped, once."""
        form = HelpedForm(request.POST)
        if not can(self.person, "confirm", self.ticket):
            raise Http404
        if not form.is_valid():
            return self.show_solution(request, pk, form)
        now = timezone.now()
        try:
            if form.cleaned_data["helped"] == "yes":
                say_it_helped(self.ticket, attempt=pk, by=self.person, now=now)
                messages.success(request, gettext("Great! Thank you for telling us."))
            else:
                text = form.cleaned_data["text"]
                say_it_did_not_help(self.ticket, attempt=pk, by=self.person, now=now, text=text)
                messages.success(request, gettext("Thank you. Somebody takes care of it now."))
        except CannotSay:
            messages.info(request, gettext("Thank you, we know that already."))
        return redirect(self.base)

    def reopen(self, request: HttpRequest) -> HttpResponse:
        """Take the request up again because the solution did not help."""
        form = ReopenForm(request.POST)
        if not form.is_valid():
            return self.show(request, reopen_form=form, status=422)
        if not can(self.person, "confirm", self.ticket) or not self.ticket.can_reopen_by_reply(timezone.now()):
            raise Http404
        now, text = timezone.now(), form.cleaned_data["text"]
        with transaction.atomic():
            with suppress(reopening.CannotReopen):  # somebody did already; what they wrote is kept all the same
                reopening.reopen(self.ticket, by=self.person, now=now, reason=text)
            replying.receive_message(
                self.ticket,
                author=self.person,
                text=text,
                channel=Ticket.Channel.WEB,
                now=now,
                client_id=form.cleaned_data["client_id"],
            )
        messages.success(request, gettext("We are taking it up again and will get back to you."))
        return redirect(self.base)


def _steps(ticket: Ticket) -> list[dict[str, object]]:
    """Say in three plain steps how far it is."""
    done = ticket.state in (Ticket.State.RESOLVED, Ticket.State.CLOSED)
    waiting = ticket.state == Ticket.State.PENDING_CUSTOMER
    taken = ticket.state != Ticket.State.NEW
    return [
        {"label": gettext("Received"), "is_done": True, "is_current": not taken},
        {
            "label": gettext("Waiting for you") if waiting else gettext("In progress"),
            "is_done": taken,
            "is_current": taken and not done,
        },
        {"label": gettext("Solved"), "is_done": done, "is_current": done},
    ]
