"""Pages about standard solutions and triage: what helps, which of two helps more, how often the model was right."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from knowledgebase.models import Article
from people.models import User
from reports import accuracy as accuracy_of
from reports import effectiveness as effectiveness_of
from reports.views import staff

_PAGE = 30


@login_required
@require_safe
def effectiveness(request: HttpRequest) -> HttpResponse:
    """List articles by how well they help."""
    user = staff(request)
    order = request.GET.get("order", "")
    order = order if order in effectiveness_of.ORDERS else effectiveness_of.ORDERS[0]
    rows = effectiveness_of.rows(user, _language(), timezone.now(), order)
    return render(request, "reports/effectiveness.html", {"rows": rows, "order": order})


@login_required
@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """Put two articles side by side; without two, choose them."""
    user = staff(request)
    articles = [_article(user, request.GET.get(name, "")) for name in ("one", "other")]
    one, other = articles
    now, language = timezone.now(), _language()
    compared = effectiveness_of.compare(one, other, language, now) if one and other and one != other else None
    context = {
        "comparison": compared,
        "rows": effectiveness_of.rows(user, language, now),
        "one": one.pk if one else 0,
        "other": other.pk if other else 0,
    }
    return render(request, "reports/comparison.html", context)


@login_required
@require_safe
def accuracy(request: HttpRequest) -> HttpResponse:
    """Show leads how often triage was right, week by week, and where it was wrong."""
    if not staff(request).is_lead:
        raise PermissionDenied
    now = timezone.now()
    page = Paginator(accuracy_of.wrong(), _PAGE).get_page(request.GET.get("page"))
    context = {"weeks": accuracy_of.weeks(now), "lines": accuracy_of.lines(now), "page": page}
    return render(request, "reports/accuracy.html", context)


def _article(user: User, pk: str) -> Article | None:
    """Give the article a query string names; none for none, 404 for one that may not be read."""
    if not pk.isdecimal() or len(pk) > 9:
        return None
    return get_object_or_404(Article.objects.visible_to(user).with_texts(), pk=int(pk))


def _language() -> str:
    return (get_language() or "de")[:2]
