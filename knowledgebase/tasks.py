"""What the workers do for articles; each task is a wake-up call that reads due rows."""

from celery import shared_task
from django.utils import timezone

from knowledgebase.operations import picturing, publishing, reminding


@shared_task(name="knowledgebase.publish_due")  # type: ignore[untyped-decorator]
def publish_due() -> int:
    """Publish the articles whose moment has come."""
    return publishing.publish_due(timezone.now())


@shared_task(name="knowledgebase.look_after")  # type: ignore[untyped-decorator]
def look_after() -> None:
    """Ask owners whether their articles are still right, and throw away pictures nobody kept."""
    now = timezone.now()
    reminding.remind_due(now)
    picturing.drop_unused(now)
