"""The words that lead to a queue."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.queues import MoveForm, RuleForm, TextForm
from helpdesk.administration.operations import rules
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from tickets.models import RoutingRule
from tickets.triage.queues import route_for


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the rules in their order, and try a text on them."""
    trial = TextForm(request.GET or None)
    text = trial.cleaned_data["text"] if trial.is_valid() else ""
    context = {"trial": trial, "text": text, "route": route_for(text) if text else None}
    if request.htmx and request.htmx.target == "route":
        return render(request, "settings/_route.html", context)
    found = RoutingRule.objects.select_related("queue")
    return render(request, "settings/rules.html", context | {"rules": found, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a rule."""
    form = RuleForm(request.POST or None)
    if form.is_bound and saved(form, lambda: rules.save_rule(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:rules")
    return show_form(request, "settings/rule.html", form, {})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a rule and save it."""
    rule = get_object_or_404(RoutingRule.objects.select_related("queue"), pk=pk)
    name, form = rule.name, RuleForm(request.POST or None, instance=rule)
    if form.is_bound and saved(form, lambda: rules.save_rule(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:rules")
    return show_form(request, "settings/rule.html", form, {"rule": rule, "name": name, "question": _question(pk, name)})


@admins_only
@require_POST
def position(request: SettingsRequest, pk: int) -> HttpResponse:
    """Move a rule up or down."""
    rule, form = get_object_or_404(RoutingRule, pk=pk), MoveForm(request.POST)
    if form.is_valid():
        rules.move_rule(rule, form.cleaned_data["direction"], by=request.user, now=timezone.now())
    return redirect(reverse("settings:rules") + f"#rule-{pk}")


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Delete a rule."""
    rule = get_object_or_404(RoutingRule.objects.select_related("queue"), pk=pk)
    return answer(
        request,
        _question(pk, rule.name),
        lambda: rules.remove_rule(rule, by=request.user, now=timezone.now()),
        gettext("The rule is deleted."),
        reverse("settings:rules"),
    )


def _question(pk: int, name: str) -> Question:
    return Question(
        "removal",
        reverse("settings:rule_removal", args=[pk]),
        gettext("Delete the rule %(name)s?") % {"name": name},
        gettext("Its words lead nowhere then. To try without it, save it as not active instead."),
        gettext("Delete"),
    )
