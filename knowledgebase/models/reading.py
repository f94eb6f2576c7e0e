"""What stands around the texts: their pictures, what readers say, and what people are told."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledgebase.models.article import Article


class Picture(models.Model):
    """A picture pasted into a text; whoever may read the article sees it, until there is one its painter alone."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    article = models.ForeignKey(Article, models.CASCADE, null=True, blank=True, related_name="pictures")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=30)
    sha256 = models.CharField(max_length=64)
    data = models.BinaryField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        indexes = (
            models.Index(fields=["added_at"], name="knowledge_picture_of_none", condition=Q(article__isnull=True)),
        )

    def __str__(self) -> str:
        return self.name


class Feedback(models.Model):
    """Whether an article helped a reader; one voice a person, or a browser where nobody is logged in."""

    article = models.ForeignKey(Article, models.CASCADE, related_name="feedback")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    visitor = models.CharField(max_length=64, blank=True)
    is_helpful = models.BooleanField(_("helpful"))
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = (
            models.UniqueConstraint(
                fields=["article", "person"],
                name="knowledge_feedback_once_a_person",
                condition=Q(person__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["article", "visitor"],
                name="knowledge_feedback_once_a_visitor",
                condition=Q(person__isnull=True),
            ),
            models.CheckConstraint(
                condition=Q(person__isnull=False) | ~Q(visitor=""), name="knowledge_feedback_is_of_somebody"
            ),
        )

    def __str__(self) -> str:
        return f"{self.article_id}: {'helpful' if self.is_helpful else 'not helpful'}"


class Notice(models.Model):
    """Something about an article that one person is told, once an occasion."""

    class Kind(models.TextChoices):
        CHECK_DUE = "check_due", _("Is this article still right?")
        SUBMITTED = "submitted", _("An article waits for your review")
        SENT_BACK = "sent_back", _("Your article came back from review")
        PROPOSED = "proposed", _("A change to an article waits for your review")
        PUBLISHED = "published", _("Your article is published")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="knowledge_notices")
    article = models.ForeignKey(Article, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    occasion = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = (
            models.UniqueConstraint(
                fields=["person", "article", "kind", "occasion"], name="knowledge_notice_once_an_occasion"
            ),
        )
        indexes = (
            models.Index(fields=["person"], name="knowledge_notice_unseen", condition=Q(seen_at__isnull=True)),
            models.Index(fields=["person", "-id"], name="knowledge_notice_newest"),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.person_id} about {self.article_id}"
