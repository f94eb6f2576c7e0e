"""What the workers do for calendars; the task is a wake-up call that reads due rows."""

from celery import shared_task
from django.utils import timezone

from sla.operations import public_holidays


@shared_task(name="sla.add_public_holidays")  # type: ignore[untyped-decorator]
def add_public_holidays() -> int:
    """Add the public holidays of the years that came near."""
    return public_holidays.add_due(timezone.now())
