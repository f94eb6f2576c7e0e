"""Ending what somebody has open."""

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from helpdesk.lib.stream_ends import end_streams
from people.models import User


def end_sessions(user: User) -> int:
    """Log a person out everywhere, event streams included, and return how many sessions that were."""
    own = [
        session.pk
        for session in Session.objects.filter(expire_date__gt=timezone.now()).iterator()
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=own).delete()
    transaction.on_commit(lambda: end_streams(user.pk), robust=True)
    return len(own)


def renew_streams(user: User) -> None:
    """End the event streams alone: pages come back at once, with what the person may hear now."""
    transaction.on_commit(lambda: end_streams(user.pk), robust=True)
