"""The views of the list: what is mine, what waits, what is due; and how many there are of each."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Article, ArticleQuerySet, Proposal, rights_of
from people.models import User

NAMES: dict[str, Promise] = {
    "": _("All articles"),
    "mine": _("Mine"),
    "review": _("Waiting for review"),
    "scheduled": _("Scheduled"),
    "check": _("To be checked"),
    "outdated": _("Translation out of date"),
}


@dataclass(frozen=True)
class View:
    """One view of the list, and how many articles it shows; what everybody has is not counted."""

    key: str
    name: str
    count: int | None


def known(asked: str) -> str:
    """Give the view asked for, else that of all articles."""
    return asked if asked in NAMES else ""


def narrowed(user: User, view: str, today: date) -> ArticleQuerySet:
    """Keep the articles of one view that this person may see."""
    articles: ArticleQuerySet = Article.objects.visible_to(user)
    narrow: dict[str, Callable[[], ArticleQuerySet]] = {
        "mine": lambda: articles.filter(owner=user).exclude(state=Article.State.ARCHIVED),
        "review": lambda: articles.filter(_waits(user)),
        "scheduled": lambda: articles.filter(state=Article.State.SCHEDULED),
        "check": lambda: articles.to_check(today),
        "outdated": lambda: articles.exclude(state=Article.State.ARCHIVED).out_of_date(),
    }
    return narrow[view]() if view in narrow else articles


def views_of(user: User, today: date) -> list[View]:
    """Give the views with their counts."""
    counts = Article.objects.visible_to(user).aggregate(
        review=Count("pk", filter=_waits(user)),
        scheduled=Count("pk", filter=Q(state=Article.State.SCHEDULED)),
        check=Count("pk", filter=Q(state=Article.State.PUBLISHED, check_on__lte=today)),
    )
    counts["outdated"] = narrowed(user, "outdated", today).count()
    return [View(key, str(name), counts.get(key)) for key, name in NAMES.items()]


def _waits(user: User) -> Q:
    """Waits for a review: the whole article, or a change to it that this person proposed or may decide on."""
    proposals = Proposal.objects.filter(article=OuterRef("pk"), state=Proposal.State.OPEN)
    if "review" not in rights_of(user):
        proposals = proposals.filter(by=user)
    return Q(state=Article.State.REVIEW) | Q(Exists(proposals))
