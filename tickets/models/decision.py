"""What the learnt model may do by itself, what it decided or would have decided, and whether that was right."""

from datetime import datetime

from django.db import models
from django.db.models.functions import RowNumber
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.lib.statistics import Interval, wilson
from knowledgebase.models import ArticleText, Category
from tickets.models.queue import Queue
from tickets.models.ticket import Ticket


class Subject(models.TextChoices):
    """What is decided."""

    QUEUE = "queue", _("Queue")
    PRIORITY = "priority", _("Priority")
    ARTICLE = "article", _("Answer")


class TriageMode(models.Model):
    """How far the model goes by itself: for requests to one queue, or for the answers of one category of articles."""

    class Mode(models.TextChoices):
        SHADOW = "shadow", _("Shadow: records only")
        SUGGEST = "suggest", _("Suggest: people decide")
        ACT = "act", _("Act: by itself, as long as it is right often enough")

    subject = models.CharField(max_length=8, choices=Subject)
    queue = models.ForeignKey(Queue, models.CASCADE, null=True, blank=True, related_name="+")
    category = models.ForeignKey(Category, models.CASCADE, null=True, blank=True, related_name="+")
    mode = models.CharField(_("mode"), max_length=7, choices=Mode, default=Mode.SUGGEST)
    threshold = models.FloatField(_("acts from this confidence on"), default=0.95)
    bar = models.FloatField(_("share that must have been right"), default=0.95)
    window = models.PositiveIntegerField(_("of how many last decisions"), default=50)
    acts_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["subject", "queue", "category"], name="triage_mode_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=models.Q(subject="queue", queue__isnull=False, category__isnull=True)
                | models.Q(subject="article", queue__isnull=True),
                name="triage_mode_about_one_thing",
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gte=0.5, threshold__lte=1, bar__gte=0.5, bar__lte=1, window__gte=1),
                name="triage_mode_within_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_subject_display()}: {self.name}"

    @property
    def name(self) -> str:
        """Say what it is about."""
        thing = self.queue if self.subject == Subject.QUEUE else self.category
        return thing.name if thing is not None else gettext("Articles without a category")

    @property
    def in_force(self) -> str:
        """Give the mode that counts today: nothing acts before it was right often enough."""
        acts = self.mode != self.Mode.ACT or self.acts_since is not None
        return self.mode if acts else self.Mode.SUGGEST


def only_watched(category: str) -> models.Q:
    """Give the condition for rows whose category of articles, found there, is in shadow."""
    watched = TriageMode.objects.filter(subject=Subject.ARTICLE, mode=TriageMode.Mode.SHADOW)
    none = models.Q(**{f"{category}__isnull": True}) & models.Exists(watched.filter(category=None))
    return none | models.Exists(watched.filter(category=models.OuterRef(category)))


class DecisionQuerySet(models.QuerySet["TriageDecision"]):
    """Questions about many decisions."""

    def of_mode(self, mode: TriageMode) -> "DecisionQuerySet":
        """Keep those a mode is about."""
        about = {"said_queue": mode.queue} if mode.subject == Subject.QUEUE else {"category": mode.category}
        return self.filter(subject=mode.subject, **about)

    def judged(self) -> "DecisionQuerySet":
        """Keep those that were right or wrong."""
        return self.filter(verdict__in=(TriageDecision.Verdict.RIGHT, TriageDecision.Verdict.WRONG))

    def confident(self) -> "DecisionQuerySet":
        """Keep those the model was sure enough of to act."""
        return self.filter(would_act=True)


class TriageDecision(models.Model):
    """What the model said about one ticket, what was done, and what people decided in the end."""

    class Verdict(models.TextChoices):
        OPEN = "open", _("not known yet")
        RIGHT = "right", _("right")
        WRONG = "wrong", _("wrong")
        UNSAID = "unsaid", _("nobody said")

    class Held(models.TextChoices):
        NOTHING = "", _("nothing held it back")
        UNSURE = "unsure", _("not confident enough")
        MODE = "mode", _("the mode")
        THERE = "there", _("was there already")
        HIGHER = "higher", _("first level comes first")
        TOUCHED = "touched", _("somebody had it already")
        AUDIENCE = "audience", _("the requester may not read it")
        MACHINE = "machine", _("a machine may have written, or there were too many automatic answers")
        CHANNEL = "channel", _("not answered by mail or portal")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="decisions")
    subject = models.CharField(max_length=8, choices=Subject)
    model_version = models.PositiveIntegerField()
    confidence = models.FloatField()
    evidence = models.JSONField(default=dict)
    said_queue = models.ForeignKey(Queue, models.CASCADE, null=True, blank=True, related_name="+")
    said_text = models.ForeignKey(ArticleText, models.CASCADE, null=True, blank=True, related_name="+")
    said_priority = models.PositiveSmallIntegerField(null=True, blank=True, choices=Ticket.Priority.choices)
    category = models.ForeignKey(Category, models.SET_NULL, null=True, blank=True, related_name="+")
    mode = models.CharField(max_length=7, choices=TriageMode.Mode)
    would_act = models.BooleanField(help_text="It was confident enough, whatever the mode.")
    held_back = models.CharField(max_length=8, choices=Held, blank=True, default="")
    done = models.BooleanField(default=False)
    verdict = models.CharField(max_length=6, choices=Verdict, default=Verdict.OPEN)
    ended_queue = models.ForeignKey(Queue, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_text = models.ForeignKey(ArticleText, models.SET_NULL, null=True, blank=True, related_name="+")
    ended_priority = models.PositiveSmallIntegerField(null=True, blank=True, choices=Ticket.Priority.choices)
    made_at = models.DateTimeField()
    judged_at = models.DateTimeField(null=True, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-made_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["ticket", "subject"], name="triage_decision_once"),
            models.CheckConstraint(
                condition=models.Q(subject="queue", said_queue__isnull=False)
                | models.Q(subject="article", said_text__isnull=False)
                | models.Q(subject="priority", said_priority__isnull=False),
                name="triage_decision_says_something",
            ),
        )
        indexes = (
            models.Index(fields=["said_queue", "-made_at"], name="triage_decision_queue"),
            models.Index(fields=["category", "-made_at"], name="triage_decision_category"),
            models.Index(fields=["subject", "verdict", "-made_at"], name="triage_decision_wrong"),
        )

    def __str__(self) -> str:
        return f"{self.subject} of {self.ticket_id}"

    @property
    def said(self) -> str | Promise:
        """Say what the model said, in the reader's language."""
        return self._in_words(self.said_queue, self.said_text, self.said_priority)

    @property
    def ended(self) -> str | Promise:
        """Say what people decided; nothing as long as nobody did."""
        return self._in_words(self.ended_queue, self.ended_text, self.ended_priority)

    @property
    def percent(self) -> int:
        """Give the confidence in percent, never rounded up to certainty."""
        return min(99, round(self.confidence * 100))

    def _in_words(self, queue: Queue | None, text: ArticleText | None, priority: int | None) -> str | Promise:
        if self.subject == Subject.QUEUE:
            return queue.name if queue else ""
        if self.subject == Subject.ARTICLE:
            return text.title if text else ""
        return Ticket.Priority(priority).label if priority else ""


class Standing:
    """How often the last confident decisions of a mode were right."""

    def __init__(self, mode: TriageMode, verdicts: list[str] | None = None) -> None:
        if verdicts is None:
            rows = TriageDecision.objects.of_mode(mode).confident().judged().order_by("-made_at", "-pk")
            verdicts = list(rows.values_list("verdict", flat=True)[: mode.window])
        last = verdicts[: mode.window]
        self.mode, self.known = mode, len(last)
        self.right = last.count(TriageDecision.Verdict.RIGHT)

    @property
    def precision(self) -> float:
        """Give the share that was right."""
        return self.right / self.known if self.known else 0.0

    @property
    def percent(self) -> int:
        """Give the share in percent."""
        return int(self.precision * 100)

    @property
    def interval(self) -> Interval:
        """Give the interval of the share."""
        return wilson(self.right, self.known)

    @property
    def is_enough(self) -> bool:
        """Tell whether it may act: enough decisions are known, and enough of them were right."""
        return self.known >= self.mode.window and self.precision >= self.mode.bar


def standings(modes: list[TriageMode]) -> list[Standing]:
    """Give the standing of each mode, in one query a subject."""
    verdicts: dict[tuple[str, int | None], list[str]] = {}
    longest = max((mode.window for mode in modes), default=1)
    for subject, key in ((Subject.QUEUE, "said_queue"), (Subject.ARTICLE, "category")):
        place = models.Window(RowNumber(), partition_by=[key], order_by=["-made_at", "-pk"])
        rows = TriageDecision.objects.filter(subject=subject).confident().judged().annotate(place=place)
        last = rows.filter(place__lte=longest).order_by("-made_at", "-pk")
        for about, verdict in last.values_list(f"{key}_id", "verdict"):
            verdicts.setdefault((subject, about), []).append(verdict)
    return [Standing(mode, verdicts.get((mode.subject, mode.queue_id or mode.category_id), [])) for mode in modes]


def settle_mode(mode: TriageMode, now: datetime) -> bool:
    """Let a mode that is to act begin or stop by its record; tell whether it had to stop."""
    acts = mode.mode == TriageMode.Mode.ACT and Standing(mode).is_enough
    did = mode.acts_since is not None
    if acts != did:
        mode.acts_since = now if acts else None
        mode.save(update_fields=["acts_since"])
    return did and not acts and mode.mode == TriageMode.Mode.ACT
