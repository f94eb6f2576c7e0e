"""The record of changes in words people understand."""

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.models import AuditEntry

KINDS = {
    "tickets.handovercontract": _("Contract for hand-overs"),
    "people.user": _("person"),
    "people.organisation": _("organisation"),
    "tickets.queue": _("queue"),
    "tickets.membership": _("membership"),
    "tickets.routingrule": _("routing rule"),
    "tickets.questionnaire": _("questionnaire"),
    "tickets.triagemode": _("mode of triage"),
    "tickets.triagemodel": _("triage model"),
    "tickets.phrase": _("phrase"),
    "tickets.rota": _("on-call rota"),
    "tickets.rotaswap": _("swapped shift"),
    "tickets.absence": _("absence"),
    "knowledgebase.synonyms": _("synonyms"),
    "knowledgebase.stopword": _("filler word"),
    "sla.calendar": _("calendar"),
    "sla.policy": _("SLA"),
    "channels_intake.mailbox": _("mailbox"),
    "channels_intake.mailrule": _("mail rule"),
    "channels_intake.block": _("blocked or allowed sender"),
    "notifications.sender": _("sender"),
    "notifications.oauthgrant": _("sign-in by OAuth"),
}


@dataclass(frozen=True)
class Line:
    """One thing that changed; before and after are empty where there was nothing."""

    name: str
    before: str
    after: str


def kind_of(entry: AuditEntry) -> str:
    """Say what kind of thing it was."""
    return str(KINDS.get(entry.kind, entry.kind))


def lines(entry: AuditEntry) -> list[Line]:
    """Say what changed, field by field."""
    found = []
    for name, change in entry.changes.items():
        is_pair = isinstance(change, list) and len(change) == 2
        before, after = change if is_pair else ("", change)
        field = _field(entry.kind, name)
        line = Line(_label(field, name), _words(before, field), _words(after, field))
        if line.before or line.after:
            found.append(line)
    return found


def _field(kind: str, name: str) -> Any:
    try:
        return apps.get_model(kind)._meta.get_field(name)
    except (LookupError, FieldDoesNotExist, ValueError):
        return None


def _label(field: Any, name: str) -> str:
    if field is None:
        return gettext(name)
    return str(getattr(field, "verbose_name", None) or field.related_model._meta.verbose_name_plural)


def _words(value: Any, field: Any = None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        return "; ".join(_words(one) for one in value)
    return str(dict(getattr(field, "flatchoices", None) or ()).get(value, value))
