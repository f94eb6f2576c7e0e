"""Deliveries: who is told of an event, by which medium, and how far that got."""

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from helpdesk.lib import secrets
from people.models import User
from tickets.models import Event, Queue


class OAuthGrant(models.Model):
    """The permission to use an account at Microsoft 365, Google or another provider, and the tokens that prove it."""

    class Provider(models.TextChoices):
        MICROSOFT = "microsoft", "Microsoft 365"
        GOOGLE = "google", "Google"
        OTHER = "other", _("another one")

    name = models.CharField(_("name"), max_length=80)
    provider = models.CharField(_("provider"), max_length=9, choices=Provider.choices)
    tenant = models.CharField(_("tenant"), max_length=100, blank=True)
    client_id = models.CharField(_("client ID"), max_length=255)
    client_secret = secrets.SecretField(_("client secret"), editable=False)
    authorize_url = models.URLField(_("authorization address"), max_length=500, blank=True)
    token_url = models.URLField(_("token address"), max_length=500, blank=True)
    scope = models.CharField(_("scope"), max_length=500, blank=True)
    account = models.CharField(max_length=254, blank=True, editable=False)
    refresh_token = secrets.SecretField(editable=False)
    access_token = secrets.SecretField(editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    granted_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)

    class Meta:
        verbose_name = _("sign-in by OAuth")
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name


class Sender(models.Model):
    """An address we write from, with its name and signature, and the SMTP server its mail leaves by."""

    class Security(models.TextChoices):
        TLS = "tls", _("TLS")
        STARTTLS = "starttls", _("STARTTLS")
        NONE = "none", _("none (only inside one machine)")

    address = models.EmailField(_("address"), max_length=254, unique=True)
    name = models.CharField(_("name in mails"), max_length=80, blank=True)
    queue = models.ForeignKey(
        Queue, models.SET_NULL, null=True, blank=True, related_name="senders", verbose_name=_("queue"),
        help_text=_("Answers in this queue are sent from here, unless the requester wrote to another of our addresses."),
    )  # fmt: skip
    signature_de = models.TextField(_("signature in German"), blank=True)
    signature_en = models.TextField(_("signature in English"), blank=True)
    has_subaddresses = models.BooleanField(
        _("answers to an address of the ticket's own"), default=False,
        help_text=_("support+42.abc@example.com finds its ticket even where a mail program loses the thread. "
                    "Your mail server must deliver such addresses."),
    )  # fmt: skip
    host = models.CharField(_("SMTP server"), max_length=255, blank=True)
    port = models.PositiveIntegerField(_("port"), default=587)
    security = models.CharField(_("encryption"), max_length=8, choices=Security.choices, default=Security.STARTTLS)
    username = models.CharField(_("user name"), max_length=254, blank=True)
    secret = secrets.SecretField(_("password"), editable=False)
    grant = models.ForeignKey(
        OAuthGrant, models.SET_NULL, null=True, blank=True, related_name="senders", verbose_name=_("sign-in by OAuth")
    )
    is_active = models.BooleanField(_("active"), default=True)
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("sender")
        ordering = ("address",)

    def __str__(self) -> str:
        return self.address

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


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about many deliveries."""

    def due(self, now: datetime) -> "DeliveryQuerySet":
        """Keep the mails to be sent now: waiting ones, and those whose sender's lease ran out."""
        return self.filter(state__in=Delivery.UNFINISHED, next_try_at__lte=now)

    def notices_of(self, user: User) -> "DeliveryQuerySet":
        """Keep what this person's bell shows."""
        return self.filter(medium=Delivery.Medium.INAPP, recipient=user)


class Delivery(models.Model):
    """One event told to one person by one medium; a row of the medium `inapp` is a notice behind the bell."""

    class Medium(models.TextChoices):
        MAIL = "mail", _("E-mail")
        INAPP = "inapp", _("Notice")

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("came back")
        SEEN = "seen", _("seen")

    UNFINISHED = (State.QUEUED, State.SENDING)

    class Copy(models.TextChoices):
        NONE = "", ""
        CC = "cc", _("copy")
        BCC = "bcc", _("blind copy")

    event = models.ForeignKey(Event, models.PROTECT, related_name="deliveries")
    recipient = models.ForeignKey(User, models.SET_NULL, null=True, related_name="deliveries")
    address = models.CharField(max_length=254, blank=True)
    copy = models.CharField(max_length=3, choices=Copy.choices, blank=True, default="")
    medium = models.CharField(max_length=5, choices=Medium.choices)
    message_id = models.CharField(
        max_length=255, blank=True, help_text="Fixed before the first try; empty for notices."
    )
    state = models.CharField(max_length=7, choices=State.choices, default=State.QUEUED)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="While being sent: when the lease runs out.")
    lease_until = models.DateTimeField(null=True, blank=True)
    give_up_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    answer = models.TextField(blank=True, help_text="What the SMTP server said when it took the mail.")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["event", "recipient", "medium"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["message_id"], name="delivery_message_id_once", condition=~models.Q(message_id="")
            ),
            models.CheckConstraint(
                condition=models.Q(medium="inapp") | (~models.Q(message_id="") & ~models.Q(address="")),
                name="delivery_mail_is_addressed",
            ),
        )
        indexes = (
            models.Index(
                fields=["next_try_at", "id"], name="delivery_due", condition=models.Q(state__in=("queued", "sending"))
            ),
            models.Index(fields=["recipient", "-id"], name="delivery_notices", condition=models.Q(medium="inapp")),
            models.Index(
                fields=["recipient"], name="delivery_unseen", condition=models.Q(medium="inapp", state="sent")
            ),
        )

    def __str__(self) -> str:
        return f"{self.medium} about event {self.event_id} to {self.address or self.recipient_id}"

    @property
    def is_to_staff(self) -> bool:
        """Tell whether this is a mail among ourselves, in a thread of its own."""
        return self.event.kind not in (Event.Kind.REPLIED, Event.Kind.ACKNOWLEDGED, Event.Kind.RESOLVED)


class DigestItemQuerySet(models.QuerySet["DigestItem"]):
    """Questions about what waits for a digest."""

    def waiting(self) -> "DigestItemQuerySet":
        """Keep what no mail has told yet, and that is still to be told."""
        return self.filter(delivery=None, dropped_at=None)


class Digest(models.Model):
    """Whose mails about deadlines are put together, and from when on the next one may leave."""

    recipient = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="digest")
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"digest of {self.recipient_id}"


class DigestItem(models.Model):
    """One event that a person is to hear of by mail, together with others; `delivery` is the mail that told it."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    recipient = models.ForeignKey(User, models.CASCADE, related_name="+")
    ready_at = models.DateTimeField(help_text="From when on it is worth a mail by itself.")
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, blank=True, related_name="items")
    dropped_at = models.DateTimeField(null=True, blank=True, help_text="When it had become needless before any mail.")

    objects = DigestItemQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["event", "recipient"], name="digest_item_once"),
            models.CheckConstraint(
                condition=models.Q(delivery=None) | models.Q(dropped_at=None), name="digest_item_ends_one_way"
            ),
        )
        indexes = (
            models.Index(
                fields=["ready_at", "recipient"],
                name="digest_item_waiting",
                condition=models.Q(delivery__isnull=True, dropped_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"event {self.event_id} for {self.recipient_id}"
