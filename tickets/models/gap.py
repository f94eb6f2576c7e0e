"""What the knowledge base lacks, found at night; and which article was written out of which ticket."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Article, ArticleText
from people.models import User
from tickets.models.ticket import Ticket


class WrittenFrom(models.Model):
    """The article that was begun out of a solved ticket: one a ticket, so that asking twice leads to the same."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="written_article")
    article = models.ForeignKey(Article, models.CASCADE, related_name="+")
    masked = models.JSONField(default=dict, help_text="How often what was masked.")
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.article_id} out of {self.ticket_id}"


class GapQuerySet(models.QuerySet["Gap"]):
    """Questions about many gaps."""

    def visible_to(self, user: User) -> "GapQuerySet":
        """Keep what this person may know of: a gap with a ticket they may see."""
        if not user.is_active or not user.is_agent:
            return self.none()
        if user.is_lead:
            return self
        seen = Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))
        return self.filter(Exists(GapTicket.objects.filter(Exists(seen), gap=OuterRef("pk"))))


class Gap(models.Model):
    """Requests about the same that were solved, or had to be made, because no article was there."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        DRAFTED = "drafted", _("Being written")
        DISMISSED = "dismissed", _("Dismissed")

    words = ArrayField(models.CharField(max_length=60), default=list)
    queries = ArrayField(models.CharField(max_length=200), default=list, help_text="Searched for just before.")
    language = models.CharField(max_length=2)
    tickets_count = models.PositiveIntegerField(default=0)
    requesters = models.PositiveIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0, help_text="Of handling a ticket, the middle one.")
    score = models.BigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    article = models.ForeignKey(Article, models.SET_NULL, null=True, blank=True, related_name="+")
    alike = models.ForeignKey(
        ArticleText, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Perhaps it is there already."
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_count = models.PositiveIntegerField(default=0, help_text="How many tickets there were then.")
    found_at = models.DateTimeField()

    objects = GapQuerySet.as_manager()

    class Meta:
        ordering = ("-score", "pk")
        indexes = (models.Index(fields=["state", "-score"], name="gap_ranked"),)

    def __str__(self) -> str:
        return ", ".join(self.words)


class GapTicket(models.Model):
    """A ticket that belongs to a gap; the most typical one first."""

    gap = models.ForeignKey(Gap, models.CASCADE, related_name="members")
    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="gap")
    position = models.PositiveIntegerField()

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["gap", "position"], name="gap_place_once"),)

    def __str__(self) -> str:
        return f"{self.ticket_id} in {self.gap_id}"


class GapNight(models.Model):
    """A night in which gaps were looked for; begun once, and again only when whoever began is gone."""

    night = models.DateField(unique=True)
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    found = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.night}"
