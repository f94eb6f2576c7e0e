"""Queues: where tickets wait, on which support level, and who works there."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.models import User
from sla.models import Policy


class QueueQuerySet(models.QuerySet["Queue"]):
    """Questions about many queues."""

    def visible_to(self, user: User) -> "QueueQuerySet":
        """Keep the queues this person is a member of; leads and administrators see all."""
        if user.is_lead:
            return self
        return self.filter(pk__in=levels_of(user))


class Queue(models.Model):
    """A queue; the support level is its property, never a state of the ticket."""

    class Tier(models.IntegerChoices):
        FIRST = 1, _("1st level")
        SECOND = 2, _("2nd level")
        THIRD = 3, _("3rd level")

    class Colour(models.TextChoices):
        CALM = "calm", _("grey")
        INFO = "info", _("blue")
        OK = "ok", _("green")
        WARN = "warn", _("orange")
        WAIT = "wait", _("violet")
        BAD = "bad", _("red")

    slug = models.SlugField(max_length=50, unique=True)
    name_de = models.CharField(_("name (German)"), max_length=80)
    name_en = models.CharField(_("name (English)"), max_length=80)
    tier = models.PositiveSmallIntegerField(_("support level"), choices=Tier.choices, default=Tier.FIRST)
    escalates_to = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("escalates to")
    )
    policy = models.ForeignKey(
        Policy, models.SET_NULL, null=True, blank=True, related_name="queues", verbose_name=_("SLA")
    )
    colour = models.CharField(_("colour"), max_length=4, choices=Colour.choices, default=Colour.CALM)
    is_default = models.BooleanField(_("takes what no rule routes"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    reopen_days = models.PositiveSmallIntegerField(_("a reply reopens a closed ticket within (days)"), default=14)

    objects = QueueQuerySet.as_manager()

    class Meta:
        ordering = ("tier", "slug")
        constraints = (
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="queue_one_default"
            ),
            models.CheckConstraint(
                condition=models.Q(escalates_to=None) | ~models.Q(escalates_to=models.F("pk")),
                name="queue_not_to_itself",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Give the name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_de


class Membership(models.Model):
    """What a person may do in a queue."""

    class Level(models.IntegerChoices):
        VIEW = 1, _("view")
        REPLY = 2, _("reply")
        WORK = 3, _("work")
        LEAD = 4, _("lead")

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices, default=Level.WORK)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["queue", "user"], name="membership_once"),)

    def __str__(self) -> str:
        return f"{self.user} {self.get_level_display()} {self.queue}"


def levels_of(user: User) -> dict[int, int]:
    """Give the person's level by queue id; read once for each loaded person, so once a request."""
    return {queue: level for queue, (level, _tier) in _memberships(user).items()}


def is_second_level(user: User) -> bool:
    """Tell whether this agent answers in a queue behind the first level; costs nothing beside `levels_of`."""
    answers = Membership.Level.REPLY
    return any(level >= answers and tier > Queue.Tier.FIRST for level, tier in _memberships(user).values())


def _memberships(user: User) -> dict[int, tuple[int, int]]:
    known: dict[int, tuple[int, int]] | None = getattr(user, "_memberships", None)
    if known is None:
        rows = Membership.objects.filter(user=user).values_list("queue_id", "level", "queue__tier")
        known = {queue: (level, tier) for queue, level, tier in rows}
        user._memberships = known  # type: ignore[attr-defined]
    return known


class RoutingRule(models.Model):
    """Words by which a new request belongs to a queue; the first rule that matches wins."""

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    words = models.TextField(_("words"), help_text=_("One word or phrase a line; a request with any of them matches."))
    queue = models.ForeignKey(Queue, models.CASCADE, related_name="rules", verbose_name=_("queue"))
    directly = models.BooleanField(
        _("past first level"),
        default=False,
        help_text=_(
            "Otherwise a higher level's queue is only where the request goes when first level cannot solve it."
        ),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name
