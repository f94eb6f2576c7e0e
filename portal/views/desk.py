"""One request on the screen, whoever opened it and by whichever door: login or signed link."""

import uuid
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from channels_intake.web.envelopes import uploads
from helpdesk.lib.html import clean_document
from people.models import User
from portal.forms import MessageForm, ReopenForm
from portal.queries import conversation
from tickets.models import Attachment, Message, Ticket
from tickets.operations import reopening, replying, resolution
from tickets.permissions import can

# Shown in the browser; everything else is only ever downloaded.
SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp"}
FRAME_POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)


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
            "form": form or MessageForm(initial={"client_id": uuid.uuid4()}),
            "reopen_form": reopen_form or ReopenForm(),
            "can_write": can(self.person, "message", self.ticket) and self.ticket.can_reopen_by_reply(timezone.now()),
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
            files=uploads(form.cleaned_data["files"]),
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

    def reopen(self, request: HttpRequest) -> HttpResponse:
        """Take the request up again because the solution did not help."""
        form = ReopenForm(request.POST)
        if not form.is_valid():
            return self.show(request, reopen_form=form, status=422)
        if not can(self.person, "confirm", self.ticket) or not self.ticket.can_reopen_by_reply(timezone.now()):
            raise Http404
        now, text = timezone.now(), form.cleaned_data["text"]
        try:
            reopening.reopen(self.ticket, by=self.person, now=now, reason=text)
        except reopening.CannotReopen:
            messages.info(request, gettext("We are already working on it again."))
        replying.receive_message(self.ticket, author=self.person, text=text, channel=Ticket.Channel.WEB, now=now)
        messages.success(request, gettext("We are taking it up again and will get back to you."))
        return redirect(self.base)

    def attachment(self, key: uuid.UUID) -> HttpResponse:
        """
        Hand out a file of a public message.

        :raises Http404: if there is no such file in this request that the person may see.
        """
        public = Message.objects.filter(ticket=self.ticket)
        file = Attachment.objects.filter(message__in=public, key=key).select_related("blob").first()
        if file is None:
            raise Http404
        shown = file.content_type in SHOWN
        response = HttpResponse(
            bytes(file.blob.data), content_type=file.content_type if shown else "application/octet-stream"
        )
        response.headers["Content-Disposition"] = _disposition(file.name, inline=shown)
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response

    def body(self, message_id: int) -> HttpResponse:
        """
        Show a message's HTML, cleaned, as a document of its own for a sandboxed frame.

        :raises Http404: if there is no such public message in this request.
        """
        message = Message.objects.filter(ticket=self.ticket, pk=message_id).first()
        if message is None or not message.html:
            raise Http404
        sources = {
            file.content_id: f"{self.base}attachments/{file.key}/"
            for file in message.attachments.all()
            if file.content_id
        }
        response = HttpResponse(clean_document(message.html, sources=sources))
        response.headers["Content-Security-Policy"] = FRAME_POLICY
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response


def _disposition(name: str, *, inline: bool) -> str:
    from django.utils.http import content_disposition_header

    return content_disposition_header(not inline, name) or "attachment"


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
