"""Setting up categories and rights: leads look, administrators change."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from knowledgebase.models import Category, Right
from knowledgebase.operations.categories import InUse, remove_category, save_category, save_right
from knowledgebase.steering_forms import CategoryForm
from knowledgebase.views.access import AgentRequest, agents_only
from people.models import User

_Rest = ParamSpec("_Rest")
_ROLES = (User.Role.AGENT, User.Role.LEAD)


def leads_read(
    view: Callable[Concatenate[AgentRequest, _Rest], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _Rest], HttpResponse]:
    """Show the page to leads and administrators; only the latter may send something."""

    @wraps(view)
    def checked(request: AgentRequest, /, *args: _Rest.args, **kwargs: _Rest.kwargs) -> HttpResponse:
        if not request.user.is_lead or (request.method == "POST" and not request.user.is_admin):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return agents_only(checked)


@leads_read
@require_GET
def categories(request: AgentRequest) -> HttpResponse:
    """List the categories."""
    found = Category.objects.annotate(count=Count("articles"))
    return _page(request, "knowledgebase/categories.html", {"categories": found})


@leads_read
@require_http_methods(["GET", "POST"])
def category_new(request: AgentRequest) -> HttpResponse:
    """Make a category."""
    return _category(request, None)


@leads_read
@require_http_methods(["GET", "POST"])
def category(request: AgentRequest, pk: int) -> HttpResponse:
    """Change a category."""
    return _category(request, get_object_or_404(Category, pk=pk))


@leads_read
@require_POST
def category_removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Remove a category nothing is in."""
    try:
        remove_category(get_object_or_404(Category, pk=pk), by=request.user, now=timezone.now())
        messages.success(request, gettext("Removed."))
    except InUse:
        messages.warning(request, gettext("There are articles in it. Move them to another category first."))
    return redirect("knowledge:categories")


@leads_read
@require_http_methods(["GET", "POST"])
def rights(request: AgentRequest) -> HttpResponse:
    """Show who writes, reviews and publishes; save it."""
    if request.method == "POST":
        return _save_right(request)
    rows = {row.role: row.actions for row in Right.objects.filter(role__isnull=False)}
    people = Right.objects.filter(person__isnull=False).select_related("person").order_by("person__name")
    named = [row.person_id for row in people if row.person_id]
    context = {
        "roles": [(role, role.label, rows.get(role, Right.DEFAULTS[role])) for role in _ROLES],
        "people": [(row.person, row.actions) for row in people],
        "others": User.objects.agents().exclude(pk__in=named).exclude(role=User.Role.ADMIN).order_by("name"),
        "actions": [("write", gettext("writes")), ("review", gettext("reviews")), ("publish", gettext("publishes"))],
    }
    return _page(request, "knowledgebase/rights.html", context)


def _save_right(request: AgentRequest) -> HttpResponse:
    actions = frozenset(request.POST.getlist("may")) & frozenset(Right.ACTIONS)
    role, number = request.POST.get("role", ""), request.POST.get("person", "")
    if role in _ROLES:
        save_right(role=role, person=None, actions=actions, by=request.user, now=timezone.now())
    elif number.isascii() and number.isdigit() and len(number) < 19:
        person = get_object_or_404(User.objects.agents(), pk=int(number))
        save_right(role=None, person=person, actions=actions, by=request.user, now=timezone.now())
    else:
        messages.warning(request, gettext("Choose whom it is about."))
        return redirect("knowledge:rights")
    messages.success(request, gettext("Saved."))
    return redirect("knowledge:rights")


def _category(request: AgentRequest, known: Category | None) -> HttpResponse:
    form = CategoryForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        save_category(known, form.shelf(), by=request.user, now=timezone.now())
        messages.success(request, gettext("Saved."))
        return redirect("knowledge:categories")
    status = 422 if form.is_bound else 200
    count = known.articles.count() if known else 0
    return _page(request, "knowledgebase/category.html", {"form": form, "category": known, "count": count}, status)


def _page(request: AgentRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return render(request, name, context | {"may_change": request.user.is_admin}, status=status)
