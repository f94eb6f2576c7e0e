"""Major incidents: what was proposed, what runs, who is affected, and how often a proposal was right."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tickets.incident_forms import ConfirmForm, NewsForm
from tickets.models import Burst, Incident, Ticket
from tickets.operations import incidents
from tickets.views.access import StaffRequest, staff_only

_MOST = 50


@staff_only
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List what waits for a decision, what runs, and what was; with the share of proposals that were right."""
    context = {
        "proposed": Burst.objects.filter(state=Burst.State.OPEN).annotate(requests=Count("tickets")),
        "running": _counted(Incident.objects.running()),
        "ended": _counted(Incident.objects.exclude(ended_at=None))[:_MOST],
        "dismissed": Burst.objects.filter(state=Burst.State.DISMISSED).select_related("decided_by")[:_MOST],
        "months": _precision(),
    }
    return render(request, "tickets/incidents.html", context)


@staff_only
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Count the proposals nobody has decided about, for the navigation."""
    return render(
        request, "tickets/_incidents_waiting.html", {"count": Burst.objects.filter(state=Burst.State.OPEN).count()}
    )


@staff_only
@require_http_methods(["GET", "POST"])
def burst(request: HttpRequest, burst: int) -> HttpResponse:
    """Show a proposal with its evidence; confirm it."""
    staff = cast(StaffRequest, request)
    found = get_object_or_404(Burst, pk=burst)
    form = ConfirmForm(request.POST or None, initial={"title_de": found.label, "title_en": found.label})
    if request.method == "POST":
        _leads_only(staff)
        if form.is_valid():
            try:
                incident = incidents.confirm(found, form.words, by=staff.user, now=timezone.now())
            except incidents.CannotDecide:
                messages.error(request, gettext("Somebody has decided about this already."))
                return redirect("tickets:incidents")
            return redirect("tickets:incident", incident.pk)
    tickets = found.tickets.filter(pk__in=Ticket.objects.visible_to(staff.user).values("pk")).select_related(
        "requester"
    )
    context = {
        "burst": found,
        "tickets": tickets.order_by("pk")[:_MOST],
        "hidden": found.tickets.count() - tickets.count(),
    }
    context |= {"form": form, "may_decide": staff.user.is_lead and found.state == Burst.State.OPEN}
    return render(request, "tickets/burst.html", context, status=422 if form.is_bound else 200)


@staff_only
@require_POST
def dismissal(request: HttpRequest, burst: int) -> HttpResponse:
    """Call a proposal a false alarm."""
    staff = cast(StaffRequest, request)
    _leads_only(staff)
    try:
        incidents.dismiss(get_object_or_404(Burst, pk=burst), by=staff.user, now=timezone.now())
        messages.success(request, gettext("Noted as a false alarm."))
    except incidents.CannotDecide:
        messages.error(request, gettext("Somebody has decided about this already."))
    return redirect("tickets:incidents")


@staff_only
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin a major incident by hand."""
    staff = cast(StaffRequest, request)
    _leads_only(staff)
    form = ConfirmForm(request.POST or None)
    if form.is_bound and form.is_valid():
        incident = incidents.begin(form.words, by=staff.user, now=timezone.now())
        return redirect("tickets:incident", incident.pk)
    return render(request, "tickets/incident_new.html", {"form": form}, status=422 if form.is_bound else 200)


@staff_only
@require_GET
def show(request: HttpRequest, incident: int) -> HttpResponse:
    """Show an incident: its requests, who is affected, what they were told."""
    return _page(cast(StaffRequest, request), get_object_or_404(Incident, pk=incident))


@staff_only
@require_POST
def news(request: HttpRequest, incident: int) -> HttpResponse:
    """Tell everybody who is affected; or end the incident and ask whether it works again."""
    staff = cast(StaffRequest, request)
    _leads_only(staff)
    found, form = get_object_or_404(Incident.objects.select_related("ticket"), pk=incident), NewsForm(request.POST)
    if not form.is_valid():
        return _page(staff, found, form, status=422)
    act = incidents.end if "end" in request.POST else incidents.tell_all
    try:
        act(found, **form.cleaned_data, by=staff.user, now=timezone.now())
        messages.success(request, gettext("Everybody who is affected is being told."))
    except incidents.IsOver:
        messages.error(request, gettext("This incident has ended already."))
    return redirect("tickets:incident", incident)


@staff_only
@require_POST
def linking(request: HttpRequest, incident: int) -> HttpResponse:
    """Put a ticket below the incident."""
    staff = cast(StaffRequest, request)
    _leads_only(staff)
    found, number = get_object_or_404(Incident, pk=incident), request.POST.get("ticket", "").strip().removeprefix("#")
    known = number.isascii() and number.isdigit() and len(number) < 16
    ticket = Ticket.objects.visible_to(staff.user).filter(pk=int(number)).first() if known else None
    try:
        if ticket is None:
            messages.error(request, gettext("There is no such ticket."))
        else:
            incidents.link(found, ticket, by=staff.user, now=timezone.now())
            messages.success(
                request, gettext("Ticket %(number)s belongs to the incident now.") % {"number": ticket.number}
            )
    except incidents.CannotLink:
        messages.error(request, gettext("This ticket belongs to an incident already, or cannot."))
    return redirect("tickets:incident", incident)


def _page(request: StaffRequest, incident: Incident, form: NewsForm | None = None, status: int = 200) -> HttpResponse:
    visible = Ticket.objects.visible_to(request.user).values("pk")
    children = incident.children.filter(ticket__in=visible).select_related("ticket__requester", "ticket__queue")
    counts: dict[str, int] = incident.affected.aggregate(
        all=Count("pk"),
        me_too=Count("pk", filter=Q(way="me_too")),
        works=Count("pk", filter=Q(works_again=True)),
        fails=Count("pk", filter=Q(works_again=False)),
    )
    context: dict[str, Any] = {
        "incident": incident,
        "children": children[:200],
        "counts": counts,
        "news": incident.news.select_related("by"),
        "similar": _similar(incident, request) if incident.is_running else [],
        "form": form or NewsForm(),
        "may_decide": request.user.is_lead,
    }
    return render(request, "tickets/incident.html", context, status=status)


def _similar(incident: Incident, request: StaffRequest) -> list[Ticket]:
    """Offer new tickets whose likeliest solution is the one of the incident's own requests."""
    articles = incident.children.filter(ticket__suggestions__position=1).values("ticket__suggestions__text__article")
    tickets = Ticket.objects.visible_to(request.user).open().filter(created_at__gte=incident.started_at)
    alike = tickets.filter(suggestions__position=1, suggestions__text__article__in=articles)
    return list(alike.filter(incident_link=None, incident=None).select_related("requester").distinct()[:20])


def _counted(found: Any) -> Any:
    return found.select_related("ticket").annotate(
        people=Count("affected", distinct=True), requests=Count("children", distinct=True)
    )


def _precision() -> list[dict[str, Any]]:
    """Say by month how many proposals there were and how many were right."""
    rows = (
        Burst.objects.exclude(state=Burst.State.OPEN)
        .annotate(month=TruncMonth("found_at"))
        .values("month")
        .annotate(all=Count("pk"), right=Count("pk", filter=Q(state=Burst.State.CONFIRMED)))
        .order_by("-month")[:12]
    )
    return [{**row, "share": round(100 * row["right"] / row["all"])} for row in rows]


def _leads_only(request: StaffRequest) -> None:
    if not request.user.is_lead:
        raise PermissionDenied
