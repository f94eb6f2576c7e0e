"""Reading the knowledge base in the portal, and saying whether an article helped."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from helpdesk.lib.limits import allow
from knowledgebase.kinds import parts_of
from knowledgebase.models import Searched
from knowledgebase.operations import give_feedback
from knowledgebase.search import Answer, ask
from people.models import User
from portal.queries import by_category, readable

_HOUR = timedelta(hours=1)
_MOST_VOICES = 60
_VISITOR = "reader"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Search, or show what there is."""
    query, language = request.GET.get("q", "")[:200].strip(), get_language() or "de"
    found = Answer(hits=[])
    if query:
        found = ask(query, request.user, language, place=Searched.Place.PORTAL, within=readable(request.user))
    context = {
        "query": query,
        "hits": found.hits,
        "meant": found.meant,
        "instead": found.instead,
        "shelves": [] if query else by_category(request.user, language),
    }
    return render(request, "portal/articles.html", context)


@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one article, in the reader's language when there is a text in it."""
    article = get_object_or_404(readable(request.user).with_texts(), pk=pk)
    own = get_language() or "de"
    text = article.text_in(request.GET.get("language", own))
    if text is None:
        raise Http404
    context = {
        "article": article,
        "text": text,
        "parts": parts_of(text, article.kind),
        "others": [other for other in article.texts.all() if other.pk != text.pk],
        "original": article.original,
        "fell_back": text.language != own and own not in {one.language for one in article.texts.all()},
        "is_out_of_date": article.is_out_of_date(text),
    }
    return render(request, "portal/article.html", context)


@require_POST
def feedback(request: HttpRequest, pk: int) -> HttpResponse:
    """Count whether the article helped, once a reader; who was not helped goes on to the form."""
    article = get_object_or_404(readable(request.user).with_texts(), pk=pk)
    is_helpful = request.POST.get("helpful") == "yes"
    person = request.user if isinstance(request.user, User) else None
    if person is not None or allow(f"feedback:{request.META.get('REMOTE_ADDR', '')}", _MOST_VOICES, per=_HOUR):
        visitor = "" if person else _visitor(request)
        give_feedback(article, is_helpful=is_helpful, person=person, visitor=visitor, now=timezone.now())
    if is_helpful:
        return redirect("portal:solved")
    text = article.text_in(get_language() or "de")
    title = text.title if text else ""
    return redirect(f"{reverse('portal:new')}?{urlencode({'q': title})}")


def _visitor(request: HttpRequest) -> str:
    """Give what tells this browser from others, and nothing else about it."""
    if _VISITOR not in request.session:
        request.session[_VISITOR] = secrets.token_urlsafe(24)
    return str(request.session[_VISITOR])
