"""Reading the public knowledge base."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from knowledgebase.models import Article
from knowledgebase.rendering import render as render_markdown
from knowledgebase.search import search
from people.models import User
from portal.queries import all_articles


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search, or show what there is."""
    query, language = request.GET.get("q", "")[:200].strip(), get_language() or "de"
    public = Article.objects.published().for_audience(Article.Audience.PUBLIC)
    context = {
        "query": query,
        "hits": search(query, request.user, language, within=public) if query else [],
        "texts": [] if query else all_articles(language),
    }
    return render(request, "portal/articles.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one article, in the reader's language when there is a text in it."""
    reader = request.user
    articles = Article.objects.published().visible_to(reader).for_audience(Article.Audience.PUBLIC).with_texts()
    article = get_object_or_404(articles, pk=pk)
    text = article.text_in(request.GET.get("language", get_language() or "de"))
    if text is None:
        raise Http404
    context = {
        "article": article,
        "text": text,
        "steps": render_markdown(text.steps),
        "others": [other for other in article.texts.all() if other.pk != text.pk],
        "is_known": isinstance(reader, User),
    }
    return render(request, "portal/article.html", context)
