"""Between tickets and articles: the article begun out of a ticket, and the tickets an article was tried on."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from knowledgebase.models import Article
from knowledgebase.permissions import can
from tickets.drafting import CannotDraft, draft_from
from tickets.masking import NAMES, masks_in
from tickets.models import SolutionAttempt, Ticket, WrittenFrom
from tickets.views.access import StaffRequest, staff_only, ticket_for

_PAGE = 20


@staff_only
@require_http_methods(["GET", "POST"])
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin the article of a solved ticket (POST), and show what was masked in it (GET)."""
    staff = cast(StaffRequest, request)
    ticket = ticket_for(staff, pk)
    if not can(staff.user, "write"):
        raise PermissionDenied
    if request.method == "POST":
        return _begin(staff, ticket)
    written = get_object_or_404(WrittenFrom, ticket=ticket)
    found = Article.objects.visible_to(staff.user).with_texts().filter(pk=written.article_id).first()
    text = found.text_in(ticket.language) if found is not None else None
    if found is None or text is None:
        raise Http404
    language = "de" if text.language == "de" else "en"
    masked = [(NAMES[language].get(kind, kind), count) for kind, count in written.masked.items()]
    parts = [(name, getattr(text, name)) for name in ("title", "symptom", "steps")]
    context = {
        "ticket": ticket,
        "article": found,
        "text": text,
        "parts": parts,
        "masked": masked,
        "left": sum(masks_in("\n".join(value for _, value in parts)).values()),
        "may_edit": can(staff.user, "edit", found),
    }
    return render(request, "tickets/article.html", context)


@staff_only
@require_GET
def tried_on(request: HttpRequest, article: int) -> HttpResponse:
    """List the tickets an article was tried on, newest first, as far as this person may see them."""
    staff = cast(StaffRequest, request)
    found = get_object_or_404(Article.objects.visible_to(staff.user).with_texts(), pk=article)
    seen = Ticket.objects.visible_to(staff.user)
    attempts = (
        SolutionAttempt.objects.filter(text__article=found, ticket__in=seen)
        .select_related("ticket", "ticket__queue", "text", "by")
        .order_by("-at", "-pk")
    )
    page = Paginator(attempts, _PAGE).get_page(request.GET.get("page"))
    origin = WrittenFrom.objects.filter(article=found, ticket__in=seen).select_related("ticket").first()
    context = {"article": found, "text": found.text_in(staff.user.language), "page": page, "origin": origin}
    template = "tickets/_tried_on.html" if staff.htmx else "tickets/tried_on.html"
    return render(request, template, context)


def _begin(request: StaffRequest, ticket: Ticket) -> HttpResponse:
    try:
        written = draft_from(ticket, by=request.user, now=timezone.now())
    except CannotDraft:
        messages.warning(request, gettext("Solve the ticket first; then its solution can become an article."))
        return redirect("tickets:show", pk=ticket.pk)
    if not Article.objects.visible_to(request.user).filter(pk=written.article_id).exists():
        by = written.by.display_name
        messages.info(request, gettext("%(name)s is writing this article already.") % {"name": by})
        return redirect("tickets:show", pk=ticket.pk)
    return redirect(reverse("tickets:article", args=[ticket.pk]))
