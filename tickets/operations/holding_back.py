"""
Holding an answer back for some seconds before it takes effect, so that its author can take it back.

Until it is released, an answer is a row of its own, and nobody but staff can know of it. Releasing answers and deletes the
row in one transaction: at every moment the answer is either held, or sent once, or back in its author's hands.
"""

import logging
import uuid
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import Q

from helpdesk.lib import live
from people.models import User
from tickets import permissions
from tickets.models import Draft, HeldAnswer, HeldFile, Message, Ticket
from tickets.operations.answering import NEEDS, Then, answer_locked, check_answer
from tickets.operations.drafting import drop_draft
from tickets.operations.files import File, Stored, store
from tickets.operations.giving_back import give_back
from tickets.operations.holding import CannotHold
from tickets.operations.replying import CannotReply, Overtaken
from tickets.operations.resolution import CannotResolve

log = logging.getLogger(__name__)

_ERRORS: dict[type[Exception], HeldAnswer.Error] = {
    Overtaken: HeldAnswer.Error.OVERTAKEN,
    CannotReply: HeldAnswer.Error.CLOSED,
    CannotHold: HeldAnswer.Error.DONE,
    CannotResolve: HeldAnswer.Error.DONE,
    PermissionDenied: HeldAnswer.Error.FORBIDDEN,
}


class NotHeld(Exception):
    """The answer has been sent, or taken back, already."""


@transaction.atomic
def hold_back(
    ticket: Ticket,
    *,
    text: str,
    by: User,
    until: datetime,
    now: datetime,
    then: Then = Then.KEEP,
    solution: str = "",
    html: str = "",
    files: Iterable[File | Stored] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    seen: int | None = None,
    client_id: uuid.UUID | None = None,
    resumes: Iterable[int] = (),
) -> None:
    """
    Hold an answer until then, and forget the draft; an earlier one of the same author is sent now.

    `resumes` names the answers they had taken back and send again with this one.

    :raises CannotReply: if the ticket is void or closed or the text is empty.
    :raises Overtaken: if a newer public message is there than `seen`.
    :raises CannotHold: if it is to wait but done already.
    :raises CannotResolve: if it is to be resolved but done already.
    """
    ticket, client_id = Ticket.objects.locked(ticket.pk), client_id or uuid.uuid4()
    if Message.with_notes.filter(ticket=ticket, client_id=client_id).exists():
        return
    own = HeldAnswer.objects.select_for_update().filter(ticket=ticket, author=by)
    if (earlier := own.filter(send_at__isnull=False).first()) is not None:
        if earlier.client_id == client_id:
            return
        _release(ticket, earlier, now=now)
        ticket.refresh_from_db()
    check_answer(ticket, text=text, then=then, seen=seen, by=by)
    stored = store(files)
    forget(ticket, resumes=resumes, client_id=client_id, by=by)
    held = HeldAnswer.objects.create(
        ticket=ticket, author=by, client_id=client_id, text=text, html=html, then=then, solution=solution, seen=seen,
        cc=list(cc), bcc=list(bcc), send_at=until, created_at=now,
    )  # fmt: skip
    HeldFile.objects.bulk_create(HeldFile(held=held, **facts) for facts in stored)
    drop_draft(ticket, kind=Draft.Kind.REPLY, by=by)
    show_change(ticket)


@transaction.atomic
def release(held: HeldAnswer, now: datetime) -> Message | None:
    """
    Send a held answer; None when it could not be sent and is back in its author's hands, with the reason.

    :raises NotHeld: if it has been sent or taken back already.
    """
    ticket = Ticket.objects.locked(held.ticket_id)
    found = HeldAnswer.objects.select_for_update(of=("self",)).filter(pk=held.pk, send_at__isnull=False).first()
    if found is None:
        raise NotHeld("It has been sent or taken back already.")
    return _release(ticket, found, now=now)


def release_due(now: datetime) -> int:
    """
    Send what has been held long enough, and return how much was taken up; any process may run this at any time.

    An answer whose ticket somebody else works on at this moment waits for the next sweep.
    """
    due = HeldAnswer.objects.filter(send_at__lte=now).order_by("send_at", "pk")
    return sum(_release_one(held, ticket, now) for held, ticket in list(due.values_list("pk", "ticket_id")))


@transaction.atomic
def take_back(
    ticket: Ticket,
    held_id: int,
    *,
    by: User,
    now: datetime,
    written: str = "",
    files: Iterable[File] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
) -> None:
    """
    Give an answer back to its author's editor as it was; what they have written there since stands behind it.

    :raises NotHeld: if it has been sent already.
    """
    ticket = Ticket.objects.locked(ticket.pk)
    held = HeldAnswer.objects.select_for_update().filter(ticket=ticket, author=by, pk=held_id).first()
    if held is None:
        raise NotHeld("It has been sent already.")
    HeldFile.objects.bulk_create(HeldFile(held=held, **facts) for facts in store(files))
    held.error = ""
    held.cc = list(dict.fromkeys([*held.cc, *cc]))
    held.bcc = list(dict.fromkeys([*held.bcc, *bcc]))
    give_back(held, written=written, now=now)
    show_change(ticket)


def forget(ticket: Ticket, *, by: User, resumes: Iterable[int] = (), client_id: uuid.UUID | None = None) -> None:
    """Forget answers that were taken back, because they are sent again in another one."""
    back = HeldAnswer.objects.filter(ticket=ticket, author=by, send_at__isnull=True)
    back.filter(Q(pk__in=resumes) | Q(client_id=client_id)).delete()


def kept_files(ticket: Ticket, keys: Iterable[uuid.UUID], *, by: User) -> list[Stored]:
    """Give the files of answers this person took back, as far as they want them to go along."""
    rows = HeldFile.objects.filter(key__in=list(keys), held__ticket=ticket, held__author=by).order_by("pk")
    return _stored(rows)


def show_change(ticket: Ticket) -> None:
    """Count the version up and have the agents' open pages told; the requester's hear nothing."""
    ticket.version += 1
    ticket.save(update_fields=["version"])
    change = {"id": ticket.pk, "version": ticket.version}

    def after_commit() -> None:
        live.publish("agents", "ticket", change)

    transaction.on_commit(after_commit, robust=True)


def _release_one(held_id: int, ticket_id: int, now: datetime) -> bool:
    try:
        return _claim(held_id, ticket_id, now)
    except DatabaseError:
        log.exception("The held answer %s waits for the next sweep.", held_id)
    except Exception:
        log.exception("The held answer %s could not be sent.", held_id)
        _claim(held_id, ticket_id, now, error=HeldAnswer.Error.FAILED)
    return False


@transaction.atomic
def _claim(held_id: int, ticket_id: int, now: datetime, error: str = "") -> bool:
    ticket = Ticket.objects.select_for_update(skip_locked=True).filter(pk=ticket_id).first()
    due = HeldAnswer.objects.select_for_update(skip_locked=True).filter(pk=held_id, send_at__lte=now)
    held = due.first() if ticket else None
    if ticket is None or held is None:
        return False
    if error:
        _refuse(ticket, held, error=error, now=now)
    else:
        _release(ticket, held, now=now)
    return True


def _release(ticket: Ticket, held: HeldAnswer, *, now: datetime) -> Message | None:
    try:
        with transaction.atomic():
            message = _send(ticket, held, now=now)
    except tuple(_ERRORS) as refusal:
        error = next(error for kind, error in _ERRORS.items() if isinstance(refusal, kind))
        _refuse(ticket, held, error=error, now=now)
        return None
    held.delete()
    return message


def _refuse(ticket: Ticket, held: HeldAnswer, *, error: str, now: datetime) -> None:
    held.error = error
    give_back(held, now=now)
    ticket.refresh_from_db()  # what failed may have changed the object, never the row
    show_change(ticket)


def _send(ticket: Ticket, held: HeldAnswer, *, now: datetime) -> Message:
    author, then = held.author, Then(held.then)
    if done := Message.with_notes.filter(ticket=ticket, client_id=held.client_id).first():
        return done
    for action in NEEDS[then]:
        permissions.check(author, action, ticket)
    return answer_locked(
        ticket, text=held.text, html=held.html, files=_stored(held.files.order_by("pk")), then=then,
        solution=held.solution, cc=held.cc, bcc=held.bcc, seen=held.seen, client_id=held.client_id, by=author, now=now,
    )  # fmt: skip


def _stored(files: Iterable[HeldFile]) -> list[Stored]:
    return [
        Stored(file.name, file.content_type, file.size, file.blob_id, file.is_inline, file.content_id) for file in files
    ]
