"""Being away, and coming back."""

from datetime import datetime

from django.db import IntegrityError, transaction

from people import audit
from people.models import AuditEntry, User
from tickets.models import Absence

FIELDS = ("person", "starts_at", "ends_at", "deputy", "mode", "note")


class CannotBeAway(Exception):
    """The time is none or over, or there is no deputy who could stand in."""


class AwayAlready(Exception):
    """This person is away at that time already."""


class CannotReturn(Exception):
    """The absence is over already."""


@transaction.atomic
def enter_absence(
    person: User,
    *,
    starts_at: datetime,
    ends_at: datetime,
    deputy: User | None = None,
    mode: Absence.Mode = Absence.Mode.OFFER,
    note: str = "",
    by: User,
    now: datetime,
) -> Absence:
    """
    Note that somebody is away; what becomes of their tickets, the sweep does when the time has come.

    :raises CannotBeAway: if the time is none or over, or nobody could stand in.
    :raises AwayAlready: if they are away at a moment of that time already.
    """
    if ends_at <= starts_at or ends_at <= now or not person.is_agent:
        raise CannotBeAway("An absence of somebody who works here ends after it begins, and not in the past.")
    if deputy is None and mode == Absence.Mode.OFFER:
        raise CannotBeAway("Tickets are offered to somebody.")
    if deputy is not None and (deputy == person or not (deputy.is_active and deputy.is_agent)):
        raise CannotBeAway("Another active agent stands in.")
    absence = Absence(
        person=person, starts_at=starts_at, ends_at=ends_at, deputy=deputy, mode=mode, note=note.strip(),
        made_by=by, made_at=now,
    )  # fmt: skip
    try:
        with transaction.atomic():
            absence.save(force_insert=True)
    except IntegrityError as error:
        if "absence_one_at_a_time" not in str(error):
            raise
        raise AwayAlready(f"{person} is away at that time already.") from None
    _record(absence, AuditEntry.Action.CREATED, {}, by=by, now=now)
    return absence


@transaction.atomic
def come_back(absence: Absence, *, by: User, now: datetime) -> None:
    """
    End an absence now; one that has not begun never was. Nothing that changed hands meanwhile goes back by itself.

    :raises CannotReturn: if it is over already.
    """
    found = Absence.objects.select_for_update(of=("self",)).select_related("person", "deputy").filter(pk=absence.pk)
    row = found.first()
    if row is None or row.ends_at <= now:
        raise CannotReturn("This absence is over already.")
    if now <= row.starts_at:
        audit.record(row, AuditEntry.Action.REMOVED, by=by, now=now, changes={"person": [str(row.person), None]})
        row.delete()
        return
    before = audit.snapshot(row, FIELDS)
    row.ends_at = now
    row.save(update_fields=["ends_at"])
    _record(row, AuditEntry.Action.CHANGED, before, by=by, now=now)


def _record(absence: Absence, action: AuditEntry.Action, before: dict[str, object], *, by: User, now: datetime) -> None:
    changes = audit.differences(before, audit.snapshot(absence, FIELDS))
    audit.record(absence, action, by=by, now=now, changes=changes)
