"""Who works in a queue; rights are read with each request, so a change holds at once."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from people.sessions import renew_streams
from tickets.models import Membership, Queue
from tickets.operations import standing_in


@transaction.atomic
def add_member(queue: Queue, user: User, *, level: int, by: User, now: datetime) -> Membership:
    """
    Let somebody work in a queue.

    :raises Refused: if they do so already, or do not work here.
    """
    if not (user.is_agent and user.is_active):
        raise Refused(gettext("Only active agents, leads and administrators work in queues."), "user")
    try:
        with transaction.atomic():
            membership = Membership.objects.create(queue=queue, user=user, level=level)
    except IntegrityError:
        raise Refused(gettext("%(name)s is a member already.") % {"name": user}, "user") from None
    _record(membership, AuditEntry.Action.CREATED, [None, membership.get_level_display()], by=by, now=now)
    return membership


@transaction.atomic
def change_level(membership: Membership, level: int, *, by: User, now: datetime) -> None:
    """Give a member another level."""
    membership = Membership.objects.select_for_update(of=("self",)).select_related("user", "queue").get(
        pk=membership.pk
    )  # fmt: skip
    if membership.level == level:
        return
    before = membership.get_level_display()
    membership.level = level
    membership.save(update_fields=["level"])
    standing_in.look_again(membership.user, now=now)
    _record(membership, AuditEntry.Action.CHANGED, [before, membership.get_level_display()], by=by, now=now)


@transaction.atomic
def remove_member(membership: Membership, *, by: User, now: datetime) -> None:
    """Let somebody work in this queue no more."""
    _record(membership, AuditEntry.Action.REMOVED, [membership.get_level_display(), None], by=by, now=now)
    membership.delete()
    standing_in.look_again(membership.user, now=now)


def _record(
    membership: Membership, action: AuditEntry.Action, level: list[str | None], *, by: User, now: datetime
) -> None:
    audit.record(
        membership, action, by=by, now=now,
        changes={"queue": str(membership.queue), "user": str(membership.user), "level": level},
    )  # fmt: skip
    renew_streams(membership.user)
