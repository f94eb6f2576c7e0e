"""Hand-overs: a ticket passed on with all that is known, and whether the other side took it."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from people.models import User
from tickets.models.queue import Queue
from tickets.models.ticket import Ticket


class Handover(models.Model):
    """One hand-over of a ticket to another queue. Changed by `tickets.operations` alone, under the ticket's lock."""

    class Direction(models.TextChoices):
        UP = "up", _("to a higher level")
        SIDE = "side", _("to another team")
        DOWN = "down", _("to a lower level")

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Reason(models.TextChoices):
        NO_SOLUTION = "no_solution", _("No standard solution helps")
        NO_RIGHTS = "no_rights", _("We lack the rights or the access")
        ON_SITE = "on_site", _("Somebody has to be on site")
        VENDOR = "vendor", _("The vendor has to be asked")
        SPECIALIST = "specialist", _("It takes a specialist")
        DEADLINE = "deadline", _("The deadline is near or missed")
        CLOCK = "clock", _("The clock did it")
        OTHER = "other", _("Another reason")

    class Return(models.TextChoices):
        INCOMPLETE = "incomplete", _("Something is missing")
        WRONG_TEAM = "wrong_team", _("Another team is responsible")
        FIRST_LEVEL = "first_level", _("First level can solve it")
        NOT_TRIED = "not_tried", _("The standard solution was not tried")
        DUPLICATE = "duplicate", _("It is known already")
        OTHER = "other", _("Another reason")

    class Outcome(models.TextChoices):
        SOLVED_THERE = "solved_there", _("solved there")
        SOLUTION_BACK = "solution_back", _("came back with a solution")
        NO_RESULT = "no_result", _("without a result")

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="handovers")
    attempt = models.PositiveSmallIntegerField(help_text="Which hand-over of the ticket it is, from one on.")
    from_queue = models.ForeignKey(Queue, models.PROTECT, related_name="+")
    to_queue = models.ForeignKey(Queue, models.PROTECT, related_name="handovers")
    direction = models.CharField(max_length=4, choices=Direction.choices)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    summary = models.TextField(_("summary"))
    symptom = models.TextField(_("symptom"), blank=True)
    environment = models.TextField(_("environment"), blank=True)
    tried = models.TextField(_("what else was tried"), blank=True)
    attempts = models.JSONField(default=list, help_text="Standard solutions tried: article, title, outcome, minutes.")
    hypothesis = models.TextField(_("hypothesis"), blank=True)
    question = models.TextField(_("question"), blank=True)
    needed = models.JSONField(default=list, help_text="The fields the target demanded at that moment.")
    completeness = models.PositiveSmallIntegerField(_("completeness"))
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    had_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", help_text="Who gets it back if it is returned."
    )
    offered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    offered_at = models.DateTimeField()
    terms = models.JSONField(default=dict, help_text="The promise under which its clock ran.")
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    return_reason = models.CharField(max_length=11, choices=Return.choices, blank=True, default="")
    return_words = models.TextField(blank=True)
    outcome = models.CharField(max_length=13, choices=Outcome.choices, blank=True, default="")
    outcome_words = models.TextField(blank=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("ticket", "attempt")
        constraints = (
            models.UniqueConstraint(
                fields=["ticket"], name="handover_one_offered", condition=models.Q(state="offered")
            ),
            models.UniqueConstraint(fields=["ticket", "attempt"], name="handover_attempt_once"),
            models.CheckConstraint(condition=models.Q(completeness__lte=100), name="handover_percent"),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(accepted_at__isnull=False),
                name="handover_accepted_at",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="returned") | ~models.Q(return_reason=""), name="handover_returned_why"
            ),
        )
        indexes = (models.Index(fields=["to_queue", "offered_at"], name="handover_of_queue"),)

    def __str__(self) -> str:
        return f"hand-over {self.attempt} of {self.ticket_id}"

    @property
    def is_running(self) -> bool:
        """Tell whether the other side has it and is not done."""
        return self.state == self.State.ACCEPTED and self.ended_at is None


class HandoverContract(models.Model):
    """What a queue wants to know before it takes a ticket over; without a category: of every kind of ticket."""

    queue = models.ForeignKey(Queue, models.CASCADE, related_name="contracts", verbose_name=_("queue"))
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("category"),
        help_text=_("Without one it holds for every ticket that has no contract of its category."),
    )  # fmt: skip
    needed = models.JSONField(_("needed"), default=list)
    hint_de = models.TextField(_("hint in German"), blank=True, max_length=1_000)
    hint_en = models.TextField(_("hint in English"), blank=True, max_length=1_000)

    class Meta:
        ordering = ("queue", "category__position", "pk")
        constraints = (
            models.UniqueConstraint(fields=["queue", "category"], name="contract_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.queue}: {self.category or '*'}"

    @property
    def hint(self) -> str:
        """Give the hint in the reader's language, or in the other one."""
        both = (self.hint_en, self.hint_de) if get_language() == "en" else (self.hint_de, self.hint_en)
        return both[0] or both[1]


def contract_for(queue: Queue, ticket: Ticket) -> HandoverContract | None:
    """Find what this queue wants to know about this ticket: by its category, else what holds for every one."""
    return pick_contract(HandoverContract.objects.filter(queue=queue), getattr(ticket, "category_id", None))


def pick_contract(contracts: Iterable[HandoverContract], category: int | None) -> HandoverContract | None:
    """Choose among the contracts of one queue."""
    by_category = {contract.category_id: contract for contract in contracts}
    return by_category.get(category) or by_category.get(None)
