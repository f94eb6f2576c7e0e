"""What administrators do with the versions that triage learnt."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from people import audit
from people.models import AuditEntry, User
from tickets.models import Phrase, TriageModel
from tickets.triage import versions


@transaction.atomic
def start_training(*, by: User, now: datetime) -> TriageModel:
    """Ask for a training; asking twice asks once."""
    model = versions.ask_for(now=now)
    audit.record(model, AuditEntry.Action.CREATED, by=by, now=now)
    return model


@transaction.atomic
def use_version(model: TriageModel, *, by: User, now: datetime) -> None:
    """
    Use this version from now on.

    :raises Refused: if what it learnt is no longer kept.
    """
    before = TriageModel.objects.filter(state=TriageModel.State.ACTIVE).first()
    if not model.size:
        raise Refused(gettext("What version %(number)s learnt is no longer kept.") % {"number": model.version})
    versions.use(model)
    changes = {"version": [before.version if before else None, model.version]}
    audit.record(model, AuditEntry.Action.CHANGED, by=by, now=now, changes=changes)


@transaction.atomic
def save_phrase(phrase: Phrase, *, by: User, now: datetime) -> Phrase:
    """Add a phrase."""
    return save(phrase, ("language", "words"), by=by, now=now)


@transaction.atomic
def remove_phrase(phrase: Phrase, *, by: User, now: datetime) -> None:
    """Take a phrase off the list."""
    audit.record(phrase, AuditEntry.Action.REMOVED, by=by, now=now, changes={"words": [phrase.words, None]})
    phrase.delete()
