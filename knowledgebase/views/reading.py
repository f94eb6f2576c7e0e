"""Looking through the articles and reading one."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from knowledgebase.forms import FilterForm
from knowledgebase.models import Article, ArticleQuerySet, ArticleText
from knowledgebase.permissions import can
from knowledgebase.search import search
from knowledgebase.views.access import AgentRequest, agents_only, article_for

_PAGE = 25


@dataclass(frozen=True)
class Row:
    """A line of the list; title and excerpt carry marks after a search."""

    article: Article
    text: ArticleText
    title: str
    excerpt: str = ""


@agents_only
@require_GET
def index(request: AgentRequest) -> HttpResponse:
    """List the articles, or those that were searched for."""
    form = FilterForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    articles = _filtered(Article.objects.visible_to(request.user), asked)
    language = asked.get("language") or _language()
    context = {"form": form, "q": asked.get("q", ""), "page": None, "may_write": can(request.user, "write")}
    if context["q"]:
        hits = search(asked["q"], request.user, language, within=articles)
        context["rows"] = [Row(hit.text.article, hit.text, hit.title, hit.excerpt) for hit in hits]
    else:
        page = Paginator(articles.with_texts().order_by("-updated_at", "-pk"), _PAGE).get_page(request.GET.get("page"))
        texts = ((article, article.text_in(language)) for article in page)
        context["rows"] = [Row(article, text, text.title) for article, text in texts if text]
        context["page"] = page
        context["query"] = urlencode({name: value for name, value in asked.items() if value})
    if request.htmx and request.htmx.target == "articles":
        return render(request, "knowledgebase/_articles.html", context)
    return render(request, "knowledgebase/list.html", context)


@agents_only
@require_GET
def show(request: AgentRequest, pk: int) -> HttpResponse:
    """Show an article in the asked language, else in one's own, else in the one there is."""
    article = article_for(request, pk)
    text = article.text_in(request.GET.get("language") or _language())
    languages = {one.language for one in article.texts.all()}
    context = {
        "article": article,
        "text": text,
        "missing": [choice for choice in ArticleText.Language if choice not in languages],
        "may_edit": can(request.user, "edit", article),
        "may_publish": can(request.user, "publish", article),
    }
    return render(request, "knowledgebase/show.html", context)


def _filtered(articles: ArticleQuerySet, asked: dict[str, str]) -> ArticleQuerySet:
    if kind := asked.get("kind"):
        articles = articles.filter(kind=kind)
    if language := asked.get("language"):
        articles = articles.in_language(language)
    if state := asked.get("state"):
        return articles.filter(state=state)
    return articles.exclude(state=Article.State.ARCHIVED)


def _language() -> str:
    return (get_language() or "de")[:2]
