"""Asking for help by the web form, with solutions shown before it is sent."""

import uuid
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
from portal.queries import audience_in_portal
from tickets.questionnaires.pages import Asking, asking
from tickets.triage.language import language_of

HOUR = timedelta(hours=1)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form; take the request in."""
    person = request.user if isinstance(request.user, User) else None
    kind = RequestForm if person else GuestRequestForm
    if request.method == "GET" or "show" in request.POST:
        return _page(request, kind(initial=_typed(request)), asking(request.POST or request.GET, now=timezone.now()))
    form = kind(request.POST, request.FILES)
    questions = asking(request.POST, now=timezone.now(), is_final=True)
    if all([form.is_valid(), questions.is_right]):
        if form.is_from_robot:
            return redirect("portal:sent", number=0)
        address = person.email if person else form.cleaned_data["email"].lower()
        if person or _may_ask(request, address):
            return _take_in(request, person, address, form, questions)
        form.add_error(
            None, gettext("There were many requests from here just now. Please try again in an hour or call us.")
        )
    return _page(request, form, questions, status=422)


@require_http_methods(["GET", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """Show what is asked about the chosen topic, after the answers so far."""
    context = {"asking": asking(request.POST or request.GET, now=timezone.now()), "address": request.path}
    return render(request, "questionnaires/_questions.html", context)


@require_http_methods(["GET", "POST"])
def solutions(request: HttpRequest) -> HttpResponse:
    """Show the solutions that fit what has been written so far."""
    client = request.META.get("REMOTE_ADDR", "")
    found = _found(request) if allow(f"solutions:{client}", 600, per=HOUR) else []
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


def _page(request: HttpRequest, form: RequestForm, questions: Asking, status: int = 200) -> HttpResponse:
    found = _found(request) if request.method == "POST" else []
    context = {"form": form, "found": found, "asking": questions, "address": reverse("portal:questions")}
    return render(request, "portal/new.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, object]:
    """Give what is in the form before it is sent: what was searched for, or typed so far."""
    data = request.POST
    if request.method == "GET":
        return {"client_id": uuid.uuid4(), "subject": request.GET.get("q", "")[:200]}
    return {
        name: data[name][:50_000] for name in ("client_id", "name", "email", "kind", "subject", "text") if name in data
    }


def _take_in(
    request: HttpRequest, person: User | None, address: str, form: RequestForm, questions: Asking
) -> HttpResponse:
    data, language = form.cleaned_data, get_language() or "de"
    envelope = to_envelope(
        address=address,
        name=person.name if person else data["name"],
        subject=data["subject"],
        text=questions.text(data["text"], language),
        files=data["attachments"],
        client_id=data["client_id"],
        language=language,
    )
    now = timezone.now()
    with transaction.atomic():
        acceptance = accept(
            envelope, now=now, queue=questions.queue, ticket_kind=data["kind"], category=questions.category
        )
        if acceptance.ticket is not None and acceptance.duplicate_of is None:
            questions.keep(acceptance.ticket, now=now)
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


def _found(request: HttpRequest) -> list[Found]:
    text = _text(request)
    if len(text.strip()) < 4:
        return []
    language, _ = language_of(text, get_language() or "de")
    return find_solutions(text, language=language, audience=audience_in_portal(request.user))
