"""Queues and who works in them."""

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.queues import LevelForm, MemberForm, QueueForm
from helpdesk.administration.operations import members, queues
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from tickets.completeness import FIELDS
from tickets.handovers import NAMES
from tickets.models import HandoverContract, Membership, Queue, Ticket
from tickets.oncall import on_call


@leads_read
@require_GET
def index(request: SettingsRequest) -> HttpResponse:
    """List the queues, level by level."""
    found = Queue.objects.select_related("escalates_to", "policy").annotate(people=Count("memberships"))
    context = {"queues": found.order_by("-is_active", "tier", "slug"), "may_write": request.user.is_admin}
    return render(request, "settings/queues.html", context)


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest) -> HttpResponse:
    """Make a queue."""
    form = QueueForm(request.POST or None)
    if form.is_bound and saved(form, lambda: queues.save_queue(form.instance, by=request.user, now=timezone.now())):
        messages.success(request, gettext("The queue is there. Now choose who works in it."))
        return redirect("settings:queue", form.instance.pk)
    return show_form(request, "settings/queue.html", form, {})


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int) -> HttpResponse:
    """Show a queue with its members, and save it."""
    queue = get_object_or_404(Queue, pk=pk)
    form = QueueForm(request.POST or None, instance=queue)
    if form.is_bound and saved(form, lambda: queues.save_queue(form.instance, by=request.user, now=timezone.now())):
        say_saved(request)
        return redirect("settings:queue", pk)
    return _page(request, pk, form, None)


@admins_only
@require_POST
def activation(request: SettingsRequest, pk: int) -> HttpResponse:
    """Let a queue take tickets again."""
    queues.activate(get_object_or_404(Queue, pk=pk), by=request.user, now=timezone.now())
    messages.success(request, gettext("The queue takes tickets again."))
    return redirect("settings:queue", pk)


@admins_only
@require_http_methods(["GET", "POST"])
def deactivation(request: SettingsRequest, pk: int) -> HttpResponse:
    """Let a queue take no more tickets."""
    queue = get_object_or_404(Queue, pk=pk)
    return answer(
        request,
        _question(queue),
        lambda: queues.deactivate(queue, by=request.user, now=timezone.now()),
        gettext("The queue takes no new tickets any more."),
        reverse("settings:queue", args=[pk]),
    )


@admins_only
@require_POST
def add_member(request: SettingsRequest, pk: int) -> HttpResponse:
    """Let somebody work in a queue."""
    queue = get_object_or_404(Queue, pk=pk)
    form = MemberForm(queue, request.POST)
    if saved(form, lambda: members.add_member(queue, **form.cleaned_data, by=request.user, now=timezone.now())):
        messages.success(request, gettext("%(name)s works here now.") % {"name": form.cleaned_data["user"]})
        return redirect(reverse("settings:queue", args=[pk]) + "#members")
    return _page(request, pk, QueueForm(instance=queue), form)


@admins_only
@require_POST
def member(request: SettingsRequest, pk: int, member: int) -> HttpResponse:
    """Give a member another level."""
    membership = get_object_or_404(Membership, queue=pk, pk=member)
    form = LevelForm(request.POST)
    if form.is_valid():
        members.change_level(membership, form.cleaned_data["level"], by=request.user, now=timezone.now())
        say_saved(request)
    else:
        messages.error(request, gettext("There is no such level; choose one of the list."))
    return redirect(reverse("settings:queue", args=[pk]) + "#members")


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int, member: int) -> HttpResponse:
    """Let somebody work in this queue no more."""
    membership = get_object_or_404(Membership.objects.select_related("user", "queue"), queue=pk, pk=member)
    return answer(
        request,
        _removal(membership),
        lambda: members.remove_member(membership, by=request.user, now=timezone.now()),
        gettext("%(name)s works here no more.") % {"name": membership.user},
        reverse("settings:queue", args=[pk]) + "#members",
    )


def _page(request: SettingsRequest, pk: int, form: QueueForm, adding: MemberForm | None) -> HttpResponse:
    # Read again: a refused form has changed the row it was given.
    queue = get_object_or_404(Queue, pk=pk)
    rows = queue.memberships.select_related("user", "queue").order_by("-level", "user__name")
    context = {
        "queue": queue,
        "rows": [(membership, _removal(membership)) for membership in rows],
        "levels": Membership.Level.choices,
        "contracts": [(one, [NAMES[name] for name in FIELDS if name in one.needed]) for one in _contracts(queue)],
        "adding": adding or MemberForm(queue),
        "question": _question(queue),
        "rotas": queue.rotas.order_by("-is_active", "name"),
        "on_call": on_call(queue, timezone.now()),
    }
    status = 422 if adding and adding.errors else None
    response = show_form(request, "settings/queue.html", form, context)
    response.status_code = status or response.status_code
    return response


def _contracts(queue: Queue) -> QuerySet[HandoverContract]:
    return queue.contracts.select_related("category")


def _question(queue: Queue) -> Question:
    count = Ticket.objects.filter(queue=queue).open().count()
    waiting = ngettext(
        "%(count)s open ticket is in it; it stays there and can be worked on.",
        "%(count)s open tickets are in it; they stay there and can be worked on.",
        count,
    ) % {"count": count}
    return Question(
        "deactivation",
        reverse("settings:deactivation", args=[queue.pk]),
        gettext("Deactivate %(name)s?") % {"name": queue.name},
        gettext("No new tickets come to this queue any more.") + (f" {waiting}" if count else ""),
        gettext("Deactivate"),
    )


def _removal(membership: Membership) -> Question:
    return Question(
        f"removal-{membership.pk}",
        reverse("settings:member_removal", args=[membership.queue_id, membership.pk]),
        gettext("Remove %(name)s?") % {"name": membership.user},
        gettext(
            "They see the tickets of this queue no more, from their next click on. Tickets assigned to them stay so."
        ),
        gettext("Remove"),
    )
