"""Asking for help by the web form, with solutions shown before it is sent."""

import uuid
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_safe

from channels_intake.accept import accept
from channels_intake.web.envelopes import to_envelope
from helpdesk.lib.limits import allow
from knowledgebase.search import find_solutions
from knowledgebase.search.solutions import Found
from people.models import User
from portal.forms import GuestRequestForm, RequestForm
from tickets.triage.language import language_of

HOUR = timedelta(hours=1)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form; take the request in."""
    person = request.user if isinstance(request.user, User) else None
    kind = RequestForm if person else GuestRequestForm
    initial = {"client_id": uuid.uuid4(), "subject": request.GET.get("q", "")[:200]}
    form = kind(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if form.is_from_robot:
            return redirect("portal:sent", number=0)
        address = person.email if person else form.cleaned_data["email"].lower()
        if person or _may_ask(request, address):
            return _take_in(request, person, address, form)
        form.add_error(
            None, gettext("There were many requests from here just now. Please try again in an hour or call us.")
        )
    context = {"form": form, "found": _found(_text(request)) if form.is_bound else []}
    return render(request, "portal/new.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def solutions(request: HttpRequest) -> HttpResponse:
    """Show the solutions that fit what has been written so far."""
    client = request.META.get("REMOTE_ADDR", "")
    found = _found(_text(request)) if allow(f"solutions:{client}", 600, per=HOUR) else []
    return render(request, "portal/_solutions.html", {"found": found})


@require_safe
def solved(request: HttpRequest) -> HttpResponse:
    """Be glad that an article solved it."""
    return render(request, "portal/solved.html")


@require_safe
def sent(request: HttpRequest, number: int) -> HttpResponse:
    """Say the number and what happens next."""
    mine = request.session.get("sent") == number and number
    return render(request, "portal/sent.html", {"number": number if mine else None})


def _take_in(request: HttpRequest, person: User | None, address: str, form: RequestForm) -> HttpResponse:
    data = form.cleaned_data
    envelope = to_envelope(
        address=address,
        name=person.name if person else data["name"],
        subject=data["subject"],
        text=data["text"],
        files=data["attachments"],
        client_id=data["client_id"],
        language=get_language() or "de",
    )
    acceptance = accept(envelope, now=timezone.now())
    if person is not None and acceptance.ticket is not None:
        return redirect("portal:request", pk=acceptance.ticket.pk)
    number = acceptance.ticket.pk if acceptance.ticket else 0
    request.session["sent"] = number
    return redirect("portal:sent", number=number)


def _may_ask(request: HttpRequest, address: str) -> bool:
    client = request.META.get("REMOTE_ADDR", "")
    return allow(f"request:{address}", 5, per=HOUR) and allow(f"request-from:{client}", 30, per=HOUR)


def _text(request: HttpRequest) -> str:
    data = request.POST or request.GET
    return f"{data.get('subject', '')}\n{data.get('text', '')}"[:5000]


def _found(text: str) -> list[Found]:
    if len(text.strip()) < 4:
        return []
    language, _ = language_of(text, get_language() or "de")
    return find_solutions(text, language=language, audience="public")
