"""The agent's form for calls."""

import uuid
from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from channels_intake.phone.callers import find_callers, open_tickets
from channels_intake.phone.envelopes import to_envelope
from channels_intake.phone.forms import CallForm
from channels_intake.phone.taking import CannotSolve, CannotTake, Solution, take_call
from knowledgebase.search import find_solutions
from people.models import User
from tickets.models import Ticket
from tickets.operations.opening import NoQueue
from tickets.questionnaires.pages import Asking, asking
from tickets.triage.language import language_of
from tickets.views.access import staff_only


@staff_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form; take the call down."""
    agent = cast(User, request.user)
    if request.method == "GET":
        form = CallForm(agent=agent, initial={"client_id": uuid.uuid4()} | _given(request))
        return _page(request, form, asking(request.GET, now=timezone.now()))
    form = CallForm(request.POST, agent=agent)
    script = asking(request.POST, now=timezone.now(), is_final=True, may_skip=True)
    if not all([form.is_valid(), script.is_right]):
        return _page(request, form, script, status=422)
    is_solved = form.cleaned_data["then"] == "solved"
    try:
        ticket = _take(agent, form, script, is_solved)
    except CannotTake:
        form.add_error(None, gettext("This caller is blocked. Ask an administrator."))
    except CannotSolve:
        form.add_error("queue", gettext("You may not resolve tickets there. Choose another queue, or save the ticket."))
    except NoQueue:
        form.add_error(None, gettext("There is no queue for new tickets. An administrator has to mark one."))
    else:
        said = gettext("Ticket %(number)s is solved.") if is_solved else gettext("Ticket %(number)s is saved.")
        messages.success(request, said % {"number": ticket.number})
        seen = Ticket.objects.visible_to(agent).filter(pk=ticket.pk).exists()
        return redirect("tickets:show", ticket.pk) if seen else redirect("intake:calls_new")
    return _page(request, form, script, status=422)


@staff_only
@require_POST
def questions(request: HttpRequest) -> HttpResponse:
    """Show what to ask the caller about the chosen topic, after the answers so far."""
    context = {"asking": asking(request.POST, now=timezone.now(), may_skip=True), "address": request.path}
    return render(request, "questionnaires/_questions.html", context)


@staff_only
@require_safe
def callers(request: HttpRequest) -> HttpResponse:
    """List who it may be."""
    query = request.GET.get("caller", "")
    return render(request, "intake/_callers.html", {"callers": find_callers(query), "query": query.strip()})


@staff_only
@require_safe
def caller(request: HttpRequest) -> HttpResponse:
    """Show the chosen caller, with what is open; or the fields for a new one."""
    form = CallForm(agent=cast(User, request.user), initial=_given(request))
    return render(request, "intake/_caller.html", _about(request, form) | {"picked": True})


@staff_only
@require_POST
def solutions(request: HttpRequest) -> HttpResponse:
    """Show what fits the problem as far as it is written."""
    return render(request, "intake/_call_solutions.html", _fitting(request))


def _page(request: HttpRequest, form: CallForm, script: Asking, status: int = 200) -> HttpResponse:
    query = request.GET.get("caller", "")
    context = {"form": form, "callers": find_callers(query), "query": query.strip()}
    context |= {"asking": script, "address": reverse("intake:call_questions")}
    return render(request, "intake/phone_new.html", context | _about(request, form) | _fitting(request), status=status)


def _given(request: HttpRequest) -> dict[str, Any]:
    """Read who was chosen; a new caller begins with what was searched for."""
    given = request.GET.get("person", "")
    if given.isascii() and given.isdigit() and len(given) < 16:
        return {"person": int(given)}
    typed = " ".join(request.GET.get("caller", "").split())[:100]
    if "@" in typed:
        return {"email": typed}
    return {"phone" if typed[:1] in "+0(" and typed else "name": typed}


def _about(request: HttpRequest, form: CallForm) -> dict[str, Any]:
    number = str(form["person"].value() or "")
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    person = User.objects.filter(pk=number, is_active=True).first() if is_number else None
    tickets = open_tickets(person, cast(User, request.user)) if person else []
    return {"form": form, "person": person, "tickets": tickets}


def _fitting(request: HttpRequest) -> dict[str, Any]:
    text = f"{request.POST.get('subject', '')}\n{request.POST.get('text', '')}"[:5000]
    text += _answered(request)
    chosen = request.POST.get("article", "")
    if len(text.strip()) < 4:
        return {"found": [], "chosen": chosen}
    language, _ = language_of(text, get_language() or "de")
    return {"found": find_solutions(text, language=language), "chosen": chosen}


def _answered(request: HttpRequest) -> str:
    """Give the caller's answers so far, since they tell what fits, too."""
    script = asking(request.POST, now=timezone.now(), is_final=True, may_skip=True)
    return script.text("\n", get_language() or "de") if script.is_right else ""


def _take(agent: User, form: CallForm, script: Asking, is_solved: bool) -> Ticket:
    data, language, now = form.cleaned_data, get_language() or "de", timezone.now()
    address, name = form.caller
    envelope = to_envelope(
        address=address,
        name=name,
        subject=data["subject"],
        text=script.text(data["text"], language),
        client_id=data["client_id"],
        language=language,
    )
    with transaction.atomic():
        ticket = take_call(
            envelope,
            by=agent,
            now=now,
            phone=data["phone"],
            queue=data["queue"] or script.queue,
            ticket_kind=data["kind"],
            category=data["category"] or script.category,
            impact=form.scale["impact"],
            urgency=form.scale["urgency"],
            solution=Solution(data["solution"], data["article"]) if is_solved else None,
        )
        script.keep(ticket, now=now)
    return ticket
