"""What the search knows beside the articles: equal words, words that tell nothing, spellings, and what was searched for."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledgebase.models.article import Article

_LANGUAGES = [("", _("both")), ("de", "Deutsch"), ("en", "English")]


class Synonyms(models.Model):
    """Words that mean the same; whoever searches for one finds the others. Kept in small letters."""

    words = ArrayField(models.CharField(max_length=60), verbose_name=_("words"))
    language = models.CharField(
        _("language of the articles"), max_length=2, choices=_LANGUAGES, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ("words", "pk")
        indexes = (GinIndex(fields=["words"], name="knowledge_synonyms_words"),)

    def __str__(self) -> str:
        return ", ".join(self.words)


class StopWord(models.Model):
    """A word that tells nothing about a request: it is neither looked up nor given as a reason."""

    word = models.CharField(_("word"), max_length=60, unique=True)

    class Meta:
        verbose_name = _("filler word")
        verbose_name_plural = _("filler words")
        ordering = ("word",)

    def __str__(self) -> str:
        return self.word


class Term(models.Model):
    """A word of some article, as it is spelt there; a trigger adds what a text brings."""

    word = models.CharField(max_length=40, unique=True)

    class Meta:
        indexes = (GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="knowledge_term_alike"),)

    def __str__(self) -> str:
        return self.word


class Searched(models.Model):
    """That something was searched for. Whoever it was is kept as a keyed hash, or not at all; 90 days long."""

    class Place(models.TextChoices):
        PORTAL = "portal", _("Portal")
        AGENT = "agent", _("Agents")
        BOT = "bot", _("Chat")

    query = models.CharField(_("words"), max_length=200)
    language = models.CharField(_("language"), max_length=2)
    place = models.CharField(_("where"), max_length=6, choices=Place)
    person = models.CharField(max_length=64, blank=True, default="")
    hits = models.PositiveIntegerField(_("hits"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("search")
        verbose_name_plural = _("searches")
        indexes = (
            models.Index(fields=["at"], name="knowledge_searched_at"),
            models.Index(fields=["query"], name="knowledge_searched_query"),
            models.Index(fields=["person", "-at"], name="knowledge_searched_person", condition=~models.Q(person="")),
            models.Index(fields=["-at"], name="knowledge_searched_in_vain", condition=models.Q(hits=0)),
        )

    def __str__(self) -> str:
        return self.query


class Origin(models.Model):
    """Under which name an article is known outside: importing it again changes it instead of adding another."""

    article = models.OneToOneField(Article, models.CASCADE, related_name="origin")
    external_id = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.external_id


class ImportFile(models.Model):
    """A file of articles that was tried; it is kept for a day, until somebody says that it shall count."""

    name = models.CharField(_("file"), max_length=200)
    data = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name
