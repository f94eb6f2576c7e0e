"""Looking through the articles, reading one, and two of its languages side by side."""

from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from knowledgebase import overview
from knowledgebase.differences import differences
from knowledgebase.forms import FilterForm
from knowledgebase.kinds import parts_of
from knowledgebase.models import Article, ArticleQuerySet, ArticleText, Feedback, Revision, Searched
from knowledgebase.models.levels import audience_of
from knowledgebase.operations import Content
from knowledgebase.permissions import can
from knowledgebase.search import Answer, ask
from knowledgebase.steering_forms import CareForm, DecisionForm, MomentForm, SubmitForm
from knowledgebase.views.access import AgentRequest, agents_only, article_for
from knowledgebase.views.proposals import proposals_for

_PAGE = 25
_ACTIONS = ("edit", "submit", "publish", "archive", "check", "review")


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
    form = FilterForm(request.GET, reads=audience_of(request.user))
    asked = form.cleaned_data if form.is_valid() else {}
    today = timezone.localdate()
    view = overview.known(asked.get("view", ""))
    articles = _filtered(overview.narrowed(request.user, view, today), asked, view)
    context: dict[str, Any] = {"form": form, "q": asked.get("q", ""), "page": None, "view": view, "today": today}
    if context["q"]:
        answer = _ask(request, articles, asked)
        context |= {"rows": _found(answer), "meant": answer.meant, "instead": answer.instead}
    else:
        page = Paginator(articles.with_texts().order_by("-updated_at", "-pk"), _PAGE).get_page(request.GET.get("page"))
        wanted = asked.get("language") or _language()
        texts = ((article, _shown(article, view, wanted)) for article in page)
        context["rows"] = [Row(article, text, text.title) for article, text in texts if text]
        context["page"] = page
        context["query"] = urlencode({name: getattr(value, "pk", value) for name, value in asked.items() if value})
    if request.htmx and request.htmx.target == "articles":
        return render(request, "knowledgebase/_articles.html", context)
    context["views"] = overview.views_of(request.user, today)
    context["may_write"] = can(request.user, "write")
    return render(request, "knowledgebase/list.html", context)


@agents_only
@require_GET
def show(request: AgentRequest, pk: int) -> HttpResponse:
    """Show an article in the asked language, else in one's own, else in the one there is."""
    article = article_for(request, pk)
    wanted = request.GET.get("language") or _language()
    text = article.text_in(wanted)
    languages = {one.language for one in article.texts.all()}
    context = {
        "article": article,
        "text": text,
        "parts": parts_of(text, article.kind) if text else [],
        "original": article.original,
        "fell_back": text is not None and text.language != wanted,
        "missing": [choice for choice in ArticleText.Language if choice not in languages],
        "may": {action: can(request.user, action, article) for action in _ACTIONS},
        "proposals": proposals_for(request.user, article),
        "said": _last_comment(article),
        "readers": article.feedback.aggregate(all=Count("pk"), helped=Count("pk", filter=Q(is_helpful=True))),
        "mine": Feedback.objects.filter(article=article, person=request.user).first(),
        "is_due": article.is_published and article.check_on is not None and article.check_on <= timezone.localdate(),
        "submit_form": SubmitForm(),
        "moment_form": MomentForm(),
        "decision_form": DecisionForm(),
        "care_form": CareForm(initial={"owner": article.owner_id, "check_on": article.check_on}, auto_id="care_%s"),
    }
    return render(request, "knowledgebase/show.html", context)


@agents_only
@require_GET
def comparison(request: AgentRequest, pk: int, language: str) -> HttpResponse:
    """Show a translation beside its original, and what the original has changed since."""
    article = article_for(request, pk)
    text: ArticleText = get_object_or_404(article.texts, language=language, source_version__isnull=False)
    original = article.original
    made_from = None
    if original is not None and text.source_version is not None:
        made_from = original.revisions.filter(number=text.source_version).first()
    since = differences(made_from.content, asdict(Content.of(original))) if original and made_from else []
    context = {
        "article": article,
        "text": text,
        "original": original,
        "is_out_of_date": article.is_out_of_date(text),
        "since": since,
        "columns": [(one, parts_of(one, article.kind)) for one in (original, text) if one is not None],
        "may_edit": can(request.user, "edit", article),
    }
    return render(request, "knowledgebase/comparison.html", context)


def _ask(request: AgentRequest, articles: ArticleQuerySet, asked: dict[str, Any]) -> Answer:
    language = asked.get("language") or _language()
    return ask(asked["q"], request.user, language, place=Searched.Place.AGENT, within=articles)


def _found(answer: Answer) -> list[Row]:
    texts = Prefetch("texts", ArticleText.objects.order_by("language"))
    prefetch_related_objects([hit.text.article for hit in answer.hits], texts)
    return [Row(hit.text.article, hit.text, hit.title, hit.excerpt) for hit in answer.hits]


def _shown(article: Article, view: str, language: str) -> ArticleText | None:
    """Pick the text a line shows: in the view of translations that fell behind, the one that did."""
    behind = [text for text in article.texts.all() if view == "outdated" and article.is_out_of_date(text)]
    return behind[0] if behind else article.text_in(language)


def _filtered(articles: ArticleQuerySet, asked: dict[str, Any], view: str) -> ArticleQuerySet:
    if kind := asked.get("kind"):
        articles = articles.filter(kind=kind)
    if language := asked.get("language"):
        articles = articles.in_language(language)
    if category := asked.get("category"):
        articles = articles.filter(category=category)
    if state := asked.get("state"):
        return articles.filter(state=state)
    return articles if view else articles.exclude(state=Article.State.ARCHIVED)


def _last_comment(article: Article) -> Revision | None:
    """Give what was said last on the way to the readers, while the article is on it."""
    if article.state not in (Article.State.DRAFT, Article.State.REVIEW):
        return None
    said = Revision.objects.filter(text__article=article).select_related("by").order_by("-at", "-pk")
    spoken = said.filter(change__in=[Revision.Change.SENT_BACK, Revision.Change.SUBMITTED]).first()
    return spoken if spoken is not None and spoken.comment else None


def _language() -> str:
    return (get_language() or "de")[:2]
