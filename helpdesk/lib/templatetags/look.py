"""The parts every page is built of: icons, avatars, priority, clocks, links of the navigation."""

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect, Select, SelectMultiple
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext

register = template.Library()

_COLOURS = "abcdef"
_DAY = timedelta(days=1)


class Someone(Protocol):
    """Whoever can have an avatar."""

    pk: Any

    @property
    def display_name(self) -> str:
        """Say who this is."""
        ...


@register.simple_tag
def icon(name: str, label: str = "", small: bool = False) -> SafeString:
    """Draw an icon of the sprite; with a label it is an image of its own, without one it is decoration."""
    return _icon(name, str(label), small)


@lru_cache(maxsize=2000)
def _icon(name: str, label: str, small: bool) -> SafeString:
    # A page has a hundred of them, and looking the sprite's address up is most of the work.
    css = "i i-sm" if small else "i"
    address = f"{static('vendor/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            css,
            label,
            address,
        )
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', css, address)


@register.simple_tag
def avatar(person: Someone | None, size: str = "", decorative: bool = False) -> SafeString:
    """Draw a person's initials in their colour; size is "", "sm" or "xs". Decorative beside a written name."""
    css = f"av av-{size}" if size else "av"
    if person is None:
        return format_html(
            '<span class="{}" role="img" aria-label="{}">–</span>',
            css,
            gettext("not assigned"),
        )
    colour = f"{css} av-{_COLOURS[int(person.pk or 0) % len(_COLOURS)]}"
    letters = initials(person.display_name)
    if decorative:
        return format_html('<span class="{}" aria-hidden="true">{}</span>', colour, letters)
    return format_html(
        '<span class="{}" role="img" aria-label="{}">{}</span>',
        colour,
        person.display_name,
        letters,
    )


def initials(name: str) -> str:
    """Take the first letters of the first and the last word."""
    words = [word for word in name.split("@")[0].replace(".", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.simple_tag
def priority(level: int, decorative: bool = False) -> SafeString:
    """Draw the signal bars of a priority from 1 (low) to 4 (critical)."""
    bars = SafeString("<i></i><i></i><i></i><i></i>")
    if decorative:
        return format_html('<span class="prio prio-{}" aria-hidden="true">{}</span>', level, bars)
    names = {
        1: gettext("Priority low"),
        2: gettext("Priority normal"),
        3: gettext("Priority high"),
        4: gettext("Priority critical"),
    }
    name = names.get(level, "")
    return format_html(
        '<span class="prio prio-{}" role="img" aria-label="{}">{}</span>',
        level,
        name,
        bars,
    )


@register.simple_tag
def countdown(
    due: datetime | None,
    started: datetime | None = None,
    state: str = "running",
    reason: str = "",
    now: datetime | None = None,
) -> SafeString:
    """Draw a clock as a chip; state is "running", "paused" (say the reason) or "met". The browser counts on."""
    if due is None:
        return SafeString("")
    left = due - (now or timezone.now())
    total = due - started if started else _DAY
    css, shape, words = _chip(left, total, state, reason)
    return format_html(
        '<time class="sla {}" datetime="{}" data-due="{}" data-total="{}" data-state="{}">{}<span>{}</span></time>',
        css,
        due.isoformat(timespec="minutes"),
        int(due.timestamp()),
        int(total.total_seconds()),
        state,
        icon(shape),
        words,
    )


def _chip(left: timedelta, total: timedelta, state: str, reason: str) -> tuple[str, str, str]:
    if state == "met":
        return "is-ok", "circle-check", reason or pgettext("clock", "met")
    if state == "paused":
        return "is-calm", "player-pause", reason or gettext("paused")
    if left <= timedelta(0):
        return (
            "is-bad",
            "alert-triangle",
            gettext("overdue %(time)s") % {"time": duration(-left)},
        )
    return ("is-calm" if left * 2 > total else "is-warn"), "clock", duration(left)


@register.filter
def duration(length: timedelta) -> str:
    """Say a length of time in short: 0:18, 3:05, from a day on "2 days"."""
    minutes = int(length.total_seconds()) // 60
    if length < _DAY:
        return f"{minutes // 60}:{minutes % 60:02}"
    return ngettext("%(count)d day", "%(count)d days", minutes // 1440) % {"count": minutes // 1440}


@register.inclusion_tag("_rail_link.html", takes_context=True)
def rail_link(context: template.Context, symbol: str, label: str, *names: str, css: str = "") -> dict[str, Any]:
    """Link to the first of these addresses that exists, marked while one is below it."""
    address = first_url(*names)
    request = context.get("request")
    current = bool(address and request and request.path.startswith(address))
    return {
        "symbol": symbol,
        "label": label,
        "address": address,
        "current": current,
        "css": css,
    }


@register.simple_tag
def first_url(*names: str) -> str:
    """Give the address of the first name that has one, else nothing."""
    for name in names:
        try:
            return reverse(name)
        except NoReverseMatch:
            continue
    return ""


@register.inclusion_tag("_field.html")
def field(
    bound: BoundField, label: str = "", help: str | None = None, autofocus: bool = False, css: str = ""
) -> dict[str, Any]:
    """Draw a form field, label, help and errors tied together for screen readers; help="" leaves the form's own out."""
    widget = bound.field.widget
    attributes: dict[str, Any] = {"class": _control(widget)}
    help = str(bound.help_text) if help is None else help
    name = bound.id_for_label or bound.auto_id  # a group of boxes has no input of its own to be labelled
    notes = []
    if help:
        notes.append(f"{name}-help")
    if bound.errors:
        notes.append(f"{name}-error")
        attributes |= {
            "class": f"{attributes['class']} is-invalid",
            "aria-invalid": "true",
        }
    if notes:
        attributes["aria-describedby"] = " ".join(notes)
    attributes["autofocus"] = autofocus
    if own := widget.attrs.get("class"):
        attributes["class"] = f"{attributes['class']} {own}"
    return {
        "bound": bound,
        "name": name,
        "control": bound.as_widget(attrs=attributes),
        "label": label or bound.label,
        "help": help,
        "is_check": isinstance(widget, CheckboxInput),
        "is_group": bound.use_fieldset,
        "css": css,
    }


def _control(widget: Any) -> str:
    if isinstance(widget, CheckboxInput | RadioSelect):
        return "form-check-input"
    if isinstance(widget, Select | SelectMultiple):
        return "form-select"
    return "form-control"
