"""Where messages come in, and each that came, with its raw bytes and what became of it."""

import hashlib
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from channels_intake.chats import Chat as Chat
from channels_intake.chats import Watch as Watch
from channels_intake.chats import hash_of as hash_of
from channels_intake.rules_models import Block as Block
from channels_intake.rules_models import MailRule as MailRule
from helpdesk.lib import secrets
from notifications.models import OAuthGrant, Sender
from tickets.models import Message, Queue, Ticket


class Mailbox(models.Model):
    """An address of ours, where its mail is fetched from, and as whom we answer."""

    class Protocol(models.TextChoices):
        IMAP = "imap", "IMAP"
        POP3 = "pop3", "POP3"

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("none (only inside one machine)")

    name = models.CharField(_("name"), max_length=80)
    address = models.EmailField(_("address"), max_length=254, unique=True)
    aliases = models.JSONField(
        _("other addresses"),
        default=list,
        blank=True,
        help_text=_("Lead to this mailbox, too; separate them by commas."),
    )
    queue = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="mailboxes", verbose_name=_("queue"),
        help_text=_("Without one, triage chooses the queue."),
    )  # fmt: skip
    language = models.CharField(
        _("language"), max_length=2, blank=True, choices=[("de", "Deutsch"), ("en", "English")],
        help_text=_("Of people who write for the first time; without one it is found out."),
    )  # fmt: skip
    protocol = models.CharField(_("protocol"), max_length=4, choices=Protocol.choices, default=Protocol.IMAP)
    host = models.CharField(_("mail server"), max_length=255, blank=True)
    port = models.PositiveIntegerField(_("port"), default=993)
    security = models.CharField(_("encryption"), max_length=8, choices=Security.choices, default=Security.TLS)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    secret = secrets.SecretField(_("password"), editable=False)
    grant = models.ForeignKey(
        OAuthGrant, models.SET_NULL, null=True, blank=True, related_name="mailboxes", verbose_name=_("sign-in by OAuth"),
        help_text=_("In place of a password; Microsoft 365 and Google want it."),
    )  # fmt: skip
    sender = models.OneToOneField(
        Sender, models.SET_NULL, null=True, blank=True, related_name="mailbox", verbose_name=_("sends as")
    )
    is_trusted = models.BooleanField(
        _("obey headers"), default=False,
        help_text=_("X-Helpdesk-Priority and X-Helpdesk-Queue of its mails count. Only for mail of your own systems."),
    )  # fmt: skip
    folder = models.CharField(_("folder"), max_length=200, default="INBOX")
    move_to = models.CharField(
        _("move fetched mail to"), max_length=200, blank=True, help_text=_("Without a folder it is marked as read.")
    )
    leaves_mail = models.BooleanField(
        _("leave fetched mail on the server"), default=False,
        help_text=_("With POP3; else the server deletes a mail once it is stored here."),
    )  # fmt: skip
    is_active = models.BooleanField(_("active"), default=True)
    last_fetch_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    uidvalidity = models.BigIntegerField(default=0, editable=False)
    last_uid = models.BigIntegerField(default=0, editable=False)
    taken = models.JSONField(default=list, editable=False, help_text="What lies on the POP3 server and is stored.")

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"

    @property
    def password(self) -> str:
        """
        Decrypt the password.

        :raises helpdesk.lib.secrets.Undecipherable: if its key is gone.
        """
        return secrets.decrypt(bytes(self.secret)) if self.secret else ""

    @password.setter
    def password(self, password: str) -> None:
        self.secret = secrets.encrypt(password) if password else b""

    @property
    def is_fetched(self) -> bool:
        """Tell whether mail is to be fetched from a server."""
        return self.is_active and bool(self.host)


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    """Questions about many arrivals."""

    def due(self, now: datetime) -> "ArrivalQuerySet":
        """Keep those that wait to be accepted and may be tried now."""
        waiting = self.filter(state=Arrival.State.STORED)
        return waiting.filter(models.Q(next_try_at__isnull=True) | models.Q(next_try_at__lte=now))

    def without_raw(self) -> "ArrivalQuerySet":
        """Leave the raw bytes in the database."""
        return self.defer("raw")


class Arrival(models.Model):
    """One message from outside: stored first, then accepted once; the same message is one row in each mailbox."""

    class State(models.TextChoices):
        STORED = "stored", _("waiting")
        ACCEPTED = "accepted", _("accepted")
        IGNORED = "ignored", _("ignored")
        REJECTED = "rejected", _("refused")
        UNPROCESSABLE = "unprocessable", _("unprocessable")

    class Outcome(models.TextChoices):
        NONE = "", ""
        CREATED = "created", _("new ticket")
        APPENDED = "appended", _("added to a ticket")
        IGNORED = "ignored", _("ignored")
        REJECTED = "rejected", _("refused")

    channel = models.CharField(max_length=5, choices=Ticket.Channel.choices)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, blank=True, related_name="arrivals")
    external_id = models.CharField(max_length=100, help_text="Same message, same id, whatever way it came.")
    uidvalidity = models.BigIntegerField(null=True, blank=True)
    uid = models.BigIntegerField(null=True, blank=True)
    raw = models.BinaryField(default=bytes)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveIntegerField(default=0)
    received_at = models.DateTimeField()
    sender = models.CharField(max_length=254, blank=True)
    subject = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=13, choices=State.choices, default=State.STORED)
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True, default=Outcome.NONE)
    reason = models.TextField(blank=True)
    ticket = models.ForeignKey(Ticket, models.SET_NULL, null=True, blank=True, related_name="arrivals")
    message = models.ForeignKey(Message, models.SET_NULL, null=True, blank=True, related_name="+")
    duplicate_of = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="duplicates")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True, blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        verbose_name = _("arrival")
        ordering = ("-received_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["mailbox", "external_id"], name="arrival_once", nulls_distinct=False),
            models.UniqueConstraint(
                fields=["mailbox", "uidvalidity", "uid"], name="arrival_uid_once", condition=models.Q(uid__isnull=False)
            ),
        )
        indexes = (
            models.Index(fields=["received_at", "id"], name="arrival_waiting", condition=models.Q(state="stored")),
            models.Index(fields=["external_id"], name="arrival_by_external_id"),
            models.Index(fields=["state", "-received_at"], name="arrival_list"),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.pk}: {self.subject}"

    @property
    def is_finished(self) -> bool:
        """Tell whether it is decided what became of it."""
        return self.state not in (self.State.STORED, self.State.UNPROCESSABLE)


class AutoReply(models.Model):
    """An automatic answer that was promised to somebody, kept to limit how many go out."""

    address = models.EmailField(max_length=254)
    is_stranger = models.BooleanField(default=False, help_text="Wrote to us for the first time.")
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["address", "at"], name="auto_reply_by_address"),
            models.Index(fields=["at"], name="auto_reply_strangers", condition=models.Q(is_stranger=True)),
        )

    def __str__(self) -> str:
        return self.address


def key_of(external_id: str, sender: str) -> str:
    """
    Give the key of a message: the same one for the same message, whatever way it came.

    The sender belongs to it, so that nobody can make us ignore another's mail by sending its Message-ID first.
    """
    return hashlib.sha256(f"{external_id}\n{sender.lower()}".encode()).hexdigest()
