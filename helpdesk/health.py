"""Is everything all right, and if not, why."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from redis import Redis, RedisError

from channels_intake.models import Mailbox
from notifications.models import Sender
from tickets.heartbeats import STALE, ages
from tickets.models import Clock, Event, Reconciliation

_OFTEN = 3  # failures in a row; one alone happens to every server


def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the pages work; `issues` names what does not, `healthy` is false then."""
    issues: list[str] = []
    try:
        issues += _late()
    except DatabaseError:
        return JsonResponse({"healthy": False, "issues": ["The database does not answer."]}, status=503)
    issues += _broker()
    return JsonResponse({"healthy": not issues, "issues": issues})


def _late() -> list[str]:
    now = timezone.now()
    heard = ages(now)
    issues = [
        f"The {name} has not been heard of for {int(heard[name].total_seconds())} s." if name in heard
        else f"The {name} has never been heard of."
        for name in ("worker", "beat")
        if name not in heard or heard[name] > STALE
    ]  # fmt: skip
    overdue = Clock.objects.filter(wake_at__lt=now - 2 * STALE).count()
    if overdue:
        issues.append(f"{overdue} clocks ran out more than a minute ago and have not fired.")
    checked = Reconciliation.objects.order_by("-at").first()
    if checked is not None and checked.different:
        issues.append(f"{checked.different} deadlines differ from their history.")
    waiting = Event.objects.filter(relay_at__lt=now - 2 * STALE).count()
    if waiting:
        issues.append(f"{waiting} events have waited for more than a minute.")
    return issues + _mail()


def _mail() -> list[str]:
    """Count what fails again and again; which one it is stands in the settings."""
    failing = Mailbox.objects.filter(is_active=True, failures__gte=_OFTEN).exclude(host="").count()
    stuck = Sender.objects.filter(is_active=True, failures__gte=_OFTEN).count()
    issues = [f"{failing} mailboxes cannot be fetched."] * bool(failing)
    return issues + [f"{stuck} senders cannot send."] * bool(stuck)


def _broker() -> list[str]:
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except RedisError:
        return ["Valkey does not answer; live updates pause, everything else goes on."]
    return []
