"""One ticket: its conversation, and the parts of it that change."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from knowledgebase.models import Article, ArticleText
from knowledgebase.rendering import plain
from tickets.views.access import StaffRequest, staff_only, ticket_for
from tickets.views.screen import part, whole_page


@staff_only
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a ticket, beside the list it was opened from."""
    request = cast(StaffRequest, request)
    ticket = ticket_for(request, pk, as_page=True)
    if request.htmx and not request.htmx.history_restore_request and request.htmx.target == "talk":
        return part(request, "tickets/_ticket.html", ticket, oob=True)
    inserted = _inserted(request)
    return whole_page(request, ticket, reply_text=inserted) if inserted else whole_page(request, ticket)


@staff_only
@require_safe
def thread(request: HttpRequest, pk: int) -> HttpResponse:
    """Give what may have changed on an open page; what is being written stays as it is."""
    request = cast(StaffRequest, request)
    return part(request, "tickets/_news_of_ticket.html", ticket_for(request, pk, as_page=True), oob=True)


def _inserted(request: StaffRequest) -> str:
    """Give the text of a solution that was inserted without scripts."""
    wanted = request.GET.get("insert", "")
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) < 19):
        return ""
    texts = ArticleText.objects.filter(article__in=Article.objects.visible_to(request.user))
    text = texts.filter(pk=int(wanted)).first()
    return plain(text.steps or text.symptom) if text else ""
