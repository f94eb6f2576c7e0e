"""What a text said before, what changed, and going back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from knowledgebase.differences import differences
from knowledgebase.models import ArticleText
from knowledgebase.operations import AlreadyProposed, Content, Outdated, ReviewNeeded, propose, restore
from knowledgebase.permissions import can
from knowledgebase.views.access import AgentRequest, agents_only, article_for


@agents_only
@require_GET
def index(request: AgentRequest, pk: int, language: str) -> HttpResponse:
    """List the revisions of a text, newest first."""
    text = _text(request, pk, language)
    revisions = text.revisions.select_related("by").defer("content").order_by("-number")[:200]
    return render(
        request, "knowledgebase/history.html", {"article": text.article, "text": text, "revisions": revisions}
    )


@agents_only
@require_GET
def show(request: AgentRequest, pk: int, language: str, number: int) -> HttpResponse:
    """Show what one revision changed."""
    text = _text(request, pk, language)
    revision = get_object_or_404(text.revisions.select_related("by"), number=number)
    before = text.revisions.filter(number__lt=number).order_by("-number").first()
    context = {
        "article": text.article,
        "text": text,
        "revision": revision,
        "differences": differences(before.content if before else {}, revision.content),
        "may_restore": number < text.version and can(request.user, "edit", text.article),
    }
    return render(request, "knowledgebase/revision.html", context)


@agents_only
@require_POST
def restoration(request: AgentRequest, pk: int, language: str, number: int) -> HttpResponse:
    """Let the text say again what it said."""
    text = _text(request, pk, language)
    if not can(request.user, "edit", text.article):
        raise PermissionDenied
    revision = get_object_or_404(text.revisions.select_related("text"), number=number)
    base_version = request.POST.get("version", "")
    try:
        restore(
            revision,
            by=request.user,
            now=timezone.now(),
            base_version=int(base_version) if base_version.isdecimal() and len(base_version) < 10 else 0,
        )
        messages.success(request, gettext("Version %(number)s is back.") % {"number": number})
    except ReviewNeeded:
        return _propose(request, text, revision.content)
    except Outdated:
        messages.warning(request, gettext("Somebody changed the text meanwhile. Look at the newest version first."))
    return redirect("knowledge:history", pk, language)


def _propose(request: AgentRequest, text: ArticleText, kept: dict[str, Any]) -> HttpResponse:
    """Propose to bring an earlier version back, where somebody else has to read it first."""
    try:
        proposal = propose(
            text.article,
            language=text.language,
            content=Content.read(kept),
            base_version=text.version,
            by=request.user,
            now=timezone.now(),
        )
    except AlreadyProposed:
        messages.warning(request, gettext("Somebody else's change to this text waits for a review."))
        return redirect("knowledge:history", text.article_id, text.language)
    messages.success(request, gettext("Proposed. Readers see it as soon as somebody else has accepted it."))
    return redirect("knowledge:proposal", text.article_id, proposal.pk)


def _text(request: AgentRequest, pk: int, language: str) -> ArticleText:
    return get_object_or_404(article_for(request, pk).texts.select_related("article"), language=language)
