"""The contracts of a queue: what a hand-over to it must say."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from helpdesk.administration.access import SettingsRequest, admins_only, leads_read
from helpdesk.administration.forms.contracts import ContractForm
from helpdesk.administration.operations import contracts
from helpdesk.administration.views.asking import Question, answer, saved, say_saved, show_form
from tickets.models import HandoverContract, Queue


@admins_only
@require_http_methods(["GET", "POST"])
def new(request: SettingsRequest, pk: int) -> HttpResponse:
    """Make a contract of a queue."""
    queue = get_object_or_404(Queue, pk=pk)
    return _edit(request, queue, HandoverContract(queue=queue))


@leads_read
@require_http_methods(["GET", "POST"])
def show(request: SettingsRequest, pk: int, contract: int) -> HttpResponse:
    """Show a contract and save it."""
    found = get_object_or_404(HandoverContract.objects.select_related("queue", "category"), queue=pk, pk=contract)
    return _edit(request, found.queue, found)


@admins_only
@require_http_methods(["GET", "POST"])
def removal(request: SettingsRequest, pk: int, contract: int) -> HttpResponse:
    """Delete a contract."""
    found = get_object_or_404(HandoverContract.objects.select_related("queue", "category"), queue=pk, pk=contract)
    return answer(
        request,
        _question(found),
        lambda: contracts.remove_contract(found, by=request.user, now=timezone.now()),
        gettext("The contract is deleted."),
        _back(found.queue),
    )


def _edit(request: SettingsRequest, queue: Queue, contract: HandoverContract) -> HttpResponse:
    known = contract.pk is not None
    form = ContractForm(request.POST or None, instance=contract)
    if request.method == "POST" and not form.is_bound:
        form = ContractForm({}, instance=contract)
    if form.is_bound and saved(
        form, lambda: contracts.save_contract(form.instance, by=request.user, now=timezone.now())
    ):
        say_saved(request)
        return redirect(_back(queue))
    context: dict[str, Any] = {"queue": queue, "contract": contract if known else None, "back": _back(queue)}
    if known:
        context["question"] = _question(contract)
    return show_form(request, "settings/contract.html", form, context)


def _back(queue: Queue) -> str:
    return reverse("settings:queue", args=[queue.pk]) + "#contracts"


def _question(contract: HandoverContract) -> Question:
    return Question(
        "removal",
        reverse("settings:contract_removal", args=[contract.queue_id, contract.pk]),
        gettext("Delete this contract?"),
        gettext("Hand-overs then need what the contract for every category says, or only a summary."),
        gettext("Delete"),
    )
