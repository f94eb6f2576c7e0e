"""How far triage goes by itself, queue by queue and category by category."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from helpdesk.administration.access import SettingsRequest, leads_read
from helpdesk.administration.forms.modes import ModeForm
from helpdesk.administration.operations.modes import save_mode
from helpdesk.administration.views.asking import saved, say_saved, show_form
from knowledgebase.models import Category
from tickets.models import Queue, Standing, Subject, TriageMode, standings


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the modes with their records."""
    chosen = {(mode.queue_id, mode.category_id, mode.subject): mode for mode in TriageMode.objects.all()}
    queues = [
        _known(chosen.get((queue.pk, None, Subject.QUEUE)), TriageMode(subject=Subject.QUEUE, queue=queue))
        for queue in Queue.objects.filter(is_active=True)
    ]
    categories: list[Category | None] = [*Category.objects.all(), None]
    answers = [
        _known(
            chosen.get((None, category.pk if category else None, Subject.ARTICLE)),
            TriageMode(subject=Subject.ARTICLE, category=category),
        )
        for category in categories
    ]
    known = standings([*queues, *answers])
    context = {"queues": known[: len(queues)], "answers": known[len(queues) :], "may_write": request.user.is_admin}
    return render(request, "settings/modes.html", context)


@leads_read
@require_http_methods(["GET", "POST"])
def queue(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show and save how far requests go to a queue by themselves."""
    return _mode(request, TriageMode(subject=Subject.QUEUE, queue=get_object_or_404(Queue, pk=pk)))


@leads_read
@require_http_methods(["GET", "POST"])
def answer(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show and save how far answers of a category go out by themselves; 0: of articles without one."""
    category = get_object_or_404(Category, pk=pk) if pk else None
    return _mode(request, TriageMode(subject=Subject.ARTICLE, category=category))


def _mode(request: SettingsRequest, fresh: TriageMode) -> HttpResponse:
    about = {"subject": fresh.subject, "queue": fresh.queue, "category": fresh.category}
    mode = TriageMode.objects.filter(**about).first() or fresh
    standing, in_force = Standing(mode), mode.in_force
    form = ModeForm(request.POST or None, instance=mode)
    if form.is_bound and saved(form, lambda: save_mode(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:modes")
    context = {"mode": mode, "standing": standing, "in_force": in_force, "name": mode.name}
    return show_form(request, "settings/mode.html", form, context)


def _known(mode: TriageMode | None, fresh: TriageMode) -> TriageMode:
    """Give the mode that was chosen, with what it is about at hand, or the one that counts where none was."""
    if mode is None:
        return fresh
    mode.queue, mode.category = fresh.queue, fresh.category
    return mode
