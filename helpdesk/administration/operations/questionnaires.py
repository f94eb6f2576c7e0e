"""Changing questionnaires; what people are asked changes when a version is published."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max

from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from tickets.models import Questionnaire
from tickets.operations.questioning import CannotPublish, publish

FIELDS = ("name_de", "name_en", "queue", "category", "is_active", "draft")


@transaction.atomic
def save_questionnaire(questionnaire: Questionnaire, *, by: User, now: datetime) -> Questionnaire:
    """Store a new or changed questionnaire; a new one comes last, and is asked once it is published."""
    if not questionnaire.pk:
        last = Questionnaire.objects.aggregate(last=Max("position"))["last"]
        questionnaire.position = min((last or 0) + 10, 32_000)
    return save(questionnaire, FIELDS, by=by, now=now)


@transaction.atomic
def publish_questionnaire(questionnaire: Questionnaire, *, by: User, now: datetime) -> int:
    """
    Ask these questions from now on, and return the number of the version.

    :raises Refused: if they have errors.
    """
    before = questionnaire.versions.filter(replaced_at=None).values_list("number", flat=True).first()
    try:
        version = publish(questionnaire, by=by, now=now)
    except CannotPublish as refusal:
        raise Refused(str(refusal)) from None
    if version.number != before:
        changes = {"versions": [before, version.number]}
        audit.record(questionnaire, AuditEntry.Action.CHANGED, by=by, now=now, changes=changes)
    return version.number
