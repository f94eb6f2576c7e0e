"""What is done with mails before they become tickets."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from channels_intake.email.parse import Unreadable
from channels_intake.models import MailRule
from channels_intake.reasons import worded
from channels_intake.rehearsing import Rehearsal, count, rehearse
from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms import mail_rules as forms
from helpdesk.administration.forms.queues import MoveForm
from helpdesk.administration.operations import mail_rules as operations
from helpdesk.administration.views.asking import Question, answer, say_saved

_Conditions = list[forms.ConditionForm]


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the rules in their order."""
    found = MailRule.objects.select_related("queue")
    rows = [(rule, [_in_words(one) for one in rule.conditions]) for rule in found]
    return render(request, "settings/mail_rules.html", {"rows": rows, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a rule."""
    return _form(request, MailRule())


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a rule, save it, or count what it would have hit."""
    return _form(request, get_object_or_404(MailRule.objects.select_related("queue"), pk=pk))


@admins_only
@require_POST
def position(request: SettingsRequest, pk: int) -> HttpResponse:
    """Move a rule up or down."""
    rule, form = get_object_or_404(MailRule, pk=pk), MoveForm(request.POST)
    if form.is_valid():
        operations.move_mail_rule(rule, form.cleaned_data["direction"], by=request.user, now=timezone.now())
    return redirect(reverse("settings:mail_rules") + f"#rule-{pk}")


@admins_only
@require_POST
def switch(request: SettingsRequest, pk: int) -> HttpResponse:
    """Turn a rule off or on."""
    operations.switch_mail_rule(get_object_or_404(MailRule, pk=pk), by=request.user, now=timezone.now())
    return redirect(reverse("settings:mail_rules") + f"#rule-{pk}")


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Delete a rule."""
    rule = get_object_or_404(MailRule.objects.select_related("queue"), pk=pk)
    return answer(
        request,
        _question(pk, rule.name),
        lambda: operations.remove_mail_rule(rule, by=request.user, now=timezone.now()),
        gettext("The rule is deleted."),
        reverse("settings:mail_rules"),
    )


@leads_read
@require_http_methods(["GET", "POST"])
def trial(request: SettingsRequest) -> HttpResponse:
    """Say what the rules would do with a mail; nothing is done."""
    data = request.POST if request.method == "POST" else request.GET
    form = forms.TrialForm(data or None)
    rehearsal = _rehearse(form) if data and form.is_valid() else None
    context: dict[str, Any] = {"form": form, "rehearsal": rehearsal, "may_write": request.user.is_admin}
    if rehearsal is not None:
        context["hits"] = [(hit.rule, [_in_words(one.stored) for one in hit.conditions]) for hit in rehearsal.hits]
        said = rehearsal.standing.blocked_by
        context["refused"] = worded(rehearsal.verdict.refused) if not said else worded(f"blocked:{said}")
        context["spam"] = worded(rehearsal.verdict.spam)
    return render(request, "settings/mail_rule_trial.html", context, status=422 if data and form.errors else 200)


def _rehearse(form: forms.TrialForm) -> Rehearsal | None:
    arrival, raw = form.cleaned_data["arrival"], form.cleaned_data["raw"]
    try:
        if raw.strip():
            return rehearse(raw.encode())
        if arrival is not None:
            return rehearse(bytes(arrival.raw), mailbox=arrival.mailbox.address if arrival.mailbox else "")
    except Unreadable:
        form.add_error("raw", gettext("There is nothing to read."))
    return None


def _form(request: SettingsRequest, rule: MailRule) -> HttpResponse:
    name, data = rule.name, request.POST
    if request.method == "GET":
        form, conditions = forms.MailRuleForm(instance=rule), forms.forms_of(rule)
    elif "add" in data or "drop" in data:
        form, conditions = forms.MailRuleForm.typed(data, rule), forms.unbound(_changed(data))
    else:
        form, conditions = forms.MailRuleForm(data, instance=rule), forms.bound(data)
        if _is_right(form, conditions):
            rule.conditions = [one.stored for one in conditions]
            operations.save_mail_rule(rule, by=request.user, now=timezone.now())
            say_saved(request)
            return redirect("settings:mail_rules")
    context: dict[str, Any] = {
        "form": form, "conditions": conditions, "rule": rule if rule.pk else None, "name": name,
        "may_write": request.user.is_admin,
    }  # fmt: skip
    if rule.pk:
        context["question"] = _question(rule.pk, name)
        context["count"] = count(rule, now=timezone.now()) if "count" in request.GET else None
    is_wrong = form.is_bound and (form.errors or any(one.errors for one in conditions))
    return render(request, "settings/mail_rule.html", context, status=422 if is_wrong else 200)


def _changed(data: Any) -> list[dict[str, str]]:
    """Give what was typed with one condition more or less."""
    rows = forms.typed(data)
    if "add" in data:
        return [*rows, {}]
    dropped = data.get("drop", "")
    return [row for number, row in enumerate(rows) if str(number) != dropped] or [{}]


def _is_right(form: forms.MailRuleForm, conditions: _Conditions) -> bool:
    is_right = all([form.is_valid(), *(one.is_valid() for one in conditions)])
    if not conditions:
        form.add_error(None, gettext("A rule needs a condition."))
    return is_right and bool(conditions)


def _in_words(stored: dict[str, str]) -> str:
    field, op = stored.get("field", ""), stored.get("op", "")
    what = field.partition(":")[2] or str(dict(forms.FIELDS).get(field, field))
    return f"{what} {dict(forms.OPS).get(op, op)} “{stored.get('value', '')}”"


def _question(pk: int, name: str) -> Question:
    return Question(
        "removal",
        reverse("settings:mail_rule_removal", args=[pk]),
        gettext("Delete the rule %(name)s?") % {"name": name},
        gettext("To try without it, turn it off instead."),
        gettext("Delete"),
    )
