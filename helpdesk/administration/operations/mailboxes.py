"""Changing where mail is fetched from."""

from datetime import datetime

from django.db import transaction

from channels_intake.models import Mailbox
from helpdesk.administration.operations.saving import save
from people.models import User

FIELDS = (
    "name", "address", "queue", "language", "host", "port", "security", "username", "folder", "move_to",
    "is_active",
)  # fmt: skip
# Where the mails are numbered; when it changes, the last number read means nothing.
_PLACE = ("host", "username", "folder")


@transaction.atomic
def save_mailbox(mailbox: Mailbox, *, password: str, by: User, now: datetime) -> Mailbox:
    """Store a new or changed mailbox; without a password the stored one stays."""
    if password:
        mailbox.password = password
    stored = Mailbox.objects.select_for_update().filter(pk=mailbox.pk).first() if mailbox.pk else None
    save(mailbox, FIELDS, by=by, now=now, unrecorded=("secret",) if password else ())
    if stored is not None and any(getattr(stored, name) != getattr(mailbox, name) for name in _PLACE):
        Mailbox.objects.filter(pk=mailbox.pk).update(
            uidvalidity=0, last_uid=0, last_fetch_at=None, last_error="", failures=0
        )
    return mailbox
