"""Categories of articles, and for whom things are written."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """For whom something is written, from the widest to the narrowest; each reads what the wider ones read."""

    PUBLIC = "public", _("Everybody")
    CUSTOMERS = "customers", _("Logged-in customers")
    AGENTS = "agents", _("Agents only")
    SECOND_LEVEL = "second_level", _("Second level only")


def audiences_up_to(audience: str) -> list[str]:
    """List what readers of this audience may read: theirs and every wider one."""
    known = list(Audience.values)
    return known[: known.index(audience) + 1] if audience in known else known[:1]


def narrower(one: str, other: str) -> str:
    """Pick the narrower of two audiences."""
    known = list(Audience.values)
    return max(one, other, key=known.index)


class Category(models.Model):
    """What a number of articles is about, who may read them, and whether somebody else reads them first."""

    key = models.SlugField(_("key"), max_length=80, unique=True)
    name_de = models.CharField(_("name in German"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    audience = models.CharField(
        _("for whom at most"),
        max_length=12,
        choices=Audience,
        default=Audience.PUBLIC,
        help_text=_("No article in it is shown to more people than these; an article may be for fewer."),
    )
    needs_review = models.BooleanField(
        _("published only after a review"),
        default=False,
        help_text=_("Somebody other than the author reads each article and each later change first."),
    )
    review_days = models.PositiveSmallIntegerField(
        _("days between two checks"), default=180, help_text=_("Then its owner is asked whether it is still right.")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Say what it is called in the reader's language."""
        return self.name_de if (get_language() or "de").startswith("de") else self.name_en
