"""A known disruption: “me too” without a new request, and whether it works again."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from notifications.incident_links import read_incident_link
from notifications.links import BadLink
from people.models import User
from tickets.models import Incident
from tickets.operations import incidents


@login_required
@require_POST
def me_too(request: HttpRequest, incident: int) -> HttpResponse:
    """Note that the person has the problem, too."""
    person = cast(User, request.user)
    found = get_object_or_404(Incident.objects.shown_to(person), pk=incident)
    try:
        incidents.me_too(found, person, now=timezone.now())
        messages.success(request, gettext("Thank you. We tell you as soon as there is news; you need not write to us."))
    except incidents.IsOver:
        messages.info(request, gettext("This disruption is over. Please write to us if it still does not work."))
    return redirect("portal:home")


@require_http_methods(["GET", "POST"])
def works_again(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether it works again; looking stores nothing."""
    try:
        number, person_pk = read_incident_link(token)
    except BadLink:
        return render(request, "portal/bad_link.html", status=404)
    incident = get_object_or_404(Incident, pk=number)
    person = get_object_or_404(User, pk=person_pk, is_active=True, affected_by__incident=incident)
    said = request.POST.get("works", "")
    if request.method == "POST" and said in ("yes", "no"):
        incidents.answer(incident, person, works=said == "yes", now=timezone.now())
    context = {
        "incident": incident,
        "said": said if request.method == "POST" else "",
        "wants": request.GET.get("works"),
    }
    response = render(request, "portal/works_again.html", context)
    response["Referrer-Policy"], response["Cache-Control"] = "same-origin", "private, no-store"
    return response
