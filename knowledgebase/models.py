"""Articles: what they are about, their texts in each language, and every earlier state of a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Prefetch, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from people.models import User


class ArticleQuerySet(models.QuerySet["Article"]):
    """Questions about many articles."""

    def visible_to(self, user: User | AnonymousUser) -> ArticleQuerySet:
        """Keep what this person may read; unpublished articles only for their owner, leads and administrators."""
        if isinstance(user, AnonymousUser) or not user.is_active or not user.is_agent:
            return self.filter(state=Article.State.PUBLISHED, audience=Article.Audience.PUBLIC)
        if user.is_lead:
            return self
        return self.filter(Q(state=Article.State.PUBLISHED) | Q(owner=user))

    def published(self) -> ArticleQuerySet:
        """Keep what stands in the knowledge base today."""
        return self.filter(state=Article.State.PUBLISHED)

    def for_audience(self, audience: str) -> ArticleQuerySet:
        """Keep what may be shown to "public" readers, or to "agents", who read everything."""
        return self.filter(audience=Article.Audience.PUBLIC) if audience == Article.Audience.PUBLIC else self

    def in_language(self, language: str) -> ArticleQuerySet:
        """Keep articles that have a text in that language."""
        return self.filter(Exists(ArticleText.objects.filter(article=OuterRef("pk"), language=language)))

    def with_texts(self) -> ArticleQuerySet:
        """Load owner and texts along."""
        return self.select_related("owner").prefetch_related(
            Prefetch("texts", ArticleText.objects.order_by("language"))
        )

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

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Everybody")
        AGENTS = "agents", _("Agents only")

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    key = models.SlugField(_("key"), max_length=80, unique=True, null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.STANDARD_SOLUTION)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.PUBLIC)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("owner"),
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=5)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        indexes = (models.Index(fields=["state", "-updated_at"], name="knowledge_article_recent"),)
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="internal") | Q(audience="agents"), name="knowledge_article_internal_is_for_agents"
            ),
        )

    def __str__(self) -> str:
        return self.key or f"article {self.pk}"

    @property
    def is_published(self) -> bool:
        """Say whether it stands in the knowledge base today."""
        return self.state == self.State.PUBLISHED

    def text_in(self, language: str) -> ArticleText | None:
        """Pick the text in that language, else the one there is."""
        texts = sorted(self.texts.all(), key=lambda text: (text.language != language, text.language))
        return texts[0] if texts else None


def _apart(field: str) -> Func:
    # PostgreSQL reads "Outlook/Teams" as one path and "setup_client" as one name; people search for the parts.
    return Func(F(field), Value("/\\_"), Value("   "), function="translate", output_field=models.TextField())


def _vector(config: str) -> Combinable:
    return (
        SearchVector(_apart("title"), weight="A", config=config)
        + SearchVector(_apart("keywords"), _apart("symptom"), weight="B", config=config)
        + SearchVector(_apart("steps"), _apart("cause"), _apart("environment"), weight="C", config=config)
        + SearchVector(_apart("expected_result"), weight="D", config=config)
    )


class ArticleTextQuerySet(models.QuerySet["ArticleText"]):
    """Questions about many texts."""

    def of(self, articles: ArticleQuerySet) -> ArticleTextQuerySet:
        """Keep the texts of these articles."""
        return self.filter(article__in=articles)


class ArticleTextManager(models.Manager.from_queryset(ArticleTextQuerySet)):  # type: ignore[misc]
    """Leaves the search vector in the database: nobody reads it in Python."""

    def get_queryset(self) -> ArticleTextQuerySet:
        queryset: ArticleTextQuerySet = super().get_queryset()
        return queryset.defer("search_vector")


class ArticleText(models.Model):
    """An article in one language."""

    class Language(models.TextChoices):
        DE = "de", "Deutsch"
        EN = "en", "English"

    article = models.ForeignKey(Article, models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=2, choices=Language)
    title = models.CharField(_("title"), max_length=200)
    symptom = models.TextField(_("symptom"), blank=True)
    environment = models.TextField(_("environment"), blank=True)
    cause = models.TextField(_("cause"), blank=True)
    steps = models.TextField(_("steps"), blank=True)
    expected_result = models.TextField(_("expected result"), blank=True)
    keywords = models.CharField(_("keywords"), max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(_("changed"))
    search_vector = models.GeneratedField(
        expression=Case(When(language="de", then=_vector("helpdesk_german")), default=_vector("helpdesk_english")),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ArticleTextManager()

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = (
            models.UniqueConstraint(fields=["article", "language"], name="knowledge_text_once_a_language"),
            models.CheckConstraint(condition=Q(language__in=["de", "en"]), name="knowledge_text_language"),
        )
        indexes = (
            GinIndex(fields=["search_vector"], name="knowledge_text_words"),
            GinIndex(fields=["title"], opclasses=["gin_trgm_ops"], name="knowledge_text_title"),
        )

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """What a text said after one change; a trigger keeps rows from being changed or deleted."""

    class Change(models.TextChoices):
        WRITTEN = "written", _("Written")
        REVISED = "revised", _("Revised")
        RESTORED = "restored", _("Earlier version restored")
        PUBLISHED = "published", _("Published")
        ARCHIVED = "archived", _("Archived")

    text = models.ForeignKey(ArticleText, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    change = models.CharField(_("change"), max_length=10, choices=Change)
    content = models.JSONField(_("content"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = (models.UniqueConstraint(fields=["text", "number"], name="knowledge_revision_number_once"),)

    def __str__(self) -> str:
        return f"{self.text_id} v{self.number}"
