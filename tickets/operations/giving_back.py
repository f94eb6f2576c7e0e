"""Giving a held answer back to its author: the text into their draft, files and recipients beside it."""

from datetime import datetime

from helpdesk.lib import html
from tickets.models import Draft, HeldAnswer
from tickets.operations.drafting import LONGEST
from tickets.pasted import ENDING, put_back


def give_back(held: HeldAnswer, *, now: datetime, written: str = "") -> None:
    """
    Put an answer back into its author's hands, under the ticket's lock.

    What they have written since stands behind it. One that could not be sent is kept with its text until they go on with
    it, so that no window that saves over the draft can lose it.
    """
    pasted = list(held.files.filter(is_inline=True, content_id__endswith=ENDING).select_related("blob"))
    _restore_draft(held, body=put_back(held.body, pasted), written=written, now=now)
    if not held.error:
        held.files.filter(pk__in=[file.pk for file in pasted]).delete()
    held.send_at = None
    if held.error or held.cc or held.bcc or held.solution or held.files.exists():
        held.save(update_fields=["send_at", "error", "cc", "bcc"])
    else:
        held.delete()


def _restore_draft(held: HeldAnswer, *, body: str, written: str, now: datetime) -> None:
    wanted = {"ticket_id": held.ticket_id, "user_id": held.author_id, "kind": Draft.Kind.REPLY}
    draft = Draft.objects.select_for_update().filter(**wanted).first()
    body = _joined(body, written.strip() or (draft.body if draft else ""))[:LONGEST]
    if draft is None:
        Draft.objects.create(**wanted, body=body, updated_at=now)
        return
    draft.body, draft.version, draft.updated_at = body, draft.version + 1, now
    draft.save(update_fields=["body", "version", "updated_at"])


def _joined(first: str, second: str) -> str:
    """Set one text behind the other, unless it is in it already."""
    if not second.strip() or second in first:
        return first
    if first in second:
        return second
    if "<" not in first + second:
        return f"{first}\n\n{second}"
    return "".join(part if part.lstrip().startswith("<") else str(html.from_text(part)) for part in (first, second))
