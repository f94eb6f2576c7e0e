"""Small parts of rows and messages that templates alone would say at length."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext

from helpdesk.lib.templatetags.look import countdown, icon
from tickets.help import spell
from tickets.models import Ticket

register = template.Library()

_CHANNELS = {"email": "mail", "web": "world", "chat": "message-circle", "phone": "phone"}
_STATES = {
    "new": "d-info", "open": "d-info", "pending_customer": "d-wait", "pending_third": "d-wait", "scheduled": "d-wait",
    "resolved": "d-ok", "closed": "d-ok", "void": "",
}  # fmt: skip


def channel_icon(channel: str) -> SafeString:
    """Draw a channel by which tickets come."""
    return icon(_CHANNELS[channel], str(Ticket.Channel(channel).label), small=True)


@register.filter
def state_dot(ticket: Ticket) -> str:
    """Give the colour of a ticket's state."""
    return _STATES[ticket.state]


@register.simple_tag
def clock_chip(ticket: Ticket, now: datetime) -> SafeString:
    """Draw the deadline of a ticket, or why there is none."""
    if ticket.next_due_at is not None:
        return countdown(ticket.next_due_at, ticket.created_at, now=now)
    if ticket.is_waiting:
        words = ticket.get_state_display()
        return format_html('<span class="sla is-calm">{}{}</span>', icon("player-pause"), words)
    if not ticket.is_open:
        return format_html('<span class="sla is-ok">{}{}</span>', icon("circle-check"), ticket.get_state_display())
    return SafeString("")


@register.simple_tag
def when(moment: datetime | None, now: datetime) -> str:
    """Say a moment in short: the time today, else the day, with the year if it is not this one."""
    if moment is None:
        return ""
    there, here = timezone.localtime(moment), timezone.localtime(now)
    if there.date() == here.date():
        return date_format(there, "H:i")
    if there.year == here.year:
        return date_format(there, pgettext("day and month", "j M"))
    return date_format(there, "SHORT_DATE_FORMAT")


@register.simple_tag
def when_long(moment: datetime | None, now: datetime) -> str:
    """Say a moment with its time: today 09:14, tomorrow 09:14, 4 Nov 09:14."""
    if moment is None:
        return ""
    there, today = timezone.localtime(moment), timezone.localdate(now)
    time = date_format(there, "H:i")
    if there.date() == today:
        return gettext("today %(time)s") % {"time": time}
    if there.date() == today + timedelta(days=1):
        return gettext("tomorrow %(time)s") % {"time": time}
    if there.date() == today - timedelta(days=1):
        return gettext("yesterday %(time)s") % {"time": time}
    return f"{when(moment, now)} {time}"


@register.simple_tag
def by_when(moment: datetime, now: datetime) -> str:
    """Say by when something is to be done: 14:00 where that is today, else as long as it takes."""
    is_today = timezone.localdate(moment) == timezone.localdate(now)
    return date_format(timezone.localtime(moment), "H:i") if is_today else when_long(moment, now)


@register.simple_tag
def weekday(moment: datetime) -> str:
    """Say a moment of the coming weeks: Fri 4 Dec 09:00."""
    there = timezone.localtime(moment)
    day = date_format(there, pgettext("day and month", "j M"))
    return f"{date_format(there, 'D')} {day} {date_format(there, 'H:i')}"


@register.simple_tag
def left(moment: datetime, now: datetime) -> str:
    """Say in large figures how long it is until then, or since."""
    length = abs(moment - now)
    if length >= timedelta(days=2):
        return gettext("%(count)d days") % {"count": length.days}
    minutes = int(length.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02} h"


@register.filter
def spelled(minutes: int) -> str:
    """Say a number of minutes: 30 min, 4 h."""
    return spell(timedelta(minutes=minutes))
