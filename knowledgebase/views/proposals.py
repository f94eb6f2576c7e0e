"""Changes to published articles that wait for somebody else's eyes."""

from dataclasses import asdict

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from knowledgebase.differences import differences
from knowledgebase.models import Article, Proposal, rights_of
from knowledgebase.operations import (
    AlreadyDecided,
    AlreadyTranslated,
    Content,
    Outdated,
    OwnWork,
    WithoutReason,
    accept,
    send_proposal_back,
)
from knowledgebase.steering_forms import DecisionForm
from knowledgebase.views.access import AgentRequest, agents_only, article_for
from people.models import User


@agents_only
@require_GET
def show(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """Show what a proposal changes."""
    article, proposal = _proposal(request, pk, number)
    text = next((one for one in article.texts.all() if one.language == proposal.language), None)
    is_open = proposal.state == Proposal.State.OPEN
    context = {
        "article": article,
        "text": text,
        "title": text.title if text else proposal.content["title"],
        "proposal": proposal,
        "differences": differences(asdict(Content.of(text)) if text else {}, proposal.content),
        "is_outdated": is_open and (text.version if text else 0) != proposal.base_version,
        "may_decide": is_open and _reviews(request.user) and proposal.by_id != request.user.pk,
        "is_mine": proposal.by_id == request.user.pk,
        "form": DecisionForm(),
    }
    return render(request, "knowledgebase/proposal.html", context)


@agents_only
@require_POST
def acceptance(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """Let the text say what was proposed."""
    _, proposal = _to_decide(request, pk, number)
    try:
        accept(proposal, by=request.user, now=timezone.now())
        messages.success(request, gettext("Accepted. Readers see it now."))
    except AlreadyDecided:
        messages.info(request, gettext("Somebody decided already."))
    except OwnWork:
        messages.warning(request, gettext("Somebody other than its author has to review it."))
    except (Outdated, AlreadyTranslated):
        messages.warning(request, gettext("The text was changed since. Send the proposal back to be made anew."))
        return redirect("knowledge:proposal", pk, number)
    return redirect("knowledge:show", pk)


@agents_only
@require_POST
def refusal(request: AgentRequest, pk: int, number: int) -> HttpResponse:
    """Send a proposal back, with a reason."""
    _, proposal = _to_decide(request, pk, number)
    form = DecisionForm(request.POST)
    comment = form.cleaned_data["comment"] if form.is_valid() else ""
    try:
        send_proposal_back(proposal, comment=comment, by=request.user, now=timezone.now())
        messages.success(request, gettext("Sent back. Its author reads your comment."))
    except AlreadyDecided:
        messages.info(request, gettext("Somebody decided already."))
    except WithoutReason:
        messages.warning(request, gettext("Say why you send it back."))
        return redirect("knowledge:proposal", pk, number)
    return redirect("knowledge:show", pk)


def proposals_for(user: User, article: Article) -> QuerySet[Proposal]:
    """Give the open proposals this person wrote or may decide on."""
    waiting = article.proposals.filter(state=Proposal.State.OPEN).select_related("by")
    return waiting if _reviews(user) else waiting.filter(by=user)


def _proposal(request: AgentRequest, pk: int, number: int) -> tuple[Article, Proposal]:
    article = article_for(request, pk)
    proposals = article.proposals.select_related("by", "decided_by")
    if not _reviews(request.user):
        proposals = proposals.filter(by=request.user)
    return article, get_object_or_404(proposals, pk=number)


def _to_decide(request: AgentRequest, pk: int, number: int) -> tuple[Article, Proposal]:
    article, proposal = _proposal(request, pk, number)
    if not _reviews(request.user):
        raise PermissionDenied
    return article, proposal


def _reviews(user: User) -> bool:
    return "review" in rights_of(user)
