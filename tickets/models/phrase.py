"""The words by which people say that they have had enough; administrators keep the list."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Phrase(models.Model):
    """A phrase of one language; it is found wherever it stands in a message."""

    class Language(models.TextChoices):
        DE = "de", "Deutsch"
        EN = "en", "English"

    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    words = models.CharField(_("phrase"), max_length=80)

    class Meta:
        verbose_name = _("phrase")
        ordering = ("language", "words")
        constraints = (models.UniqueConstraint(fields=["language", "words"], name="phrase_once"),)

    def __str__(self) -> str:
        return self.words
