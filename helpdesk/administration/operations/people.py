"""Changing people: who they are, what they may do, and whether they may come in at all."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils.translation import gettext

from helpdesk.administration.operations.members import remove_member
from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from people.organisations import organisation_of
from people.sessions import end_sessions, renew_streams
from tickets.models import Membership
from tickets.operations import standing_in

FIELDS = ("name", "email", "role", "language", "organisation", "phone", "department", "location", "is_vip")


@transaction.atomic
def save_person(person: User, *, by: User, now: datetime) -> User:
    """
    Store a new or changed person; a new one belongs to the organisation of the address unless another is chosen.

    A role holds from their next click, and requesters belong to no queue.

    :raises Refused: if nobody would administer the helpdesk any more.
    """
    admins = _locked_admins()
    if not person.pk:
        person.set_unusable_password()
        person.organisation = person.organisation or organisation_of(person.email)
        return save(person, FIELDS, by=by, now=now)
    stored = User.objects.select_for_update().get(pk=person.pk)
    if stored.is_admin and not person.is_admin:
        _check_others(person, admins, "role")
    save(person, FIELDS, by=by, now=now)
    if stored.email != person.email:
        # A link to set a password must not go to the old address.
        EmailAddress.objects.filter(user=person).exclude(email__iexact=person.email).delete()
    if stored.role != person.role:
        if not person.is_agent:
            for membership in Membership.objects.filter(user=person).select_related("queue", "user"):
                remove_member(membership, by=by, now=now)
        standing_in.look_again(person, now=now)
        renew_streams(person)
    return person


@transaction.atomic
def activate_person(person: User, *, by: User, now: datetime) -> None:
    """Let somebody in again."""
    _switch(person, True, by=by, now=now)


@transaction.atomic
def deactivate_person(person: User, *, by: User, now: datetime) -> None:
    """
    Let somebody in no more; whatever they have open ends.

    :raises Refused: if nobody would administer the helpdesk any more.
    """
    _check_others(person, _locked_admins(), None)
    _switch(person, False, by=by, now=now)
    standing_in.look_again(person, now=now)
    end_sessions(person)


def _locked_admins() -> set[int]:
    """Lock the active administrators, always in the same order: two of them cannot remove each other."""
    rows = User.objects.filter(role=User.Role.ADMIN, is_active=True).select_for_update().order_by("pk")
    return {admin.pk for admin in rows}


def _check_others(person: User, admins: set[int], field: str | None) -> None:
    if admins == {person.pk}:
        raise Refused(
            gettext("%(name)s is the last active administrator; make somebody else one first.") % {"name": person},
            field,
        )


def _switch(person: User, is_active: bool, *, by: User, now: datetime) -> None:
    person = User.objects.select_for_update().get(pk=person.pk)
    if person.is_active == is_active:
        return
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    action = AuditEntry.Action.ACTIVATED if is_active else AuditEntry.Action.DEACTIVATED
    audit.record(person, action, by=by, now=now)
