"""The words of the search: what means the same, and what tells nothing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from helpdesk.administration.forms.words import StopWordForm, SynonymsForm
from helpdesk.administration.operations import words
from helpdesk.administration.views.asking import saved
from knowledgebase.models import StopWord, Synonyms
from knowledgebase.views.access import AgentRequest, agents_only


@agents_only
@require_http_methods(["GET", "POST"])
def index(request: AgentRequest) -> HttpResponse:
    """List the words and add some; leads may, too: they look after the articles."""
    _leads(request)
    is_filler = request.method == "POST" and "word" in request.POST
    data = request.POST if request.method == "POST" else None
    initial = {"words": request.GET.get("words", "")[:200]}
    form = SynonymsForm(None if is_filler else data, initial=initial)
    filler_form = StopWordForm(data if is_filler else None)
    sent = filler_form if is_filler else form
    if sent.is_bound and saved(sent, lambda: words.add(sent.instance, by=request.user, now=timezone.now())):
        messages.success(request, gettext("Saved."))
        return redirect("settings:words")
    context = {
        "form": form,
        "filler_form": filler_form,
        "groups": Synonyms.objects.all(),
        "fillers": StopWord.objects.all(),
    }
    return render(request, "settings/words.html", context, status=422 if sent.is_bound else 200)


@agents_only
@require_http_methods(["GET", "POST"])
def show(request: AgentRequest, pk: int) -> HttpResponse:
    """Show one group of equal words and save it."""
    _leads(request)
    group = get_object_or_404(Synonyms, pk=pk)
    form = SynonymsForm(request.POST or None, instance=group)
    if form.is_bound and saved(form, lambda: words.change(form.instance, by=request.user, now=timezone.now())):
        messages.success(request, gettext("Saved."))
        return redirect(f"{reverse('settings:words')}#group-{pk}")
    context = {"form": form, "group": group, "name": ", ".join(group.words), "may_write": True}
    return render(request, "settings/word.html", context, status=422 if form.is_bound else 200)


@agents_only
@require_POST
def removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Take a group of equal words away."""
    _leads(request)
    words.remove(get_object_or_404(Synonyms, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, gettext("The synonyms are gone."))
    return redirect("settings:words")


@agents_only
@require_POST
def filler_removal(request: AgentRequest, pk: int) -> HttpResponse:
    """Let a filler word count again."""
    _leads(request)
    words.remove(get_object_or_404(StopWord, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, gettext("The word counts again."))
    return redirect(f"{reverse('settings:words')}#fillers")


def _leads(request: AgentRequest) -> None:
    if not request.user.is_lead:
        raise PermissionDenied
