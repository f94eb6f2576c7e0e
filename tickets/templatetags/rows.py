"""
The rows of the list, painted in one go.

A list shows 25 of them on every page: as a template with its tags they took longer than everything else together.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

from helpdesk.lib.templatetags.look import avatar, icon, priority
from knowledgebase.models import Category
from people.models import User
from tickets.models import Queue, Ticket
from tickets.templatetags.workspace import channel_icon, clock_chip, when
from tickets.triage.frustration import UPSET

register = template.Library()

_NOTHING = SafeString("")
_ROW = (
    '<li id="row-{pk}" data-version="{version}"{oob}><a class="t{new}{left}" href="/tickets/{pk}/?{query}"{current}{lang}>'
    '<span class="who">{channel}<b class="truncate">{name}</b>{beside}</span><span class="when">{when}</span>'
    '<span class="subj">{subject}</span><span class="snip">{about}{snippet}</span>'
    '<span class="meta">{clock}{priority}{offered}{called}{upset}<span class="id">{number}</span>'
    '<span class="push">{queue}{assignee}</span></span>'
    "</a></li>"
)


@register.simple_tag(takes_context=True)
def ticket_rows(context: template.Context, tickets: Iterable[Ticket], query: str) -> SafeString:
    """Paint the rows of some tickets; the context knows `now` and `open_pk`, the ticket that is open."""
    paint = _painter(
        context["now"], query, context.get("open_pk"), about=bool(getattr(context.get("view"), "search", ""))
    )
    return format_html_join("", "{}", ((paint(ticket),) for ticket in tickets))


@register.simple_tag(takes_context=True)
def ticket_row(context: template.Context, ticket: Ticket, query: str, oob: bool = False) -> SafeString:
    """Paint one row that changed; the context knows whether it has `left` its view."""
    paint = _painter(context["now"], query, context.get("open_pk"))
    return paint(ticket, left=bool(context.get("left")), oob=oob)


def _painter(now: datetime, query: str, open_pk: int | None, about: bool = False) -> Callable[..., SafeString]:
    language = get_language() or ""
    today = timezone.localdate(now)

    @cache
    def person(user: User | None) -> SafeString:
        return avatar(user, "xs")

    @cache
    def queue_tag(queue: Queue) -> SafeString:
        return format_html('<span class="tag is-{}">{}</span>', queue.colour, queue.name)

    @cache
    def bars(level: int) -> SafeString:
        return priority(level)

    @cache
    def channel(name: str) -> SafeString:
        return channel_icon(name)

    @cache
    def upset() -> SafeString:
        return format_html('<span class="tag is-bad">{}</span>', gettext("upset"))

    @cache
    def topic(kind: str, category: Category | None) -> SafeString:
        words = [str(dict(Ticket.Kind.choices)[kind]), *([category.name] if category else [])]
        return format_html("<b>{}</b> – ", " · ".join(words))

    @cache
    def offered() -> SafeString:
        return format_html('<span class="tag is-wait">{}</span>', icon("stairs-up", gettext("offered"), small=True))

    @cache
    def called() -> SafeString:
        return format_html('<span class="tag is-bad">{}</span>', icon("urgent", gettext("lead called"), small=True))

    def moment(ticket: Ticket) -> str:
        last = max(m for m in (ticket.created_at, ticket.last_customer_at, ticket.last_agent_at) if m is not None)
        local = timezone.localtime(last)
        return f"{local.hour:02}:{local.minute:02}" if local.date() == today else day(local.date(), last)

    days: dict[Any, str] = {}

    def day(date: Any, last: datetime) -> str:
        if date not in days:
            days[date] = when(last, now)
        return days[date]

    def beside(user: User) -> SafeString:
        if user.is_vip:
            return format_html('<span class="tag is-wait">{}VIP</span>', icon("star"))
        return format_html('<span class="truncate">{}</span>', user.department) if user.department else _NOTHING

    def paint(ticket: Ticket, *, left: bool = False, oob: bool = False) -> SafeString:
        foreign = ticket.language != language
        return format_html(
            _ROW,
            pk=ticket.pk,
            version=ticket.version,
            oob=SafeString(' hx-swap-oob="true"') if oob else _NOTHING,
            new=SafeString(" new") if ticket.awaits_answer else _NOTHING,
            left=SafeString(" left") if left else _NOTHING,
            query=query,
            current=SafeString(' aria-current="true"') if ticket.pk == open_pk else _NOTHING,
            lang=format_html(' lang="{}"', ticket.language) if foreign else _NOTHING,
            channel=channel(ticket.channel),
            name=ticket.requester.display_name,
            beside=beside(ticket.requester),
            when=moment(ticket),
            subject=ticket.subject,
            snippet=ticket.snippet[:90],
            clock=clock_chip(ticket, now),
            priority=bars(ticket.priority),
            offered=offered() if ticket.offered_at else _NOTHING,
            called=called() if ticket.lead_called_at else _NOTHING,
            upset=upset() if ticket.upset >= UPSET else _NOTHING,
            about=topic(ticket.kind, ticket.category) if about else _NOTHING,
            number=ticket.number,
            queue=queue_tag(ticket.queue),
            assignee=person(ticket.assignee),
        )

    return paint
