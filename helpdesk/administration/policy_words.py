"""What service levels say, in words: conditions, escalation steps, promises."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from helpdesk.administration.durations import in_words
from knowledgebase.models import Category
from people.models import Organisation, User
from sla.models import Metric, Target
from tickets.models import Queue, Ticket

FIELDS = {
    "queue": _("Queue"), "category": _("Category"), "priority": _("Priority"), "organisation": _("Organisation"),
    "channel": _("Channel"), "kind": _("Type"), "tier": _("Support level"), "state": _("State"),
    "assigned": _("Somebody works on it"), "vip": _("Requester is a VIP"),
}  # fmt: skip
OPS = {"in": _("is one of"), "not_in": _("is none of")}
ROLES = {
    "assignee": _("assignee"), "case_owner": _("case owner"), "queue_lead": _("lead of the queue"),
    "queue_members": _("people of the queue"), "on_call": _("who is on call"), "leads": _("all leads"),
}  # fmt: skip
# What a resolution clock may stand still in; the others mean that somebody of us has to do something.
PAUSES = (Ticket.State.PENDING_CUSTOMER, Ticket.State.PENDING_THIRD, Ticket.State.SCHEDULED)
Choices = list[tuple[Any, str]]


@dataclass(frozen=True)
class Names:
    """The values a condition may name, by field, and the people a step may."""

    fields: Mapping[str, Choices]
    people: Choices

    @classmethod
    def load(cls, people: Iterable[int] = ()) -> "Names":
        """Read them in four queries; people who left are known if they are named."""
        staff = User.objects.filter(Q(pk__in=User.objects.agents().values("pk")) | Q(pk__in=list(people)))
        yes_no: Choices = [(True, gettext("yes")), (False, gettext("no"))]
        return cls(
            fields={
                "queue": [(one.pk, _queue(one)) for one in Queue.objects.all()],
                "category": [(one.pk, one.name) for one in Category.objects.all()],
                "priority": [(one.value, str(one.label)) for one in reversed(Target.Priority)],
                "organisation": list(Organisation.objects.order_by("name").values_list("pk", "name")),
                "channel": [(one.value, str(one.label)) for one in Ticket.Channel],
                "kind": [(one.value, str(one.label)) for one in Ticket.Kind],
                "tier": [(one.value, str(one.label)) for one in Queue.Tier],
                "state": [(one.value, str(one.label)) for one in Ticket.State if one in _OPEN],
                "assigned": yes_no,
                "vip": yes_no,
            },
            people=[(one.pk, one.display_name) for one in staff.order_by("name", "email")],
        )

    def condition(self, condition: Mapping[str, Any]) -> str:
        """Say a condition: Priority is one of high, critical."""
        known = dict(self.fields[condition["field"]])
        values = ", ".join(known.get(value, gettext("deleted")) for value in condition["values"])
        return f"{FIELDS[condition['field']]} {OPS[condition['op']]} {values}"

    def conditions(self, conditions: Iterable[Mapping[str, Any]]) -> list[str]:
        """Say all of them."""
        return [self.condition(one) for one in conditions]

    def action(self, action: Mapping[str, Any]) -> str:
        """Say what a step does."""
        return str(_ACTIONS[action["do"]](self, action))

    def actions(self, actions: Iterable[Mapping[str, Any]]) -> str:
        """Say everything a step does."""
        return "; ".join(self.action(one) for one in actions)

    def step(self, step: Any) -> str:
        """Say a step: when, what, and under which conditions."""
        words = f"{Metric(step.metric).label}, {offset_words(step.offset)}: {self.actions(step.actions)}"
        if step.conditions:
            only = " · ".join(self.conditions(step.conditions))
            words += " – " + gettext("only if %(conditions)s") % {"conditions": only}
        return words


_OPEN = (Ticket.State.NEW, Ticket.State.OPEN, *PAUSES)


def people_of(steps: Iterable[Any]) -> list[int]:
    """List whom the actions of steps name."""
    return [person for step in steps for action in step.actions for person in action.get("people", ())]


def offset_words(minutes: int) -> str:
    """Say how far from a deadline something happens."""
    if not minutes:
        return gettext("at the deadline")
    words = gettext("%(length)s after the deadline") if minutes > 0 else gettext("%(length)s before the deadline")
    return words % {"length": in_words(abs(minutes))}


def target_words(minutes: Any) -> str:
    """Say what is promised for a priority; `minutes` has an attribute for each metric."""
    said = [(metric.label, getattr(minutes, metric.value, None)) for metric in Metric]
    return ", ".join(f"{label} {in_words(length)}" for label, length in said if length)


def moment_words(moment: datetime) -> str:
    """Say a moment with its day in the reader's time zone."""
    return date_format(timezone.localtime(moment), gettext("D, j M Y, H:i"))


def _queue(queue: Queue) -> str:
    name = f"{queue.name} ({queue.get_tier_display()})"
    return name if queue.is_active else gettext("%(name)s – not active") % {"name": name}


def _notify(names: Names, action: Mapping[str, Any]) -> str:
    people = dict(names.people)
    whom = [str(ROLES[role]) for role in action.get("whom", ())]
    whom += [people.get(person, gettext("deleted")) for person in action.get("people", ())]
    return gettext("notify %(whom)s") % {"whom": ", ".join(whom)}


def _move(names: Names, action: Mapping[str, Any]) -> str:
    if not action.get("queue"):
        return gettext("move to the next level")
    queue = dict(names.fields["queue"]).get(action["queue"], gettext("deleted"))
    return gettext("move to %(queue)s") % {"queue": queue}


def _tell(_names: Names, action: Mapping[str, Any]) -> str:
    text = " / ".join(" ".join(str(action.get(f"text_{language}", "")).split()) for language in ("de", "en"))
    return gettext("tell the requester “%(text)s”") % {"text": text if len(text) <= 300 else text[:299] + "…"}


_ACTIONS: dict[str, Any] = {
    "notify": _notify,
    "raise_priority": lambda _names, _action: gettext("raise the priority"),
    "move": _move,
    "assign_on_call": lambda _names, _action: gettext("assign to who is on call"),
    "tell_requester": _tell,
    "call_lead": lambda _names, _action: gettext("call the lead"),
}
