"""Changing organisations, their domains, and who belongs to them."""

from collections.abc import Collection
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import CharField, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Length
from django.utils.translation import gettext

from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, Domain, Organisation, User

FIELDS = ("name", "note", "is_active")


def save_organisation(organisation: Organisation, *, domains: Collection[str], by: User, now: datetime) -> Organisation:
    """
    Store a new or changed organisation with its domains, and what differs.

    :raises Refused: if one of the domains belongs to another organisation.
    """
    try:
        return _save(organisation, domains, by, now)
    except IntegrityError:
        # Somebody else listed it, or took the name, since the form was checked.
        raise Refused(gettext("Somebody else has just taken this name or one of the domains. Look again.")) from None


@transaction.atomic
def put_people_in(organisation: Organisation, *, by: User, now: datetime) -> int:
    """Let everybody with an address of its domains who belongs nowhere belong to it, and return how many."""
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    count = User.objects.filter(pk__in=belonging_nowhere(organisation).values("pk")).update(organisation=organisation)
    if count:
        changes = {"people": [None, gettext("%(count)s put in") % {"count": count}]}
        audit.record(organisation, AuditEntry.Action.CHANGED, by=by, now=now, changes=changes)
    return count


def belonging_nowhere(organisation: Organisation) -> QuerySet[User]:
    """Give the people without an organisation whose address says that they belong to this one."""
    names = [domain.name for domain in organisation.domains.all()] if organisation.is_active else []
    if not names:
        return User.objects.get_queryset().none()
    below = reduce(or_, (Q(email__endswith=f"@{name}") | Q(email__endswith=f".{name}") for name in names))
    nearest = (
        Domain.objects.filter(organisation__is_active=True)
        .alias(email=ExpressionWrapper(OuterRef("email"), output_field=CharField()))
        .filter(Q(email__endswith=Concat(Value("@"), F("name"))) | Q(email__endswith=Concat(Value("."), F("name"))))
        .order_by(Length("name").desc())
        .values("organisation")[:1]
    )
    alone = User.objects.get_queryset().filter(below, organisation=None)
    return alone.alias(nearest=Subquery(nearest)).filter(nearest=organisation.pk)


@transaction.atomic
def _save(organisation: Organisation, domains: Collection[str], by: User, now: datetime) -> Organisation:
    stored = Organisation.objects.select_for_update().filter(pk=organisation.pk).first()
    before = _facts(stored) if stored else {}
    organisation.save()
    organisation.domains.exclude(name__in=domains).delete()
    known = set(organisation.domains.values_list("name", flat=True))
    Domain.objects.bulk_create(Domain(organisation=organisation, name=name) for name in domains if name not in known)
    action = AuditEntry.Action.CHANGED if stored else AuditEntry.Action.CREATED
    if changes := audit.differences(before, _facts(organisation)):
        audit.record(organisation, action, by=by, now=now, changes=changes)
    return organisation


def _facts(organisation: Organisation) -> dict[str, object]:
    names = organisation.domains.order_by("name").values_list("name", flat=True)
    return {**audit.snapshot(organisation, FIELDS), "domains": list(names)}
