"""What triage learnt: its versions, how good they are, learning now, and going back."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.phrases import PhraseForm
from helpdesk.administration.operations.triage import remove_phrase, save_phrase, start_training, use_version
from helpdesk.administration.refusal import Refused
from helpdesk.administration.views.asking import saved, say_saved
from tickets.models import Phrase, TriageModel

_SHOWN = 20


@dataclass(frozen=True)
class Version:
    """One version as the list shows it; shares are percentages."""

    model: TriageModel
    step: str
    first: int | None
    third: int | None
    sure: int | None
    precision: int | None

    @property
    def can_be_used(self) -> bool:
        """Tell whether one may go to this version."""
        return self.model.size > 0 and self.model.state != TriageModel.State.ACTIVE

    @property
    def colour(self) -> str:
        """Give the colour of its state."""
        colours = {"active": "ok", "training": "info", "failed": "bad"}
        return colours.get(self.model.state, "")


@leads_read
@require_safe
def index(request: SettingsRequest) -> HttpResponse:
    """List the versions; while one is learning, the list asks again by itself."""
    models = list(TriageModel.objects.defer("content")[:_SHOWN])
    learning = any(model.state == TriageModel.State.TRAINING for model in models)
    context = {
        "versions": [_version(model) for model in models], "is_learning": learning, "may_write": request.user.is_admin
    }  # fmt: skip
    is_part = request.headers.get("HX-Request") == "true" and "part" in request.GET
    response = render(request, "settings/_triage_versions.html" if is_part else "settings/triage.html", context)
    if is_part and not learning:
        response["HX-Refresh"] = "true"  # it has ended: the page offers to learn again
    return response


@admins_only
@require_POST
def training(request: SettingsRequest) -> HttpResponse:
    """Learn now."""
    start_training(by=request.user, now=timezone.now())
    messages.success(request, gettext("Learning begins within half a minute."))
    return redirect("settings:triage")


@admins_only
@require_POST
def use(request: SettingsRequest, pk: int) -> HttpResponse:
    """Use another version."""
    model = get_object_or_404(TriageModel.objects.defer("content"), pk=pk)
    try:
        use_version(model, by=request.user, now=timezone.now())
        messages.success(request, gettext("Version %(number)s is in use.") % {"number": model.version})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("settings:triage")


@leads_read
@require_http_methods(["GET", "POST"])
def phrases(request: SettingsRequest) -> HttpResponse:
    """List the phrases of upset people, and add one."""
    form = PhraseForm(request.POST or None)
    if form.is_bound and saved(form, lambda: save_phrase(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:phrases")
    context = {"form": form, "phrases": Phrase.objects.all(), "may_write": request.user.is_admin}
    return render(request, "settings/phrases.html", context, status=422 if form.errors else 200)


@admins_only
@require_POST
def phrase_removal(request: SettingsRequest, pk: int) -> HttpResponse:
    """Take a phrase off the list."""
    remove_phrase(get_object_or_404(Phrase, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, gettext("The phrase is gone."))
    return redirect("settings:phrases")


def _version(model: TriageModel) -> Version:
    first, third, sure, precision = (
        round(100 * model.figures[name]) if name in model.figures else None
        for name in ("hit1", "hit3", "sure", "precision")
    )
    return Version(model, _step(model), first, third, sure, precision)


def _step(model: TriageModel) -> str:
    steps = {
        "waiting": gettext("waits for a worker"),
        "reading": gettext("reads solved tickets (1 of 4)"),
        "solutions": gettext("learns solutions (2 of 4)"),
        "queues": gettext("learns queues and priorities (3 of 4)"),
        "writing": gettext("writes it down (4 of 4)"),
        "killed": gettext("the worker was ended before it was done"),
    }
    return steps.get(model.step, model.step)
