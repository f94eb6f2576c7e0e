"""An article: what it is about, for whom, and how far it is; its words are in its texts."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledgebase.models.category import Audience as AudienceChoices
from knowledgebase.models.category import Category, audiences_up_to
from knowledgebase.models.levels import audience_of
from knowledgebase.models.right import rights_of

if TYPE_CHECKING:
    from knowledgebase.models.text import ArticleText
    from people.models import User


class ArticleQuerySet(models.QuerySet["Article"]):
    """Questions about many articles."""

    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """
        Keep what this person may read.

        Nobody reads beyond their audience. What is not published is seen by its owner and by leads, and what waits for
        a review by whoever reviews.
        """
        if not isinstance(user, AnonymousUser) and user.is_active and user.is_lead:
            return self
        readable = self.for_audience(audience_of(user))
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_agent:
            return readable.published()
        seen = Q(state=Article.State.PUBLISHED) | Q(owner=user)
        if "review" in rights_of(user):
            seen |= Q(state__in=[Article.State.REVIEW, Article.State.SCHEDULED])
        return readable.filter(seen)

    def published(self) -> ArticleQuerySet:
        """Keep what stands in the knowledge base today."""
        return self.filter(state=Article.State.PUBLISHED)

    def for_audience(self, audience: str) -> ArticleQuerySet:
        """Keep what may be shown to readers of that audience: "public", "customers", "agents" or "second_level"."""
        return self.filter(audience__in=audiences_up_to(audience))

    def in_language(self, language: str) -> ArticleQuerySet:
        """Keep articles that have a text in that language."""
        return self.filter(texts__language=language)

    def due(self, now: datetime) -> ArticleQuerySet:
        """Keep what is to be published by now."""
        return self.filter(state=Article.State.SCHEDULED, publish_at__lte=now)

    def to_check(self, today: date) -> ArticleQuerySet:
        """Keep published articles whose day of checking has come."""
        return self.published().filter(check_on__lte=today)

    def out_of_date(self) -> ArticleQuerySet:
        """Keep articles with a translation that was made from an earlier state of its original."""
        return self.filter(
            texts__source_version__isnull=False,
            texts__source_version__lt=models.Subquery(
                self.model.objects.filter(pk=models.OuterRef("pk"), texts__source_version__isnull=True)
                .order_by("texts__pk")
                .values("texts__content_version")[:1]
            ),
        ).distinct()

    def with_texts(self) -> ArticleQuerySet:
        """Load owner, category and texts along."""
        return self.select_related("owner", "category").prefetch_related("texts")

    def locked(self, pk: int) -> Article:
        """Lock one article and return its present state."""
        return self.select_for_update(of=("self",)).get(pk=pk)


class Article(models.Model):
    """A standard solution, instruction or answer; its words are in its texts."""

    class Kind(models.TextChoices):
        STANDARD_SOLUTION = "standard_solution", _("Standard solution")
        HOWTO = "howto", _("How-to")
        FAQ = "faq", _("FAQ")
        KNOWN_ERROR = "known_error", _("Known error")
        INTERNAL = "internal", _("Internal")

    Audience = AudienceChoices

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        REVIEW = "review", _("In review")
        SCHEDULED = "scheduled", _("Scheduled")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    key = models.SlugField(_("key"), max_length=80, unique=True, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.STANDARD_SOLUTION)
    audience = models.CharField(
        _("audience"),
        max_length=12,
        choices=AudienceChoices,
        default=AudienceChoices.PUBLIC,
        help_text="Who may read it: the narrower of what was chosen and what its category allows.",
    )
    chosen_audience = models.CharField(max_length=12, choices=AudienceChoices, blank=True, default="")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("category")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("owner"),
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=5)
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    check_on = models.DateField(_("to be checked on"), null=True, blank=True)
    checked_at = models.DateTimeField(_("last checked"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = (
            models.Index(fields=["state", "-updated_at"], name="knowledge_article_recent"),
            models.Index(fields=["publish_at"], name="knowledge_article_due", condition=Q(state="scheduled")),
            models.Index(fields=["check_on"], name="knowledge_article_to_check", condition=Q(state="published")),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="internal") | Q(audience__in=["agents", "second_level"]),
                name="knowledge_article_internal_is_for_agents",
            ),
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(publish_at__isnull=False), name="knowledge_article_scheduled_when"
            ),
        )

    def __str__(self) -> str:
        return self.key or f"article {self.pk}"

    @property
    def is_published(self) -> bool:
        """Say whether it stands in the knowledge base today."""
        return self.state == self.State.PUBLISHED

    @property
    def needs_review(self) -> bool:
        """Say whether somebody else has to read it first."""
        return self.category is not None and self.category.needs_review

    @property
    def original(self) -> ArticleText | None:
        """Pick the text the others were made from: the first that was not made from another."""
        return min((text for text in self.texts.all() if text.source_version is None), key=_age, default=None)

    @property
    def version(self) -> int:
        """Count the versions of all its texts: whoever read this one has read them all."""
        return sum(text.version for text in self.texts.all())

    def text_in(self, language: str) -> ArticleText | None:
        """Pick the text in that language, else the one there is."""
        texts = sorted(self.texts.all(), key=lambda text: (text.language != language, text.language))
        return texts[0] if texts else None

    def is_out_of_date(self, text: ArticleText) -> bool:
        """Tell whether the original was changed since this translation was made."""
        original = self.original
        if text.source_version is None or original is None:
            return False
        return text.source_version < original.content_version


def _age(text: ArticleText) -> int:
    return text.pk
