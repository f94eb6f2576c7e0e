"""Writing, translating and revising articles."""

from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from knowledgebase import rendering
from knowledgebase.differences import differences
from knowledgebase.forms import ArticleForm
from knowledgebase.models import Article, ArticleText, Proposal
from knowledgebase.models.levels import audience_of
from knowledgebase.operations import (
    AlreadyProposed,
    AlreadyTranslated,
    Content,
    Facts,
    Outdated,
    describe,
    propose,
    revise,
    translate,
    write_article,
)
from knowledgebase.permissions import can
from knowledgebase.views.access import AgentRequest, agents_only, article_for
from knowledgebase.views.pictures import with_picture


@agents_only
@require_http_methods(["GET", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """Begin an article."""
    if not can(request.user, "write"):
        raise PermissionDenied
    language = _known(request.POST.get("language") or request.GET.get("language") or (get_language() or "de")[:2])
    initial: dict[str, Any] = asdict(Facts()) | {"title": request.GET.get("title", "")[:200]}
    reads = audience_of(request.user)
    form = ArticleForm(request.POST or None, request.FILES or None, initial=initial, reads=reads)
    if request.method == "POST" and form.is_valid() and with_picture(request, form, None):
        article = write_article(
            language=language, content=form.content(), facts=form.facts(), by=request.user, now=timezone.now()
        )
        messages.success(request, gettext("Draft saved. Publish it when it is ready."))
        return _to(article, language)
    return _form(request, form, language=language)


@agents_only
@require_http_methods(["GET", "POST"])
def edit(request: AgentRequest, pk: int, language: str) -> HttpResponse:
    """Revise a text, or write the one that is missing in that language."""
    article = article_for(request, pk)
    if not can(request.user, "edit", article):
        raise PermissionDenied
    text = next((one for one in article.texts.all() if one.language == language), None)
    form = _bound(request, article, text, language)
    ready = request.method == "POST" and form.is_valid() and with_picture(request, form, article)
    if not ready:
        return _form(request, form, language=language, article=article, text=text)
    try:
        proposal = _save(request, form, article, text, language)
    except (Outdated, AlreadyTranslated):
        return _conflict(request, form, article=article, language=language)
    except AlreadyProposed:
        form.add_error(None, gettext("Somebody else's change to this text waits for a review. Have it decided first."))
        return _form(request, form, language=language, article=article, text=text)
    if proposal is not None:
        messages.success(request, gettext("Proposed. Readers see it as soon as somebody else has accepted it."))
        return redirect("knowledge:proposal", pk, proposal.pk)
    messages.success(request, gettext("Saved."))
    return _to(article, language)


@agents_only
@require_POST
def preview(request: AgentRequest) -> HttpResponse:
    """Show what the steps being written will look like."""
    html = rendering.render(request.POST.get("steps", ""), pictures=True)
    return render(request, "knowledgebase/_preview.html", {"html": html})


def _bound(request: AgentRequest, article: Article, text: ArticleText | None, language: str) -> ArticleForm:
    initial: dict[str, Any] = asdict(Facts.of(article)) | {"category": article.category_id, "is_current": True}
    original = article.original
    if original is not None:
        initial["source_version"] = original.content_version
    if text is not None:
        initial |= asdict(Content.of(text)) | {"version": text.version}
    mine = article.proposals.filter(language=language, by=request.user).exclude(state=Proposal.State.ACCEPTED)
    proposal = mine.order_by("-pk").first()
    if proposal is not None and proposal.base_version == (text.version if text else 0):
        initial |= proposal.content
    return ArticleForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        reads=audience_of(request.user),
        may_describe=can(request.user, "describe", article),
    )


def _save(
    request: AgentRequest, form: ArticleForm, article: Article, text: ArticleText | None, language: str
) -> Proposal | None:
    content, now, by = form.content(), timezone.now(), request.user
    facts = form.facts(article.key) if can(by, "describe", article) else None
    base_version = form.cleaned_data["version"] or 0
    if article.is_published and article.needs_review and (text is None or content != Content.of(text)):
        return propose(
            article,
            language=language,
            content=content,
            base_version=base_version,
            by=by,
            now=now,
            is_small=form.cleaned_data["is_small"],
            source_version=form.now_says(),
        )
    if text is None:
        translate(article, language=language, content=content, by=by, now=now)
        if facts is not None:
            describe(article, facts=facts, by=by, now=now)
        return None
    revise(
        text,
        content=content,
        facts=facts,
        by=by,
        now=now,
        base_version=base_version,
        is_small=form.cleaned_data["is_small"],
        source_version=form.now_says(),
    )
    return None


def _conflict(request: AgentRequest, form: ArticleForm, *, article: Article, language: str) -> HttpResponse:
    """Show both texts; saving again overwrites, knowingly."""
    theirs = article.texts.select_related("article").get(language=language)
    last = theirs.revisions.select_related("by").latest("number")
    data = {**request.POST.dict(), "version": str(theirs.version), "steps": form.cleaned_data["steps"]}
    mine = ArticleForm(
        data,
        initial=form.initial,
        reads=audience_of(request.user),
        may_describe=can(request.user, "describe", article),
    )
    changes = differences(asdict(Content.of(theirs)), asdict(form.content()))
    return _form(
        request, mine, language=language, article=article, text=theirs, status=409, last=last, differences=changes
    )


def _form(
    request: AgentRequest,
    form: ArticleForm,
    *,
    language: str,
    article: Article | None = None,
    text: ArticleText | None = None,
    status: int | None = None,
    **context: Any,
) -> HttpResponse:
    status = status or (422 if form.is_bound else 200)
    original = article.original if article is not None else None
    context |= {"form": form, "language": language, "article": article, "text": text}
    context["source"] = original if original is not None and original.language != language else None
    context["has_translations"] = (
        article is not None and original is not None and original == text and len(article.texts.all()) > 1
    )
    context["is_proposal"] = article is not None and article.is_published and article.needs_review
    return render(request, "knowledgebase/form.html", context, status=status)


def _known(language: str) -> str:
    if language not in ArticleText.Language:
        raise Http404
    return language


def _to(article: Article, language: str) -> HttpResponse:
    return redirect(f"{reverse('knowledge:show', args=[article.pk])}?language={language}")
