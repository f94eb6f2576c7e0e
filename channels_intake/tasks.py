"""What the workers do for the intake; each task is a wake-up call that reads stored rows."""

from celery import shared_task
from django.utils import timezone

from channels_intake.chat import talking
from channels_intake.email import arriving, fetch
from channels_intake.email.imap import CannotFetch
from channels_intake.models import Mailbox

AT_ONCE = 100


@shared_task(name="channels_intake.accept_stored")  # type: ignore[untyped-decorator]
def accept_stored() -> int:
    """Accept the mails that are stored; where there are many, others get their turn in between."""
    if (taken := arriving.process_stored(timezone.now(), limit=AT_ONCE)) == AT_ONCE:
        fetch.wake()
    return taken


@shared_task(name="channels_intake.fetch_mailbox")  # type: ignore[untyped-decorator]
def fetch_mailbox(pk: int) -> int:
    """Fetch one mailbox now; a failure stands in the mailbox."""
    mailbox = Mailbox.objects.filter(pk=pk).first()
    if mailbox is None or not mailbox.is_fetched:
        return 0
    try:
        return fetch.fetch(mailbox, clock=timezone.now)
    except CannotFetch:
        return 0


@shared_task(name="channels_intake.end_silent_chats")  # type: ignore[untyped-decorator]
def end_silent_chats() -> int:
    """End the chats whose visitor has left; what they did not read goes by mail."""
    return talking.end_silent(timezone.now())
