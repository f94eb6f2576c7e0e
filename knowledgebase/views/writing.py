"""Writing, translating, revising, publishing and archiving articles."""

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
from knowledgebase.models import Article, ArticleText
from knowledgebase.operations import (
    AlreadyThere,
    AlreadyTranslated,
    Content,
    Facts,
    NotReady,
    Outdated,
    archive,
    publish,
    revise,
    translate,
    write_article,
)
from knowledgebase.permissions import can
from knowledgebase.views.access import AgentRequest, agents_only, article_for


@agents_only
@require_http_methods(["GET", "POST"])
def new(request: AgentRequest) -> HttpResponse:
    """Begin an article."""
    if not can(request.user, "write"):
        raise PermissionDenied
    language = _known(request.POST.get("language") or request.GET.get("language") or (get_language() or "de")[:2])
    initial: dict[str, Any] = asdict(Facts()) | {"title": request.GET.get("title", "")[:200]}
    form = ArticleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
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
    initial = (
        asdict(Facts.of(article))
        | {"category": article.category_id}
        | ({**asdict(Content.of(text)), "version": text.version} if text else {})
    )
    form = ArticleForm(request.POST or None, initial=initial, may_publish=can(request.user, "publish", article))
    if request.method != "POST" or not form.is_valid():
        return _form(request, form, language=language, article=article, text=text)
    try:
        _save(request, form, article, text, language)
    except (Outdated, AlreadyTranslated):
        return _conflict(request, form, article=article, language=language)
    messages.success(request, gettext("Saved."))
    return _to(article, language)


@agents_only
@require_POST
def preview(request: AgentRequest) -> HttpResponse:
    """Show what the steps being written will look like."""
    html = rendering.render(request.POST.get("steps", ""))
    return render(request, "knowledgebase/_preview.html", {"html": html})


@agents_only
@require_POST
def publication(request: AgentRequest, pk: int) -> HttpResponse:
    """Publish an article."""
    article = article_for(request, pk)
    if not can(request.user, "publish", article):
        raise PermissionDenied
    try:
        publish(article, by=request.user, now=timezone.now())
        messages.success(request, gettext("Published."))
    except NotReady:
        messages.warning(request, gettext("Each language needs its steps before the article is published."))
    except AlreadyThere:
        messages.info(request, gettext("It is published already."))
    return redirect("knowledge:show", pk)


@agents_only
@require_POST
def archiving(request: AgentRequest, pk: int) -> HttpResponse:
    """Archive an article."""
    article = article_for(request, pk)
    if not can(request.user, "archive", article):
        raise PermissionDenied
    try:
        archive(article, by=request.user, now=timezone.now())
        messages.success(request, gettext("Archived. Nobody is shown it any more."))
    except AlreadyThere:
        messages.info(request, gettext("It is archived already."))
    return redirect("knowledge:show", pk)


def _save(request: AgentRequest, form: ArticleForm, article: Article, text: ArticleText | None, language: str) -> None:
    content, now = form.content(), timezone.now()
    if text is None:
        translate(article, language=language, content=content, by=request.user, now=now)
        return
    facts = form.facts(article.key) if can(request.user, "publish", article) else None
    base_version = form.cleaned_data["version"] or 0
    revise(text, content=content, facts=facts, by=request.user, now=now, base_version=base_version)


def _conflict(request: AgentRequest, form: ArticleForm, *, article: Article, language: str) -> HttpResponse:
    """Show both texts; saving again overwrites, knowingly."""
    theirs = article.texts.select_related("article").get(language=language)
    last = theirs.revisions.select_related("by").latest("number")
    data = {**request.POST.dict(), "version": str(theirs.version)}
    mine = ArticleForm(data, initial=form.initial, may_publish=can(request.user, "publish", article))
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
    context |= {"form": form, "language": language, "article": article, "text": text}
    return render(request, "knowledgebase/form.html", context, status=status)


def _known(language: str) -> str:
    if language not in ArticleText.Language:
        raise Http404
    return language


def _to(article: Article, language: str) -> HttpResponse:
    return redirect(f"{reverse('knowledge:show', args=[article.pk])}?language={language}")
