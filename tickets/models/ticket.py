"""The ticket: one request, from the first word to its solution."""

import secrets
from datetime import datetime

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from people.models import User
from sla.models import CalendarRevision, PolicyVersion
from tickets.models.queue import Queue, levels_of

OPEN_STATES = ("new", "open", "pending_customer", "pending_third", "scheduled")
DONE_STATES = ("resolved", "closed", "void")


class TicketQuerySet(models.QuerySet["Ticket"]):
    """Questions about many tickets."""

    def visible_to(self, user: User) -> "TicketQuerySet":
        """
        Keep what this person may see; the only door to tickets.

        Leads and administrators see every ticket; agents those in their queues, those they handle or care for, and those
        that were offered out of their queues and not accepted yet; requesters those they asked for or take part in.
        """
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_lead:
            return self
        if user.is_agent:
            return self.filter(_handled_by(user) | models.Q(offered_from__in=levels_of(user)))
        taking_part = Participant.objects.filter(user=user).values("ticket_id")
        return self.filter(models.Q(requester=user) | models.Q(pk__in=taking_part)).exclude(state=Ticket.State.VOID)

    def handled_by(self, user: User) -> "TicketQuerySet":
        """Keep what is this person's business: what they may see, without what others are asked to accept."""
        if user.is_authenticated and user.is_active and user.is_agent and not user.is_lead:
            return self.filter(_handled_by(user))  # columns of one index alone: lists and counters ask for nothing else
        return self.visible_to(user)

    def open(self) -> "TicketQuerySet":
        """Keep what is not done."""
        return self.filter(state__in=OPEN_STATES)

    def in_queue(self, queue: Queue) -> "TicketQuerySet":
        """Keep one queue's."""
        return self.filter(queue=queue)

    def locked(self, pk: int) -> "Ticket":
        """
        Lock one ticket's row and return it fresh.

        :raises Ticket.DoesNotExist: if there is none.
        """
        return self.select_for_update(of=("self",)).get(pk=pk)

    def for_list(self) -> "TicketQuerySet":
        """Join what a list row shows."""
        return self.select_related("requester", "assignee", "queue", "category")


def _handled_by(user: User) -> models.Q:
    return models.Q(queue__in=levels_of(user)) | models.Q(assignee=user) | models.Q(case_owner=user)


class Ticket(models.Model):
    """A request and what became of it. Changed by `tickets.operations` alone."""

    class State(models.TextChoices):
        NEW = "new", _("New")
        OPEN = "open", _("In progress")
        PENDING_CUSTOMER = "pending_customer", _("Waiting for customer")
        PENDING_THIRD = "pending_third", _("Waiting for third party")
        SCHEDULED = "scheduled", _("Reminder")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")
        VOID = "void", _("Void")

    class Priority(models.IntegerChoices):
        LOW = 1, _("Low")
        NORMAL = 2, _("Normal")
        HIGH = 3, _("High")
        CRITICAL = 4, _("Critical")

    class Scale(models.IntegerChoices):
        LOW = 1, _("Low")
        MEDIUM = 2, _("Medium")
        HIGH = 3, _("High")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEB = "web", _("Portal")
        CHAT = "chat", _("Chat")
        PHONE = "phone", _("Phone")

    class Kind(models.TextChoices):
        INCIDENT = "incident", _("Incident")
        REQUEST = "request", _("Service request")
        QUESTION = "question", _("Question")
        COMPLAINT = "complaint", _("Complaint")

    class VoidReason(models.TextChoices):
        NONE = "", ""
        SPAM = "spam", _("Spam")
        DUPLICATE = "duplicate", _("Duplicate")
        MERGED = "merged", _("Merged")

    subject = models.CharField(_("subject"), max_length=250)
    requester = models.ForeignKey(User, models.PROTECT, related_name="requests", verbose_name=_("requester"))
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="tickets", verbose_name=_("queue"))
    specialists = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("goes to when escalated")
    )
    kind = models.CharField(
        _("type"), max_length=9, choices=Kind.choices, default=Kind.INCIDENT, db_default=Kind.INCIDENT.value
    )
    # Its index is a partial one, below.
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, db_index=False, related_name="tickets",
        verbose_name=_("category"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.NEW)
    impact = models.PositiveSmallIntegerField(_("impact"), choices=Scale.choices, default=Scale.LOW)
    urgency = models.PositiveSmallIntegerField(_("urgency"), choices=Scale.choices, default=Scale.MEDIUM)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    assignee = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="assigned", verbose_name=_("assignee")
    )
    case_owner = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="cared_for", verbose_name=_("case owner")
    )
    channel = models.CharField(_("channel"), max_length=5, choices=Channel.choices)
    language = models.CharField(_("language"), max_length=2, default="de")
    our_address = models.CharField(
        max_length=254, blank=True, default="", db_default="", help_text="Of ours, which the requester wrote to."
    )
    token = models.CharField(max_length=50, default=secrets.token_urlsafe, unique=True, editable=False)
    snippet = models.CharField(max_length=160, blank=True)
    void_reason = models.CharField(max_length=10, choices=VoidReason.choices, blank=True, default="")
    merged_into = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="merged")
    related_to = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="follow_ups")
    resolution = models.TextField(_("solution"), blank=True)
    resolved_tier = models.PositiveSmallIntegerField(null=True, blank=True)
    reopen_count = models.PositiveSmallIntegerField(default=0)
    confirmed = models.BooleanField(null=True, blank=True)
    pending_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    first_response_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_customer_at = models.DateTimeField(null=True, blank=True)
    last_agent_at = models.DateTimeField(null=True, blank=True)
    terms_version = models.ForeignKey(
        PolicyVersion, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="What is promised; chosen anew only when another policy is.",
    )  # fmt: skip
    terms_calendar = models.ForeignKey(
        CalendarRevision, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    next_due_at = models.DateTimeField(null=True, blank=True)
    next_due_paused = models.BooleanField(default=False)
    breached = models.BooleanField(default=False)
    upset = models.PositiveSmallIntegerField(
        default=0, db_default=0, help_text="Points; see tickets.triage.frustration."
    )
    hops = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Times it was handed over.")
    returns = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Times a hand-over came back.")
    offered_at = models.DateTimeField(null=True, blank=True, help_text="Handed over then, and not accepted yet.")
    offered_from = models.ForeignKey(
        Queue, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        help_text="The queue it was handed over from, as long as that is not accepted.",
    )  # fmt: skip
    lead_called_at = models.DateTimeField(
        null=True, blank=True, help_text="A lead was called then, and has not answered."
    )
    version = models.PositiveIntegerField(default=1)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        constraints = (
            models.CheckConstraint(condition=models.Q(state__in=OPEN_STATES + DONE_STATES), name="ticket_state_known"),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled") | models.Q(pending_until__isnull=False),
                name="ticket_reminder_has_date",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=("incident", "request", "question", "complaint")), name="ticket_kind_known"
            ),
        )
        indexes = (
            models.Index(
                fields=["-created_at", "-id"],
                name="ticket_spam",
                condition=models.Q(state="void", void_reason="spam"),
            ),
            models.Index(
                fields=["queue", "next_due_at", "-id"],
                name="ticket_open_queue",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["assignee", "next_due_at", "-id"],
                name="ticket_open_mine",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["next_due_at", "-id"], name="ticket_open_due", condition=models.Q(state__in=OPEN_STATES)
            ),
            models.Index(
                fields=["kind", "next_due_at", "-id"],
                name="ticket_open_kind",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["category", "next_due_at", "-id"],
                name="ticket_open_category",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(fields=["category"], name="ticket_category", condition=models.Q(category__isnull=False)),
            # Holds all that the counters of the list ask for, so that they leave the table alone.
            models.Index(
                fields=["queue"],
                include=[
                    "id",
                    "assignee",
                    "case_owner",
                    "state",
                    "next_due_at",
                    "last_agent_at",
                    "last_customer_at",
                    "upset",
                    "offered_at",
                    "lead_called_at",
                ],
                name="ticket_open_counts",
                condition=models.Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["-upset", "next_due_at", "-id"],
                name="ticket_upset",
                condition=models.Q(state__in=OPEN_STATES, upset__gte=3),
            ),
            models.Index(
                fields=["offered_from"], name="ticket_offered_from", condition=models.Q(offered_from__isnull=False)
            ),
            models.Index(fields=["requester", "-id"], name="ticket_of_requester"),
            models.Index(fields=["queue", "-updated_at"], name="ticket_queue_updated"),
            models.Index(fields=["case_owner"], name="ticket_case_owner", condition=models.Q(state__in=OPEN_STATES)),
            models.Index(
                fields=["resolved_at"], name="ticket_resolved", condition=models.Q(state__in=("resolved", "closed"))
            ),
            models.Index(fields=["pending_until"], name="ticket_reminders", condition=models.Q(state="scheduled")),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.subject}"

    @property
    def number(self) -> str:
        """Give the number as people write it."""
        return f"#{self.pk}"

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still has to do something."""
        return self.state in OPEN_STATES

    @property
    def is_waiting(self) -> bool:
        """Tell whether the ticket waits for somebody or some day."""
        return self.state in (self.State.PENDING_CUSTOMER, self.State.PENDING_THIRD, self.State.SCHEDULED)

    @property
    def awaits_answer(self) -> bool:
        """Tell whether the requester wrote last."""
        return self.is_open and (
            self.last_agent_at is None
            or (self.last_customer_at is not None and self.last_customer_at > self.last_agent_at)
        )

    @property
    def next_level(self) -> Queue | None:
        """Give the queue an escalation goes to: the specialists triage found, else the one the queue names."""
        if self.specialists is not None and self.specialists.tier > self.queue.tier and self.specialists.is_active:
            return self.specialists
        return self.queue.escalates_to

    def root(self) -> "Ticket":
        """Follow merges to the ticket that lives."""
        ticket, seen = self, {self.pk}
        while ticket.merged_into is not None and ticket.merged_into_id not in seen:
            ticket = ticket.merged_into
            seen.add(ticket.pk)
        return ticket

    def can_reopen_by_reply(self, now: datetime) -> bool:
        """Tell whether a message reopens this closed ticket, or opens a follow-up."""
        if self.state != self.State.CLOSED or self.closed_at is None:
            return True
        return (now - self.closed_at).days < self.queue.reopen_days


class Participant(models.Model):
    """Somebody beside the requester who takes part, by Cc."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="participants")
    user = models.ForeignKey(User, models.CASCADE, related_name="taking_part")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["ticket", "user"], name="participant_once"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.ticket_id}"


class SearchText(models.Model):
    """The words of a ticket, apart from its row so that lists stay light. Filled by `tickets.search.index`."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True, related_name="words")
    public = SearchVectorField(null=True)
    internal = SearchVectorField(null=True)

    class Meta:
        indexes = (
            GinIndex(fields=["public"], name="ticket_words_public", fastupdate=False),
            GinIndex(fields=["internal"], name="ticket_words_internal", fastupdate=False),
        )

    def __str__(self) -> str:
        return f"words of {self.ticket_id}"
