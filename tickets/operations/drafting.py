"""Unfinished texts: kept apart from the ticket, so that nothing that happens to it touches them."""

from datetime import datetime

from django.db import IntegrityError, transaction

from people.models import User
from tickets.models import Draft, Ticket

LONGEST = 3_000_000  # with its pictures written out


class DraftChanged(Exception):
    """The same person wrote on in another window or on another device."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"Draft {draft.pk} is at version {draft.version}.")
        self.draft = draft


@transaction.atomic
def save_draft(ticket: Ticket, *, kind: Draft.Kind, body: str, version: int, by: User, now: datetime) -> Draft:
    """
    Keep a text as the next version; `version` is the one it was written on, 0 for a new text.

    :raises DraftChanged: if a newer version is there.
    """
    draft = _draft(ticket, kind, by)
    if draft is None:
        try:
            with transaction.atomic():
                return Draft.objects.create(ticket=ticket, user=by, kind=kind, body=body[:LONGEST], updated_at=now)
        except IntegrityError:
            draft = _draft(ticket, kind, by)
            assert draft is not None
    if draft.version != version:
        raise DraftChanged(draft)
    draft.body, draft.version, draft.updated_at = body[:LONGEST], version + 1, now
    draft.save(update_fields=["body", "version", "updated_at"])
    return draft


@transaction.atomic
def keep_draft(ticket: Ticket, *, kind: Draft.Kind, body: str, by: User, now: datetime) -> None:
    """Keep a text whatever was kept before; what was typed last counts."""
    draft, is_new = Draft.objects.select_for_update().get_or_create(
        ticket=ticket, user=by, kind=kind, defaults={"body": body[:LONGEST], "updated_at": now}
    )
    if not is_new and draft.body != body[:LONGEST]:
        draft.body, draft.version, draft.updated_at = body[:LONGEST], draft.version + 1, now
        draft.save(update_fields=["body", "version", "updated_at"])


def drop_draft(ticket: Ticket, *, kind: Draft.Kind, by: User) -> None:
    """Forget a text because it was sent."""
    Draft.objects.filter(ticket=ticket, user=by, kind=kind).delete()


def _draft(ticket: Ticket, kind: Draft.Kind, by: User) -> Draft | None:
    return Draft.objects.select_for_update().filter(ticket=ticket, user=by, kind=kind).first()
