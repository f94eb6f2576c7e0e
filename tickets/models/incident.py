"""Major incidents: proposed from bursts of requests, confirmed by people, with everybody who is affected."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.models import User
from tickets.models.event import Event
from tickets.models.ticket import Ticket


class Burst(models.Model):
    """A burst that may be a major incident: what was seen, what an ordinary hour would have shown, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        CONFIRMED = "confirmed", _("confirmed")
        DISMISSED = "dismissed", _("false alarm")

    topic = models.CharField(max_length=80, help_text="article:12, rule:vpn or word:scanner")
    label = models.CharField(_("topic"), max_length=250)
    slot = models.DateTimeField(help_text="When the first request of the burst came.")
    found_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When its newest request came.")
    seen = models.PositiveIntegerField()
    expected = models.FloatField()
    chance = models.FloatField()
    words = models.JSONField(default=list)
    tickets = models.ManyToManyField(Ticket, related_name="bursts")
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("proposed major incident")
        ordering = ("-found_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["topic", "slot"], name="burst_once"),
            models.UniqueConstraint(fields=["topic"], condition=models.Q(state="open"), name="burst_one_open"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None)
                | (~models.Q(state="open") & models.Q(decided_at__isnull=False)),
                name="burst_decided_at",
            ),
        )
        indexes = (models.Index(fields=["-last_at"], name="burst_newest"),)

    def __str__(self) -> str:
        return self.label


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Questions about many incidents."""

    def running(self) -> "IncidentQuerySet":
        """Keep those that are not over."""
        return self.filter(ended_at=None)

    def shown_to(self, person: User | None) -> "IncidentQuerySet":
        """Keep the running ones whose banner this person may see; nobody: whoever has not signed in."""
        everybody = models.Q(audience=Incident.Audience.EVERYBODY)
        if person is None or not person.is_active:
            return self.running().filter(everybody)
        if person.is_agent:
            return self.running()
        affected = Affected.objects.filter(person=person).values("incident")
        known = models.Q(audience=Incident.Audience.SIGNED_IN)
        return self.running().filter(everybody | known | models.Q(pk__in=affected))


class Incident(models.Model):
    """A major incident: a ticket that stands for many, and what the people who are affected are told."""

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("everybody, also without login")
        SIGNED_IN = "signed_in", _("everybody who is signed in")
        AFFECTED = "affected", _("only who is affected")

    ticket = models.OneToOneField(Ticket, models.PROTECT, related_name="incident")
    burst = models.OneToOneField(Burst, models.SET_NULL, null=True, blank=True, related_name="incident")
    title_de = models.CharField(_("title (German)"), max_length=200)
    title_en = models.CharField(_("title (English)"), max_length=200)
    banner_de = models.TextField(_("banner (German)"), blank=True)
    banner_en = models.TextField(_("banner (English)"), blank=True)
    audience = models.CharField(
        _("who sees the banner"), max_length=9, choices=Audience.choices, default=Audience.SIGNED_IN
    )
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        verbose_name = _("major incident")
        ordering = ("-started_at", "-pk")
        indexes = (models.Index(fields=["-started_at"], name="incident_running", condition=models.Q(ended_at=None)),)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Give the title in the reader's language."""
        return self.title_in(get_language() or "de")

    def title_in(self, language: str) -> str:
        """Give the title in this language."""
        return self.title_en if language == "en" else self.title_de

    @property
    def banner(self) -> str:
        """Give the banner's text in the reader's language."""
        return self.banner_en if get_language() == "en" else self.banner_de

    @property
    def is_running(self) -> bool:
        """Tell whether it is not over."""
        return self.ended_at is None


class IncidentTicket(models.Model):
    """A ticket that is about the incident."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="children")
    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="incident_link")
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.ticket_id} of {self.incident_id}"


class Affected(models.Model):
    """A person who has the problem: told of it, and asked in the end whether it works again. Once an incident."""

    class Way(models.TextChoices):
        TICKET = "ticket", _("by a request")
        ME_TOO = "me_too", _("by “me too”")
        PHONE = "phone", _("by phone")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="affected")
    person = models.ForeignKey(User, models.CASCADE, related_name="affected_by")
    way = models.CharField(max_length=6, choices=Way.choices)
    at = models.DateTimeField()
    works_again = models.BooleanField(null=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["incident", "person"], name="affected_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} by {self.incident_id}"


class IncidentNews(models.Model):
    """What everybody who is affected was told, each in their language; the last one asks whether it works again."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="news")
    event = models.OneToOneField(Event, models.PROTECT, related_name="news")
    text_de = models.TextField(_("German"))
    text_en = models.TextField(_("English"))
    is_last = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["incident"], condition=models.Q(is_last=True), name="news_one_last"),
        )

    def __str__(self) -> str:
        return self.text_de[:60]

    @property
    def text(self) -> str:
        """Give the words in the reader's language."""
        return self.text_in(get_language() or "de")

    def text_in(self, language: str) -> str:
        """Give the words in this language."""
        return self.text_en if language == "en" else self.text_de
