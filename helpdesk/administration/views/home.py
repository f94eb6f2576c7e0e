"""What there is to set, and the record of what was changed."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from channels_intake.models import Mailbox
from helpdesk.administration.access import SettingsRequest, leads_read
from helpdesk.administration.record import KINDS, Line, kind_of, lines
from people.models import AuditEntry

_PAGE = 50


@dataclass(frozen=True)
class Card:
    """A part of the settings."""

    icon: str
    title: str
    text: str
    address: str
    warning: str = ""


@leads_read
@require_GET
def home(request: SettingsRequest) -> HttpResponse:
    """Show the parts of the settings."""
    failing = Mailbox.objects.filter(is_active=True).exclude(host="").exclude(last_error="").count()
    trouble = gettext("%(count)s cannot be fetched") % {"count": failing} if failing else ""
    parts = (
        ("users", gettext("People"), gettext("Who works here and who asks, with roles."), "people"),
        ("building", gettext("Organisations"), gettext("Who belongs together, by their domains."), "organisations"),
        ("inbox", gettext("Queues"), gettext("Levels, members and where tickets escalate to."), "queues"),
        ("router", gettext("Routing rules"), gettext("Which words lead to which queue."), "rules"),
        ("list-check", gettext("Questionnaires"), gettext("What is asked before a person reads."), "questionnaires"),
        (
            "mailbox",
            gettext("Mailboxes"),
            gettext("Where mail comes from and leaves by, signatures, and whether it works."),
            "mailboxes",
        ),
        ("key", gettext("OAuth"), gettext("Signing in to mailboxes at Microsoft 365, Google and others."), "grants"),
        (
            "adjustments-horizontal",
            gettext("Mail rules"),
            gettext("What is refused, spam, or goes elsewhere."),
            "mail_rules",
        ),
        ("ban", gettext("Blocked senders"), gettext("Whose mail is refused, and whose never is."), "blocks"),
        (
            "language",
            gettext("Words of the search"),
            gettext("Which words mean the same, and which say nothing."),
            "words",
        ),
        ("bulb", gettext("Triage"), gettext("What it learnt, how good it is, and learning now."), "triage"),
        ("robot", gettext("What triage may do"), gettext("Suggest or act, by queue and by answer."), "modes"),
        ("calendar-event", gettext("Working hours"), gettext("Calendars with breaks and holidays."), "calendars"),
        ("stopwatch", gettext("SLA"), gettext("How soon we answer and solve, by priority."), "policies"),
        ("alarm", gettext("Deadlines"), gettext("Whether every deadline is right, and what came late."), "deadlines"),
        ("history", gettext("Changes"), gettext("Who changed what in the settings, and when."), "audit"),
    )
    cards = [
        Card(icon, title, text, reverse(f"settings:{name}"), trouble if name == "mailboxes" else "")
        for icon, title, text, name in parts
    ]
    return render(request, "settings/home.html", {"cards": cards})


@leads_read
@require_GET
def audit(request: SettingsRequest) -> HttpResponse:
    """List what was changed, newest first."""
    kind = request.GET.get("kind", "")
    entries = AuditEntry.objects.select_related("by")
    if kind in KINDS:
        entries = entries.filter(kind=kind)
    page = Paginator(entries, _PAGE).get_page(request.GET.get("page"))
    rows: list[tuple[AuditEntry, str, list[Line]]] = [(entry, kind_of(entry), lines(entry)) for entry in page]
    context = {
        "page": page, "rows": rows, "kinds": KINDS.items(), "kind": kind,
        "query": urlencode({"kind": kind}) if kind in KINDS else "",
    }  # fmt: skip
    return render(request, "settings/audit.html", context)
