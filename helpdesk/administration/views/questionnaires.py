"""The editor of questionnaires, with what portal, phone and chat will show."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.questionnaires import QuestionnaireForm, changed, forms_of, typed
from helpdesk.administration.operations.questionnaires import publish_questionnaire, save_questionnaire
from helpdesk.administration.refusal import Refused
from helpdesk.administration.views.asking import say_saved
from tickets.models import Questionnaire
from tickets.questionnaires.asking import lenient, next_question
from tickets.questionnaires.checking import problems
from tickets.questionnaires.figures import figures
from tickets.questionnaires.forms import PREFIX, QuestionsForm
from tickets.questionnaires.shape import Question, read, stored

_BUTTONS = ("add", "drop", "up", "down", "refresh")


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the questionnaires in their order."""
    current = Q(versions__replaced_at=None)
    found = Questionnaire.objects.select_related("queue").annotate(
        answered=Count("versions__interviews"), is_asked=Count("versions", filter=current)
    )
    rows = [(one, len(one.draft)) for one in found]
    return render(request, "settings/questionnaires.html", {"rows": rows, "may_write": request.user.is_admin})


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a questionnaire."""
    return _edit(request, Questionnaire())


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a questionnaire; save it, or publish it as well."""
    return _edit(request, get_object_or_404(Questionnaire, pk=pk))


@admins_only
@require_POST
def preview(request: SettingsRequest) -> HttpResponse:
    """Show what portal, phone and chat would show, as far as it is written."""
    return render(request, "settings/_questionnaire_preview.html", _preview(typed(request.POST), request.POST))


def _edit(request: SettingsRequest, questionnaire: Questionnaire) -> HttpResponse:
    name, data = questionnaire.name if questionnaire.pk else "", request.POST
    if request.method == "GET":
        questions = list(read(questionnaire.draft))
        return _page(request, questionnaire, QuestionnaireForm(instance=questionnaire), questions, name)
    questions, form = typed(data), QuestionnaireForm(data, instance=questionnaire)
    if any(button in data for button in _BUTTONS):
        typed_form = QuestionnaireForm(initial={one: data.get(one, "") for one in form.fields}, instance=questionnaire)
        return _page(request, questionnaire, typed_form, changed(questions, data), name)
    if not form.is_valid():
        return _page(request, questionnaire, form, questions, name, status=422)
    questionnaire.draft = stored(questions)
    save_questionnaire(questionnaire, by=request.user, now=timezone.now())
    if "publish" in data:
        try:
            number = publish_questionnaire(questionnaire, by=request.user, now=timezone.now())
            messages.success(request, gettext("Version %(number)s is asked from now on.") % {"number": number})
        except Refused as refusal:
            messages.error(request, str(refusal))
    else:
        say_saved(request)
    return redirect("settings:questionnaire", questionnaire.pk)


def _page(
    request: SettingsRequest,
    questionnaire: Questionnaire,
    form: QuestionnaireForm,
    questions: list[Question],
    name: str,
    status: int = 200,
) -> HttpResponse:
    current = questionnaire.versions.filter(replaced_at=None).first() if questionnaire.pk else None
    context: dict[str, Any] = {
        "form": form,
        "questions": forms_of(questions),
        "questionnaire": questionnaire if questionnaire.pk else None,
        "name": name,
        "current": current,
        "is_changed": current is None or current.questions != questionnaire.draft,
        "figures": figures(questionnaire, now=timezone.now()) if current is not None else [],
        "may_write": request.user.is_admin,
    }
    return render(request, "settings/questionnaire.html", context | _preview(questions, request.POST), status=status)


def _preview(questions: list[Question], data: Any) -> dict[str, Any]:
    language = data.get("spoken", "") if data.get("spoken", "") in ("de", "en") else get_language() or "de"
    whole = [one for one in questions if one.de]
    with override(language):
        form = QuestionsForm(whole, data, is_final=False)
        answers = {one.key: value for one in whole if (value := _so_far(data, one)) is not None}
        asked = next_question(whole, answers)
        return {
            "portal_form": form,
            "phone": [(one.label(language), one.help(language)) for one in form.questions],
            "chat_form": QuestionsForm([replace(asked, only_if=None)], is_final=False) if asked else None,
            "spoken": language,
            "problems": problems(questions),
        }


def _so_far(data: Any, question: Question) -> Any:
    return lenient(question, data.getlist(f"{PREFIX}-{question.key}")) if data else None
