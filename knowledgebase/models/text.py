"""The texts of an article in each language, every earlier state of them, and changes that wait for a review."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils.translation import gettext_lazy as _

from knowledgebase.models.article import Article, ArticleQuerySet


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
    content_version = models.PositiveIntegerField(
        default=1, help_text="The version in which its words last changed their meaning."
    )
    source_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="The version of the original this says the same as; empty for the original."
    )
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
        ordering = ("language",)
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
        SUBMITTED = "submitted", _("Given to review")
        SENT_BACK = "sent_back", _("Sent back")
        SCHEDULED = "scheduled", _("Scheduled")
        WITHDRAWN = "withdrawn", _("Taken back to the drafts")
        CHECKED = "checked", _("Found still right")

    WORDS = (Change.WRITTEN, Change.REVISED, Change.RESTORED)

    text = models.ForeignKey(ArticleText, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("number"))
    change = models.CharField(_("change"), max_length=10, choices=Change)
    content = models.JSONField(_("content"))
    comment = models.TextField(_("comment"), blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = (models.UniqueConstraint(fields=["text", "number"], name="knowledge_revision_number_once"),)

    def __str__(self) -> str:
        return f"{self.text_id} v{self.number}"


class Proposal(models.Model):
    """A change to a published article, or its text in another language, that somebody else reads before it counts."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for review")
        ACCEPTED = "accepted", _("Accepted")
        SENT_BACK = "sent_back", _("Sent back")

    article = models.ForeignKey(Article, models.CASCADE, related_name="proposals")
    language = models.CharField(_("language"), max_length=2, choices=ArticleText.Language)
    content = models.JSONField(_("content"))
    base_version = models.PositiveIntegerField(help_text="The version it was made from; 0 where there was no text yet.")
    is_small = models.BooleanField(default=False)
    source_version = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.OPEN)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True, default="")

    class Meta:
        verbose_name = _("proposed change")
        verbose_name_plural = _("proposed changes")
        constraints = (
            models.UniqueConstraint(
                fields=["article", "language"], condition=Q(state="open"), name="knowledge_proposal_one_open_a_text"
            ),
        )

    def __str__(self) -> str:
        return f"{self.article_id} {self.language} by {self.by_id}"
