"""What the workers do for notifications; each task is a wake-up call that reads due rows."""

from celery import shared_task
from django.utils import timezone

from notifications import sending, telling
from tickets.models import Event


@shared_task(name="notifications.send_due")  # type: ignore[untyped-decorator]
def send_due() -> int:
    """Send the mails that are due."""
    return sending.send_due(timezone.now())


def notify(event: Event) -> None:
    """Tell whom it concerns."""
    telling.tell(event)
