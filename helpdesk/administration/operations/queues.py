"""Changing queues; they are never deleted, for tickets remember them."""

from datetime import datetime

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from channels_intake.models import Mailbox
from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from tickets.models import Queue

FIELDS = ("name_de", "name_en", "tier", "escalates_to", "policy", "colour", "is_default", "reopen_days")


@transaction.atomic
def save_queue(queue: Queue, *, by: User, now: datetime) -> Queue:
    """
    Store a new or changed queue; one saved as default takes that place from the one that had it.

    :raises Refused: if tickets would escalate in a circle or to nowhere, or nothing would take new requests.
    """
    others = {other.pk: other for other in _locked() if other.pk != queue.pk}
    default = next((other for other in others.values() if other.is_default), None)
    if queue.is_default and not queue.is_active:
        raise Refused(gettext("This queue is not active; activate it first."), "is_default")
    if not queue.is_default and default is None:
        raise Refused(gettext("One queue must take what no rule routes; choose another one there first."), "is_default")
    _check_escalation(queue, others)
    if not queue.pk:
        queue.slug = _free_slug(queue, {other.slug for other in others.values()})
    if queue.is_default and default is not None:
        default.is_default = False
        save(default, ("is_default",), by=by, now=now)
    return save(queue, FIELDS, by=by, now=now)


@transaction.atomic
def activate(queue: Queue, *, by: User, now: datetime) -> None:
    """Let the queue take tickets again."""
    _switch(queue, True, by=by, now=now)


@transaction.atomic
def deactivate(queue: Queue, *, by: User, now: datetime) -> None:
    """
    Let no new ticket into the queue; those in it stay and can be worked on.

    :raises Refused: if it is the default one, or something still leads there.
    """
    queues = {other.pk: other for other in _locked()}
    queue = queues[queue.pk]
    if queue.is_default:
        raise Refused(
            gettext("This queue takes what no rule routes, so it stays active; let another one do that first.")
        )
    sources = [other.name for other in queues.values() if other.escalates_to_id == queue.pk and other.is_active]
    if sources:
        raise Refused(
            gettext("%(queues)s: tickets escalate to this queue from there. Choose another target there first.")
            % {"queues": ", ".join(sources)}
        )
    mailboxes = [mailbox.name for mailbox in Mailbox.objects.filter(queue=queue, is_active=True).only("name")]
    if mailboxes:
        raise Refused(
            gettext("%(mailboxes)s: mail comes to this queue from there. Choose another queue there first.")
            % {"mailboxes": ", ".join(mailboxes)}
        )
    _switch(queue, False, by=by, now=now)


def _locked() -> list[Queue]:
    return list(Queue.objects.select_for_update().order_by("pk"))


def _check_escalation(queue: Queue, others: dict[int, Queue]) -> None:
    way = [queue]
    target = queue.escalates_to_id
    if target is not None and target in others and not others[target].is_active:
        raise Refused(gettext("%(queue)s is not active.") % {"queue": others[target].name}, "escalates_to")
    while target is not None:
        if target == queue.pk:
            names = " → ".join(step.name for step in [*way, queue])
            raise Refused(
                gettext("Tickets would escalate in a circle (%(way)s); choose another queue.") % {"way": names},
                "escalates_to",
            )
        step = others.get(target)
        if step is None or step in way:
            break
        way.append(step)
        target = step.escalates_to_id


def _free_slug(queue: Queue, taken: set[str]) -> str:
    base = slugify(queue.name_en)[:40] or slugify(queue.name_de)[:40] or "queue"
    return next(
        slug for number in range(1, 10_000) if (slug := base if number == 1 else f"{base}-{number}") not in taken
    )


def _switch(queue: Queue, is_active: bool, *, by: User, now: datetime) -> None:
    queue = Queue.objects.select_for_update().get(pk=queue.pk)
    if queue.is_active == is_active:
        return
    queue.is_active = is_active
    queue.save(update_fields=["is_active"])
    action = AuditEntry.Action.ACTIVATED if is_active else AuditEntry.Action.DEACTIVATED
    audit.record(queue, action, by=by, now=now)
