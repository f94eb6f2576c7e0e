"""Questionnaires: what is asked about a kind of problem, in versions, and what was answered about a ticket."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from people.models import User
from tickets.models.queue import Queue
from tickets.models.ticket import Ticket


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    """Questions about many questionnaires."""

    def in_use(self) -> "QuestionnaireQuerySet":
        """Keep what people are asked now: active ones with a published version."""
        return self.filter(is_active=True, versions__replaced_at__isnull=True, versions__isnull=False)


class Questionnaire(models.Model):
    """The questions about one kind of problem; `draft` is what the editor works on, versions are what people see."""

    name_de = models.CharField(_("name (German)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80, blank=True)
    queue = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="questionnaires", verbose_name=_("queue")
    )
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="questionnaires", verbose_name=_("category")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("active"), default=True)
    draft = models.JSONField(_("questions"), default=list, blank=True)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Give the name in the reader's language."""
        return self.name_in(get_language() or "de")

    def name_in(self, language: str) -> str:
        """Give the name in this language, else in the one there is."""
        return self.name_en if language == "en" and self.name_en else self.name_de


class QuestionnaireVersion(models.Model):
    """Questions as they were published; never changed, so that an answered ticket keeps what was asked."""

    questionnaire = models.ForeignKey(Questionnaire, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    questions = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("questionnaire", "-number")
        constraints = (
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_once"),
            models.UniqueConstraint(
                fields=["questionnaire"], condition=models.Q(replaced_at=None), name="questionnaire_one_current"
            ),
        )

    def __str__(self) -> str:
        return f"{self.questionnaire} {self.number}"


class Interview(models.Model):
    """That a ticket's requester was asked, by which version, and how far it went."""

    class State(models.TextChoices):
        ASKING = "asking", _("being asked")
        DONE = "done", _("answered")
        STOPPED = "stopped", _("stopped for a person")

    ticket = models.OneToOneField(Ticket, models.CASCADE, related_name="interview")
    version = models.ForeignKey(
        QuestionnaireVersion, models.PROTECT, null=True, blank=True, related_name="interviews",
        help_text="Empty while a chat asks what it is about.",
    )  # fmt: skip
    state = models.CharField(max_length=7, choices=State.choices, default=State.DONE)
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(version__isnull=False) | ~models.Q(state="done"), name="interview_done_has_version"
            ),
        )

    def __str__(self) -> str:
        return f"interview about {self.ticket_id}"


class Answer(models.Model):
    """A question that was asked about a ticket, in both languages, with its answer; no value: it was passed over."""

    class Found(models.TextChoices):
        NOBODY = "", ""
        AGENT = "agent", _("marked by an agent")
        TEXT = "text", _("read from an answer")

    interview = models.ForeignKey(Interview, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    label_de = models.CharField(max_length=300)
    label_en = models.CharField(max_length=300)
    value = models.JSONField(null=True)
    text_de = models.TextField(blank=True)
    text_en = models.TextField(blank=True)
    fact = models.CharField(max_length=12, blank=True)
    changed_route = models.BooleanField(null=True)
    changed_solution = models.BooleanField(null=True)
    still_asked = models.CharField(max_length=5, choices=Found.choices, blank=True, default="")
    still_asked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    still_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=["interview", "question"], name="answer_once"),)
        indexes = (models.Index(fields=["question"], name="answer_of_question"),)

    def __str__(self) -> str:
        return f"{self.label_de}: {self.text_de}"

    @property
    def label(self) -> str:
        """Give the question in the reader's language."""
        return self.label_en if get_language() == "en" else self.label_de

    @property
    def text(self) -> str:
        """Give the answer in the reader's language."""
        return self.text_en if get_language() == "en" else self.text_de
