"""Noting for colleagues, and reading what mails really looked like."""

from typing import cast
from urllib.parse import quote, unquote

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext, ngettext
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib import html
from tickets.forms import TextForm
from tickets.models import Draft, Message, Ticket
from tickets.operations.drafting import drop_draft
from tickets.operations.noting import CannotNote, note
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import changed, refused

FRAME_POLICY = f"{html.POLICY}; frame-ancestors 'self'"


@staff_only
@require_POST
def create_note(request: HttpRequest, pk: int) -> HttpResponse:
    """Note something for colleagues."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "note")
    form = TextForm(request.POST, request.FILES)
    if not form.is_valid():
        return refused(request, ticket, _errors(form), form=form, writes_note=True)
    data = form.cleaned_data
    try:
        note(
            ticket,
            text=data["text"],
            html=data["html"],
            files=data["attachments"],
            client_id=data["client_id"],
            by=request.user,
            now=timezone.now(),
        )
    except CannotNote:
        return refused(request, ticket, gettext("Write something first."), form=form, writes_note=True)
    drop_draft(ticket, kind=Draft.Kind.NOTE, by=request.user)
    return changed(request, pk, template="tickets/_written.html", said=gettext("Noted."))


@staff_only
@require_safe
@xframe_options_sameorigin
def body(request: HttpRequest, pk: int, message_pk: int) -> HttpResponse:
    """Show a mail as its sender made it, cleaned, for a sandboxed frame."""
    request = cast(StaffRequest, request)
    message = _message(request, ticket_for(request, pk), message_pk)
    address = f"{reverse('tickets:show', args=[pk])}attachments/"
    source, pictures = _with_pictures(message)
    frame = html.Frame(
        theme="dark" if request.GET.get("theme") == "dark" else "light",
        title=gettext("Message"),
        quoted=gettext("Quoted history"),
        folds_heads=bool(message.full_text),
        remote=_not_loaded,
    )
    document = html.clean_document(source, pictures, frame=frame)
    response = HttpResponse(document.replace('src="/attachments/', f'src="{address}'))
    response["Content-Security-Policy"] = FRAME_POLICY
    response["Cache-Control"] = "private, no-cache"
    return response


@staff_only
@require_safe
def full(request: HttpRequest, pk: int, message_pk: int) -> HttpResponse:
    """Show a message with the history it quotes."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk)
    message = _message(request, ticket, message_pk)
    context = {"ticket": ticket, "message": message, "text": html.from_text(message.full_text or message.text)}
    template = "tickets/_full.html" if request.htmx else "tickets/full.html"
    return render(request, template, context)


def _with_pictures(message: Message) -> tuple[str, dict[str, str]]:
    """Give a mail with addresses for its pictures; what it does not place itself stands at its end."""
    source, pictures = message.html, {}
    for file in message.attachments.defer("blob"):
        name = file.content_id or f"{file.key}@"
        pictures[name] = f"/attachments/{file.key}/"
        if file.is_inline and name.lower() not in unquote(source).lower():
            source += f'<p><img src="cid:{quote(name)}" alt="{escape(file.name)}"></p>'
    return source, pictures


def _not_loaded(count: int) -> str:
    return ngettext("%(count)d remote picture not loaded", "%(count)d remote pictures not loaded", count) % {
        "count": count
    }


def _message(request: StaffRequest, ticket: Ticket, pk: int) -> Message:
    """
    Fetch a message of this ticket; `ticket_for` has checked that notes may be read.

    :raises Http404: if the ticket has none of that number.
    """
    message = Message.with_notes.filter(ticket=ticket, pk=pk).first()
    if message is None:
        raise Http404
    return message


def _errors(form: TextForm) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)
