"""People: finding, making and changing them."""

import logging
from datetime import datetime
from smtplib import SMTPException
from urllib.parse import urlencode

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.people import PersonForm, SearchForm
from helpdesk.administration.operations import people
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from people import audit
from people.models import AuditEntry, User
from tickets.models import Absence, Membership, Ticket

log = logging.getLogger(__name__)
_PAGE = 50


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List people, staff first, or those that were searched for."""
    form = SearchForm(request.GET)
    asked = form.asked
    found = (
        User.objects.select_related("organisation")
        .annotate(queues=Count("memberships"), away_until=Subquery(_away(timezone.now())))
        .order_by("role", "name", "email")
    )
    for word in (asked.get("q") or "").split()[:5]:
        found = found.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(department__icontains=word)
            | Q(location__icontains=word) | Q(organisation__name__icontains=word)
        )  # fmt: skip
    if asked.get("role"):
        found = found.filter(role=asked["role"])
    if asked.get("state") != "all":
        found = found.filter(is_active=asked.get("state") != "inactive")
    context = {
        "form": form,
        "page": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "may_write": request.user.is_admin,
    }
    if request.htmx and request.htmx.target == "people":
        return render(request, "settings/_people.html", context)
    return render(request, "settings/people.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a person."""
    form = PersonForm(request.POST or None)
    if form.is_bound and saved(form, lambda: people.save_person(form.instance, by=request.user, now=timezone.now())):
        messages.success(request, gettext("Saved. Send the mail to set a password, so that they can log in."))
        return redirect("settings:person", form.instance.pk)
    return show_form(request, "settings/person.html", form, {})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a person with their queues, and save them."""
    form = PersonForm(request.POST or None, instance=get_object_or_404(User, pk=pk))
    if form.is_bound and saved(form, lambda: people.save_person(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:person", pk)
    # Read again: a refused form has changed the row it was given.
    person = get_object_or_404(User, pk=pk)
    context = {
        "person": person,
        "memberships": Membership.objects.filter(user=person).select_related("queue").order_by("queue__tier"),
        "question": _question(person),
    }
    return show_form(request, "settings/person.html", form, context)


@admins_only
@require_POST
def activation(request: SettingsRequest, pk: int) -> HttpResponse:
    """Let somebody in again."""
    people.activate_person(get_object_or_404(User, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, gettext("They can log in again."))
    return redirect("settings:person", pk)


@admins_only
@require_http_methods(["GET", "POST"])
def deactivation(request: SettingsRequest, pk: int) -> HttpResponse:
    """Let somebody in no more."""
    person = get_object_or_404(User, pk=pk)
    return answer(
        request,
        _question(person),
        lambda: people.deactivate_person(person, by=request.user, now=timezone.now()),
        gettext("%(name)s can log in no more and is logged out everywhere.") % {"name": person},
        reverse("settings:person", args=[pk]),
    )


@admins_only
@require_POST
def password_mail(request: SettingsRequest, pk: int) -> HttpResponse:
    """Send somebody a link to set a password; nobody else ever sees it."""
    person = get_object_or_404(User, pk=pk)
    form = ResetPasswordForm({"email": person.email})
    if not person.is_active or not form.is_valid():
        messages.error(request, gettext("Activate them first: deactivated people get no mail."))
        return redirect("settings:person", pk)
    try:
        with override(person.language):
            form.save(request)
    except (OSError, SMTPException) as error:
        log.warning("The mail to set a password could not be sent: %s", error)
        messages.error(request, gettext("The mail server did not take the mail; try again in some minutes."))
        return redirect("settings:person", pk)
    with transaction.atomic():
        audit.record(person, AuditEntry.Action.PASSWORD_MAIL, by=request.user, now=timezone.now())
    messages.success(request, gettext("A mail with a link to set a password is on its way."))
    return redirect("settings:person", pk)


def _question(person: User) -> Question:
    count = Ticket.objects.filter(assignee=person).open().count()
    held = gettext("Open tickets assigned to them: %(count)s; give them to somebody else.") % {"count": count}
    return Question(
        "deactivation",
        reverse("settings:person_deactivation", args=[person.pk]),
        gettext("Deactivate %(name)s?") % {"name": person},
        gettext("They are logged out everywhere and can log in no more. What they wrote stays.")
        + (f" {held}" if count else ""),
        gettext("Deactivate"),
    )


def _away(now: datetime) -> QuerySet[Absence, datetime]:
    """Select until when somebody is away."""
    return Absence.objects.current(now).filter(person=OuterRef("pk")).values_list("ends_at", flat=True)[:1]
