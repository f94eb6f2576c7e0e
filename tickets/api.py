"""What other programs may ask about tickets; the same people may, and the same rows are seen, as on the pages."""

from datetime import datetime, timedelta
from typing import Any, cast

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from people.models import User
from tickets import permissions
from tickets.explaining import Explained, explain, pause_words
from tickets.models import Ticket


class Clocks(APIView):
    """The promises of a ticket, each with all that makes its deadline."""

    def get(self, request: Request, pk: int) -> Response:
        """Give the promises, those to be kept first."""
        user, now = cast(User, request.user), timezone.now()
        if not user.is_agent:
            raise Http404
        ticket = get_object_or_404(Ticket.objects.visible_to(user), pk=pk)
        permissions.check(user, "view_events", ticket)
        return Response(
            {"ticket": ticket.pk, "at": _at(now), "clocks": [_clock(one) for one in explain(ticket, now=now)]}
        )


def _clock(one: Explained) -> dict[str, Any]:
    found = one.derivation
    return {
        "id": one.clock.pk,
        "metric": found.metric,
        "cycle": found.cycle,
        "state": found.state,
        "sentence": one.sentence,
        "started_at": _at(found.started_at),
        "due_at": _at(found.due_at),
        "ended_at": _at(found.ended_at),
        "priority": found.priority,
        "target_seconds": _seconds(found.target),
        "used_seconds": _seconds(found.used),
        "left_seconds": _seconds(found.left),
        "paused_seconds": _seconds(found.paused),
        "late_seconds": _seconds(found.late),
        "computed_from": "events" if one.is_exact else "row",
        "agrees": not one.differs,
        "terms": _terms(one),
        "changes": [
            {
                "at": _at(change.at), "event": change.kind, "by": change.by or None, "priority": change.priority,
                "target_seconds": change.minutes * 60 if change.minutes is not None else None,
                "version": change.terms.version if change.terms else None,
                "calendar_revision": change.terms.calendar if change.terms else None,
                "due_at": _at(change.due_at),
            }
            for change in found.changes
        ],
        "segments": [
            {"date": day.date.isoformat(), "from": _at(since), "to": _at(to), "seconds": _seconds(to - since)}
            for day in found.days
            for since, to in day.spans
        ],
        "pauses": [
            {
                "state": halt.state, "reason": pause_words(halt.state), "from": _at(halt.since), "to": _at(halt.to),
                "working_seconds": _seconds(halt.length),
            }
            for halt in found.halts
        ],
        "steps": [
            {
                "offset_seconds": step.fire.step.offset_minutes * 60, "due_at": _at(step.fire.due_at),
                "at": _at(step.fire.at), "late_seconds": _seconds(step.late), "applied": step.fire.applied,
                "outcome": step.fire.outcome,
            }
            for step in one.steps
        ],
    }  # fmt: skip


def _terms(one: Explained) -> dict[str, Any] | None:
    if one.version is None or one.calendar is None:
        return None
    return {
        "policy": one.version.policy.name,
        "version": one.version.number,
        "valid_from": _at(one.version.valid_from),
        "calendar": one.calendar.calendar.name,
        "calendar_revision": one.calendar.number,
        "timezone": one.calendar.timezone,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _seconds(length: timedelta | None) -> int | None:
    return round(length.total_seconds()) if length is not None else None
