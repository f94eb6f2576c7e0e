"""Changing where mail is fetched from, and as whom we answer."""

from datetime import datetime
from itertools import chain

from django.db import connection, transaction
from django.utils.translation import gettext

from channels_intake.models import Mailbox
from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from notifications.models import Sender
from people.models import User

FIELDS = (
    "name", "address", "aliases", "queue", "language", "protocol", "host", "port", "security", "username", "grant",
    "folder", "move_to", "leaves_mail", "is_trusted", "is_active",
)  # fmt: skip
SENDER_FIELDS = (
    "name", "host", "port", "security", "username", "grant", "signature_de", "signature_en", "has_subaddresses",
)  # fmt: skip
# Where the mails are numbered; when it changes, the last number read means nothing.
_PLACE = ("protocol", "host", "username", "grant", "folder")
_LOCK = 7_303_021  # one change of our addresses at a time


@transaction.atomic
def save_mailbox(
    mailbox: Mailbox, *, password: str, by: User, now: datetime, sender: Sender | None = None, sender_password: str = ""
) -> Mailbox:
    """
    Store a new or changed mailbox, and the sender that answers from its address; without a password the stored one stays.

    :raises Refused: if one of its addresses leads to another mailbox.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    _check_addresses(mailbox)
    stored = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first() if mailbox.pk else None
    _save_sender(mailbox, sender or mailbox.sender or Sender(), sender_password, by, now)
    _keep_secret(mailbox, password)
    save(mailbox, FIELDS, by=by, now=now, unrecorded=("secret",))
    Mailbox.objects.filter(pk=mailbox.pk).exclude(sender=mailbox.sender).update(sender=mailbox.sender)
    if stored is not None and any(getattr(stored, name) != getattr(mailbox, name) for name in _PLACE):
        Mailbox.objects.filter(pk=mailbox.pk).update(
            uidvalidity=0, last_uid=0, last_fetch_at=None, last_error="", failures=0, taken=[]
        )
    return mailbox


def _check_addresses(mailbox: Mailbox) -> None:
    others = Mailbox.objects.exclude(pk=mailbox.pk).values_list("address", "aliases")
    taken = {address.lower() for address in chain.from_iterable((main, *aliases) for main, aliases in others)}
    for name, addresses in (("address", [mailbox.address]), ("aliases", mailbox.aliases)):
        for address in addresses:
            if address.lower() in taken:
                raise Refused(gettext("%(address)s belongs to another mailbox.") % {"address": address}, name)


def _save_sender(mailbox: Mailbox, sender: Sender, password: str, by: User, now: datetime) -> None:
    """Keep the sender in step with the mailbox: same address, same queue."""
    if namesake := Sender.objects.filter(address__iexact=mailbox.address).exclude(pk=sender.pk).first():
        if sender.pk:
            words = gettext("Somebody else sends as %(address)s already.")
            raise Refused(words % {"address": mailbox.address}, "address")
        sender.pk, sender.secret = namesake.pk, sender.secret or namesake.secret
        sender._state.adding = False
    sender.address, sender.queue, sender.is_active = mailbox.address, mailbox.queue, mailbox.is_active
    stored = Sender.objects.filter(pk=sender.pk).first() if sender.pk else None
    _keep_secret(sender, password)
    save(sender, ("address", "queue", "is_active", *SENDER_FIELDS), by=by, now=now, unrecorded=("secret",))
    if stored is not None and (stored.host, stored.username, stored.grant) != (
        sender.host,
        sender.username,
        sender.grant,
    ):
        Sender.objects.filter(pk=sender.pk).update(last_error="", failures=0)
    mailbox.sender = sender


def _keep_secret(account: Mailbox | Sender, password: str) -> None:
    """Take a new password; one that nothing is opened by any more is forgotten."""
    if account.grant is not None or not account.host:
        account.secret = b""
    elif password:
        account.password = password
