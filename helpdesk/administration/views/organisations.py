"""Organisations: finding, making and changing them, and putting people in."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.postgres.aggregates import ArrayAgg
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.organisations import OrganisationForm, SearchForm
from helpdesk.administration.operations import organisations
from helpdesk.administration.views.asking import saved, say_saved, show_form
from people.models import Domain, Organisation, User
from tickets.models import Ticket

_PAGE = 50
_SHOWN = 20


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List organisations with how many belong to them, or those that were searched for."""
    form = SearchForm(request.GET)
    found = Organisation.objects.annotate(
        people_count=Count("people", distinct=True),
        domain_names=ArrayAgg("domains__name", distinct=True, filter=Q(domains__isnull=False), default=[]),
    ).order_by("-is_active", "name")
    for word in form.words:
        listed = Domain.objects.filter(organisation=OuterRef("pk"), name__icontains=word)
        found = found.filter(Q(name__icontains=word) | Q(note__icontains=word) | Exists(listed))
    context = {
        "form": form,
        "page": Paginator(found, _PAGE).get_page(request.GET.get("page")),
        "query": urlencode({"q": " ".join(form.words)} if form.words else {}),
        "may_write": request.user.is_admin,
    }
    if request.htmx and request.htmx.target == "organisations":
        return render(request, "settings/_organisations.html", context)
    return render(request, "settings/organisations.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make an organisation."""
    form = OrganisationForm(request.POST or None)
    if form.is_bound and saved(form, lambda: _save(request, form)):
        say_saved(request)
        return redirect("settings:organisation", form.instance.pk)
    return show_form(request, "settings/organisation.html", form, {})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show an organisation with its people, offer to put others in, and save it."""
    form = OrganisationForm(request.POST or None, instance=get_object_or_404(Organisation, pk=pk))
    if form.is_bound and saved(form, lambda: _save(request, form)):
        say_saved(request)
        return redirect("settings:organisation", pk)
    # Read again: a refused form has changed the row it was given.
    organisation = get_object_or_404(Organisation, pk=pk)
    members = User.objects.get_queryset().filter(organisation=organisation)
    context = {
        "organisation": organisation,
        "members": members.order_by("name", "email")[:_SHOWN],
        "member_count": members.count(),
        "shown": _SHOWN,
        "open_tickets": Ticket.objects.open().filter(requester__organisation=organisation).count(),
        "outside": organisations.belonging_nowhere(organisation).count(),
    }
    return show_form(request, "settings/organisation.html", form, context)


@admins_only
@require_POST
def people(request: SettingsRequest, pk: int) -> HttpResponse:
    """Put everybody in whose address says that they belong there."""
    count = organisations.put_people_in(get_object_or_404(Organisation, pk=pk), by=request.user, now=timezone.now())
    said = ngettext("%(count)s person belongs to it now.", "%(count)s people belong to it now.", count)
    messages.success(request, said % {"count": count})
    return redirect("settings:organisation", pk)


def _save(request: SettingsRequest, form: OrganisationForm) -> Organisation:
    domains = form.cleaned_data["domains"]
    return organisations.save_organisation(form.instance, domains=domains, by=request.user, now=timezone.now())
