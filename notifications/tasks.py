"""What the workers do for notifications; each task is a wake-up call that reads due rows."""

from celery import shared_task
from django.utils import timezone

from notifications import digests, sending, telling
from tickets.models import Event


@shared_task(name="notifications.send_due")  # type: ignore[untyped-decorator]
def send_due() -> int:
    """Put together the digests that are due, and send the mails that are due."""
    now = timezone.now()
    digests.gather_due(now, give_up_after=telling.GIVE_UP_AFTER)
    return sending.send_due(now)


def notify(event: Event) -> None:
    """Tell whom it concerns."""
    telling.tell(event)
