"""How moments and lengths of promises are written."""

from datetime import date, datetime, timedelta

from django import template

from sla.worktime import Hours
from tickets.deriving import Change
from tickets.explaining import day_words, moment
from tickets.explaining import start_words as words_of_start
from tickets.help import spell
from tickets.models import Ticket

register = template.Library()


@register.filter
def full_moment(at: datetime | None) -> str:
    """Say a moment with its weekday and date."""
    return moment(at) if at else ""


@register.filter
def full_day(day: date) -> str:
    """Say a day with its weekday."""
    return day_words(day)


@register.filter
def length_words(length: timedelta) -> str:
    """Say a length of time: 30 min, 4 h."""
    return spell(length)


@register.filter
def priority_words(priority: int) -> str:
    """Name a priority."""
    return str(Ticket.Priority(priority).label)


@register.filter
def start_words(change: Change | None) -> str:
    """Say what made a promise begin."""
    return words_of_start(change)


@register.filter
def wall(at: datetime, hours: Hours) -> str:
    """Give the time on the clock of the calendar's place."""
    return f"{at.astimezone(hours.zone):%H:%M}"


@register.filter
def wall_end(at: datetime, hours: Hours) -> str:
    """Give the end of a stretch; midnight is 24:00."""
    return wall(at, hours).replace("00:00", "24:00")
