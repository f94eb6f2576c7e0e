"""An article's way to its readers: review, publication, archive, and the check whether it is still right."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from knowledgebase.models import Article, ArticleText
from knowledgebase.operations import (
    AlreadyThere,
    NotReady,
    Outdated,
    Overtaken,
    OwnWork,
    ReviewNeeded,
    WithoutReason,
    WrongState,
    approve,
    archive,
    confirm_right,
    confirm_translation,
    entrust,
    give_feedback,
    publish,
    schedule,
    send_back,
    submit,
    withdraw,
)
from knowledgebase.permissions import can
from knowledgebase.steering_forms import CareForm, DecisionForm, MomentForm, SubmitForm
from knowledgebase.views.access import AgentRequest, agents_only, article_for

_REFUSALS: dict[type[Exception], Promise] = {
    AlreadyThere: _("That was done already."),
    NotReady: _("Each language needs its steps before the article is published."),
    Outdated: _("Somebody changed the text meanwhile. Look at the newest version first."),
    Overtaken: _("The article was changed after you had opened it. Read it once more."),
    OwnWork: _("Somebody other than its author has to review it."),
    ReviewNeeded: _("Its category demands a review: give it to review first."),
    WithoutReason: _("Say why you send it back."),
    WrongState: _("Somebody did something else with the article meanwhile."),
}


@agents_only
@require_POST
def review(request: AgentRequest, pk: int) -> HttpResponse:
    """Give a draft to review."""
    article, form = _for(request, pk, "submit"), SubmitForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form, pk)
    data = form.cleaned_data
    return _do(
        request,
        pk,
        gettext("Given to review."),
        lambda: submit(
            article, by=request.user, now=timezone.now(), comment=data["comment"], publish_at=data["publish_at"]
        ),
    )


@agents_only
@require_POST
def approval(request: AgentRequest, pk: int) -> HttpResponse:
    """Publish what was reviewed."""
    article, form = _for(request, pk, "review"), DecisionForm(request.POST)
    seen = request.POST.get("version", "")
    seen_version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    comment = form.cleaned_data["comment"] if form.is_valid() else ""
    return _do(
        request,
        pk,
        gettext("Approved."),
        lambda: approve(article, by=request.user, now=timezone.now(), comment=comment, seen_version=seen_version),
    )


@agents_only
@require_POST
def returning(request: AgentRequest, pk: int) -> HttpResponse:
    """Send an article back to its author, with a reason."""
    article, form = _for(request, pk, "review"), DecisionForm(request.POST)
    comment = form.cleaned_data["comment"] if form.is_valid() else ""
    return _do(
        request,
        pk,
        gettext("Sent back. Its author reads your comment."),
        lambda: send_back(article, comment=comment, by=request.user, now=timezone.now()),
    )


@agents_only
@require_POST
def publication(request: AgentRequest, pk: int) -> HttpResponse:
    """Publish an article, at once or at a moment."""
    article, form = _for(request, pk, "publish"), MomentForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form, pk)
    moment, now = form.cleaned_data["publish_at"], timezone.now()
    if moment is not None:
        done = gettext("It will be published when its moment comes.")
        return _do(request, pk, done, lambda: schedule(article, publish_at=moment, by=request.user, now=now))
    return _do(request, pk, gettext("Published."), lambda: publish(article, by=request.user, now=now))


@agents_only
@require_POST
def withdrawal(request: AgentRequest, pk: int) -> HttpResponse:
    """Take an article back to the drafts."""
    article = _for(request, pk, "submit")
    done = gettext("It is a draft again.")
    return _do(request, pk, done, lambda: withdraw(article, by=request.user, now=timezone.now()))


@agents_only
@require_POST
def archiving(request: AgentRequest, pk: int) -> HttpResponse:
    """Archive an article."""
    article = _for(request, pk, "archive")
    done = gettext("Archived. Nobody is shown it any more.")
    return _do(request, pk, done, lambda: archive(article, by=request.user, now=timezone.now()))


@agents_only
@require_POST
def check(request: AgentRequest, pk: int) -> HttpResponse:
    """Say that an article is still right."""
    article = _for(request, pk, "check")
    done = gettext("Noted: still right.")
    return _do(request, pk, done, lambda: confirm_right(article, by=request.user, now=timezone.now()))


@agents_only
@require_POST
def care(request: AgentRequest, pk: int) -> HttpResponse:
    """Say who looks after an article, and when it is to be checked."""
    article, form = _for(request, pk, "check"), CareForm(request.POST)
    if not form.is_valid():
        return _wrong(request, form, pk)
    data = form.cleaned_data
    return _do(
        request,
        pk,
        gettext("Saved."),
        lambda: entrust(article, owner=data["owner"], check_on=data["check_on"], now=timezone.now()),
    )


@agents_only
@require_POST
def translation(request: AgentRequest, pk: int, language: str) -> HttpResponse:
    """Say that a translation still says what the original says."""
    article = _for(request, pk, "edit")
    text: ArticleText = get_object_or_404(article.texts, language=language, source_version__isnull=False)
    seen = request.POST.get("source_version", "")
    source = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    done = gettext("Noted: the translation is up to date.")
    return _do(
        request,
        pk,
        done,
        lambda: confirm_translation(text, source_version=source, by=request.user, now=timezone.now()),
    )


@agents_only
@require_POST
def feedback(request: AgentRequest, pk: int) -> HttpResponse:
    """Count whether an article helped this agent."""
    article = article_for(request, pk)
    is_helpful = request.POST.get("helpful") == "yes"
    done = gettext("Thank you.")
    return _do(
        request,
        pk,
        done,
        lambda: give_feedback(article, is_helpful=is_helpful, person=request.user, now=timezone.now()),
    )


def _for(request: AgentRequest, pk: int, action: str) -> Article:
    article = article_for(request, pk)
    if not can(request.user, action, article):
        raise PermissionDenied
    return article


def _do(request: AgentRequest, pk: int, done: str, change: Callable[[], object]) -> HttpResponse:
    try:
        change()
        messages.success(request, done)
    except tuple(_REFUSALS) as refusal:
        messages.warning(request, str(_REFUSALS[type(refusal)]))
    return redirect("knowledge:show", pk)


def _wrong(request: AgentRequest, form: Any, pk: int) -> HttpResponse:
    for errors in form.errors.values():
        messages.warning(request, " ".join(errors))
    return redirect("knowledge:show", pk)
