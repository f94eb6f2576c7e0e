"""What is decided about a mail before it becomes a ticket: rules in their order, and blocked or allowed senders."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledgebase.models import Category
from people.models import User
from tickets.models import Queue, Ticket


class MailRule(models.Model):
    """What to do with mails of a kind, before they become tickets."""

    class Matches(models.TextChoices):
        ALL = "all", _("all conditions hold")
        ANY = "any", _("any condition holds")

    class Outcome(models.TextChoices):
        TICKET = "ticket", _("make a ticket")
        SPAM = "spam", _("put it into spam")
        REJECT = "reject", _("refuse it, without a ticket or an answer")

    name = models.CharField(_("name"), max_length=80)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    is_active = models.BooleanField(_("active"), default=True)
    matches = models.CharField(_("it matches when"), max_length=3, choices=Matches.choices, default=Matches.ALL)
    conditions = models.JSONField(_("conditions"), default=list, help_text='[{"field": ..., "op": ..., "value": ...}]')
    outcome = models.CharField(_("then"), max_length=6, choices=Outcome.choices, default=Outcome.TICKET)
    queue = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="mail_rules", verbose_name=_("queue")
    )
    ticket_kind = models.CharField(
        _("type"), max_length=9, blank=True, choices=Ticket.Kind.choices, default="", db_default=""
    )
    category = models.ForeignKey(
        Category, models.SET_NULL, null=True, blank=True, related_name="mail_rules", verbose_name=_("category")
    )
    impact = models.PositiveSmallIntegerField(
        _("impact"), choices=Ticket.Scale.choices, null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )  # fmt: skip
    urgency = models.PositiveSmallIntegerField(
        _("urgency"), choices=Ticket.Scale.choices, null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3)],
    )  # fmt: skip
    language = models.CharField(_("language"), max_length=2, blank=True, choices=[("de", "Deutsch"), ("en", "English")])
    is_silent = models.BooleanField(_("send no confirmation"), default=False)
    is_last = models.BooleanField(_("ask no further rules"), default=True)

    class Meta:
        verbose_name = _("mail rule")
        ordering = ("position", "pk")

    def __str__(self) -> str:
        return self.name


class BlockQuerySet(models.QuerySet["Block"]):
    """Questions about many entries."""

    def about(self, address: str) -> "BlockQuerySet":
        """Keep those that name this address, its domain, or a domain above it."""
        domain = address.lower().rpartition("@")[2]
        labels = domain.split(".")[-10:]
        domains = ["@" + ".".join(labels[start:]) for start in range(len(labels) - 1)]
        return self.filter(pattern__in=[address.lower(), *domains])


class Block(models.Model):
    """A sender, or all of a domain, whose mail is refused or is never taken for spam."""

    class Kind(models.TextChoices):
        BLOCK = "block", _("block")
        ALLOW = "allow", _("allow")

    pattern = models.CharField(
        _("address or @domain"),
        max_length=254,
        unique=True,
        help_text=_("@example.com stands for its subdomains, too."),
    )
    kind = models.CharField(_("what to do"), max_length=5, choices=Kind.choices, default=Kind.BLOCK)
    note = models.CharField(_("note"), max_length=200, blank=True)
    by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    objects = BlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("blocked or allowed sender")
        ordering = ("pattern",)

    def __str__(self) -> str:
        return self.pattern

    @property
    def is_address(self) -> bool:
        """Tell whether it names one sender rather than a domain."""
        return not self.pattern.startswith("@")
