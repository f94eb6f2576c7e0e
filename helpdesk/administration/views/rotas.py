"""Who is on call, in turns."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.rotas import RotaForm
from helpdesk.administration.operations import rotas
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from people.models import User
from tickets.models import Rota
from tickets.oncall import coming, on_call_for, swaps_of, with_turns
from tickets.rotas import shifts_between

_AHEAD = timedelta(weeks=6)


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the rotas with who is on call now."""
    now = timezone.now()
    found = list(with_turns(now).order_by("-is_active", "name"))
    there = on_call_for([queue for rota in found for queue in rota.queues.all()], now)
    rows = [(rota, [(queue, there.get(queue.pk)) for queue in rota.queues.all()]) for rota in found]
    return render(request, "settings/rotas.html", {"rows": rows, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a rota."""
    form = RotaForm(request.POST or None)
    if form.is_bound and saved(form, lambda: _save(form, request.user)):
        say_saved(request)
        return redirect("settings:rota", form.instance.pk)
    return show_form(request, "settings/rota.html", form, _around(None, timezone.now()))


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a rota with its coming turns, and save it."""
    now = timezone.now()
    rota = get_object_or_404(with_turns(now), pk=pk)
    name, form = rota.name, RotaForm(request.POST or None, instance=rota)
    if form.is_bound and saved(form, lambda: _save(form, request.user)):
        say_saved(request)
        return redirect("settings:rota", pk)
    stored = get_object_or_404(with_turns(now), pk=pk)
    context = {"name": name, "rota": stored, "question": _question(stored), **_around(stored, now)}
    return show_form(request, "settings/rota.html", form, context)


@admins_only
@require_POST
def preview(request: SettingsRequest) -> HttpResponse:
    """Show the turns of what is being entered."""
    pk, now = request.POST.get("rota", ""), timezone.now()
    rota = with_turns(now).filter(pk=int(pk)).first() if pk.isascii() and pk.isdigit() and len(pk) < 10 else None
    form, context = RotaForm(request.POST, instance=rota), {"now": now, "shifts": []}
    if form.is_valid():
        found = shifts_between(form.plan, swaps_of(rota) if rota else [], now, now + _AHEAD)
        people = User.objects.in_bulk({pk for one in found for pk in (one.person, one.instead_of) if pk})
        context["shifts"] = [(one, people[one.person], people.get(one.instead_of or 0)) for one in found]
    return render(request, "settings/_rota_preview.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Delete a rota."""
    rota = get_object_or_404(Rota, pk=pk)
    return answer(
        request,
        _question(rota),
        lambda: rotas.remove_rota(rota, by=request.user, now=timezone.now()),
        gettext("The rota is deleted."),
        reverse("settings:rotas"),
    )


def _save(form: RotaForm, by: User) -> None:
    queues = list(form.cleaned_data["queues"])
    rotas.save_rota(form.instance, queues=queues, people=form.people, by=by, now=timezone.now())


def _around(rota: Rota | None, now: datetime) -> dict[str, Any]:
    shifts = coming(rota, now, now + _AHEAD) if rota is not None else []
    return {"now": now, "zones": sorted(available_timezones()), "shifts": shifts}


def _question(rota: Rota) -> Question:
    return Question(
        "removal",
        reverse("settings:rota_removal", args=[rota.pk]),
        gettext("Delete the rota %(name)s?") % {"name": rota.name},
        gettext("Nobody is on call for its queues then. To pause it, save it as not active instead."),
        gettext("Delete"),
    )
