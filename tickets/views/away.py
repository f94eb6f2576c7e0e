"""Being away, standing in for who is, and who is on call."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people.models import User
from tickets.away_forms import AbsenceForm, SwapForm
from tickets.models import Absence, Rota, RotaSwap, Ticket
from tickets.oncall import coming, on_call_for, with_turns
from tickets.operations.absences import AwayAlready, CannotBeAway, CannotReturn, come_back, enter_absence
from tickets.operations.standing_in import NotOffered, take_over, take_over_all
from tickets.operations.swapping import CannotSwap, drop_shift, take_shift
from tickets.views.access import StaffRequest, staff_only
from tickets.views.acting import Action, perform

WEEKS = 6
_LATELY = timedelta(days=60)
_MOST = 100

TAKE_OVER = Action(
    needs="take",
    title=_("Take over"),
    button=_("Take over"),
    asks=False,
    run=lambda ticket, data, by, now: take_over(ticket, by=by, now=now),
    refusals={NotOffered: _("This ticket is not offered to you any more: somebody took it, or its owner is back.")},
)


@staff_only
def takeover(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a ticket over from somebody who is away."""
    return perform(request, pk, TAKE_OVER)


@staff_only
@require_POST
def takeovers(request: HttpRequest) -> HttpResponse:
    """Take over everything that is offered of one person."""
    staff, wanted = cast(StaffRequest, request), request.POST.get("person", "")
    known = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
    person = get_object_or_404(User.objects.agents(), pk=int(wanted) if known else 0)
    taken = take_over_all(person, by=staff.user, now=timezone.now())
    if taken:
        words = ngettext("You took %(count)s ticket over.", "You took %(count)s tickets over.", taken)
        messages.success(request, words % {"count": taken})
    else:
        messages.info(request, gettext("Nothing of theirs is offered to you any more."))
    return redirect(f"{reverse('tickets:list')}?view=mine" if taken else f"{reverse('tickets:list')}?view=deputy")


@staff_only
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Show when one is away and what the deputy did; leads see everybody. Enter an absence."""
    staff, now = cast(StaffRequest, request), timezone.now()
    form = AbsenceForm(request.POST or None, user=staff.user)
    if request.method == "POST" and form.is_valid() and _entered(form, staff.user, now):
        messages.success(request, gettext("Saved."))
        return redirect("tickets:away")
    context = {"form": form, "now": now, "own": _own(staff.user, now), "others": _others(staff.user, now)}
    return render(request, "tickets/away.html", context, status=422 if form.errors else 200)


@staff_only
@require_POST
def homecoming(request: HttpRequest, absence: int) -> HttpResponse:
    """End an absence: one's own, or as a lead that of somebody else."""
    staff = cast(StaffRequest, request)
    found = get_object_or_404(Absence, pk=absence)
    if not (staff.user.is_lead or found.person_id == staff.user.pk):
        raise PermissionDenied
    try:
        come_back(found, by=staff.user, now=timezone.now())
    except CannotReturn:
        messages.info(request, gettext("This absence is over already."))
    else:
        messages.success(request, gettext("Welcome back.") if found.person_id == staff.user.pk else gettext("Saved."))
    return redirect("tickets:away")


@staff_only
@require_safe
def on_call(request: HttpRequest) -> HttpResponse:
    """Show who is on call in the coming weeks, and who is away."""
    staff, now = cast(StaffRequest, request), timezone.now()
    return _calendar(staff, now)


@staff_only
@require_POST
def swaps(request: HttpRequest, rota: int) -> HttpResponse:
    """Take a shift, as one of the rota; leads enter it for anybody."""
    staff, now = cast(StaffRequest, request), timezone.now()
    found = get_object_or_404(with_turns(now).filter(is_active=True), pk=rota)
    if not _may_swap(staff.user, found):
        raise PermissionDenied
    form = _swap_form(staff.user, found, request.POST)
    if not form.is_valid():
        return _calendar(staff, now, form, status=422)
    try:
        take_shift(found, **form.cleaned_data, by=staff.user, now=now)
    except CannotSwap:
        form.add_error(None, gettext("Choose an end after the beginning, and a time to come."))
        return _calendar(staff, now, form, status=422)
    messages.success(request, gettext("Saved."))
    return redirect(f"{reverse('tickets:on_call')}#rota-{found.pk}")


@staff_only
@require_POST
def swap_removal(request: HttpRequest, swap: int) -> HttpResponse:
    """Let the turns decide again: whose shift it is, who entered it, or a lead."""
    staff = cast(StaffRequest, request)
    found = get_object_or_404(RotaSwap, pk=swap)
    if not (staff.user.is_lead or staff.user.pk in (found.user_id, found.made_by_id)):
        raise PermissionDenied
    drop_shift(found, by=staff.user, now=timezone.now())
    messages.success(request, gettext("Saved."))
    return redirect(f"{reverse('tickets:on_call')}#rota-{found.rota_id}")


def _entered(form: AbsenceForm, user: User, now: datetime) -> bool:
    data = form.cleaned_data
    try:
        enter_absence(**data, by=user, now=now)
    except AwayAlready:
        form.add_error("starts_at", gettext("There is an absence in that time already; end it first."))
    except CannotBeAway:
        form.add_error(None, gettext("Choose a time to come, and an active agent as deputy."))
    else:
        return True
    return False


def _own(user: User, now: datetime) -> list[tuple[Absence, list[Any]]]:
    """Give one's absences, the newest first, each with what left one's hands meanwhile as far as one may see it."""
    rows = Absence.objects.filter(person=user, ends_at__gt=now - _LATELY).select_related("deputy", "made_by")
    found = list(rows.prefetch_related("reliefs__ticket", "reliefs__deputy").order_by("-starts_at"))
    tickets = {relief.ticket_id for absence in found for relief in absence.reliefs.all()}
    seen = (
        set(Ticket.objects.visible_to(user).filter(pk__in=tickets).values_list("pk", flat=True)) if tickets else set()
    )
    return [(absence, [one for one in absence.reliefs.all() if one.ticket_id in seen]) for absence in found]


def _others(user: User, now: datetime) -> list[Absence]:
    if not user.is_lead:
        return []
    rows = Absence.objects.filter(ends_at__gt=now).exclude(person=user).select_related("person", "deputy")
    return list(rows.order_by("starts_at", "pk")[:_MOST])


def _calendar(request: StaffRequest, now: datetime, form: SwapForm | None = None, status: int = 200) -> HttpResponse:
    until, user = now + timedelta(weeks=WEEKS), request.user
    rotas = list(with_turns(now).filter(is_active=True).order_by("name"))
    queues = [queue for rota in rotas for queue in rota.queues.all()]
    there = on_call_for(queues, now)
    away = list(Absence.objects.filter(ends_at__gt=now, starts_at__lt=until).select_related("person", "deputy")[:_MOST])
    rows = [
        {
            "rota": rota,
            "on_call": [(queue, there.get(queue.pk)) for queue in rota.queues.all()],
            "shifts": coming(rota, now, until),
            "swaps": list(rota.swaps.all()),
            "form": None if not _may_swap(user, rota) else _form_of(form, rota) or _swap_form(user, rota, None),
        }
        for rota in rotas
    ]
    context = {"now": now, "rows": rows, "away": away, "weeks": WEEKS}
    return render(request, "tickets/on_call.html", context, status=status)


def _may_swap(user: User, rota: Rota) -> bool:
    return user.is_lead or any(member.user_id == user.pk for member in rota.members.all())


def _swap_form(user: User, rota: Rota, data: Any) -> SwapForm:
    return SwapForm(data, by=user, prefix=f"rota{rota.pk}", initial={"user": user.pk})


def _form_of(form: SwapForm | None, rota: Rota) -> SwapForm | None:
    return form if form is not None and form.prefix == f"rota{rota.pk}" else None
