"""Standard solutions: into the editor with one click, and what came of them."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, override
from django.views.decorators.http import require_POST

from knowledgebase.models import ArticleText
from knowledgebase.rendering import render
from tickets.forms import AttemptForm
from tickets.models import SolutionAttempt, Ticket
from tickets.operations.trying import try_solution
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import part, refused


@staff_only
@require_POST
def create(request: HttpRequest, pk: int) -> HttpResponse:
    """Remember that a solution is tried, or what came of it; a solution that is tried comes back as text."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, "try_solution")
    form = AttemptForm(request.POST, user=request.user)
    if not form.is_valid():
        return refused(request, ticket, gettext("This solution is not there any more. Reload the page."))
    text, outcome = form.cleaned_data["text"], form.cleaned_data["outcome"]
    is_new = outcome == SolutionAttempt.Outcome.OPEN
    if not is_new or not ticket.attempts.filter(text=text).exists():
        try_solution(ticket, text=text, outcome=outcome, by=request.user, now=timezone.now())
    if not request.htmx:
        return redirect(f"{reverse('tickets:show', args=[pk])}{f'?insert={text.pk}' if is_new else ''}")
    ticket = ticket_for(request, pk)
    return part(
        request, "tickets/_tried.html", ticket, oob=True, greeting=greeting(ticket), text=body(text) if is_new else ""
    )


def greeting(ticket: Ticket) -> SafeString:
    """Greet the requester in the language of the ticket."""
    with override(ticket.language):
        return format_html("<p>{}</p>", gettext("Hello %(name)s,") % {"name": ticket.requester.display_name})


def body(text: ArticleText) -> SafeString:
    """Give the steps of a solution as the editor takes them."""
    return render(text.steps or text.symptom)
