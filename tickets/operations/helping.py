"""What the requester says about a solution that was sent: it helped, or it did not."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, override

from people.models import User
from tickets.models import SolutionAttempt, Ticket
from tickets.operations.reopening import reopen
from tickets.operations.replying import receive_message
from tickets.operations.resolution import confirm, resolve
from tickets.operations.trying import tell


class CannotSay(Exception):
    """Nobody asked, it was said already, or it was too long ago."""


@transaction.atomic
def say_it_helped(ticket: Ticket, *, attempt: int, by: User, now: datetime) -> None:
    """
    Confirm an attempt; its ticket is solved with that.

    :raises CannotSay: if nobody asked, it was said already, or it was too long ago.
    """
    tried = _said(ticket, attempt, SolutionAttempt.Outcome.WORKED, by, now)
    ticket = tried.ticket
    if ticket.is_open:
        # What an agent sent may be part of an article that the requester may not read: not even its title is told.
        solution = tried.message.text if tried.by is not None and tried.message is not None else tried.text.title
        ticket = resolve(ticket, solution=solution, by=tried.by, now=now, tell=False)
    if ticket.state == Ticket.State.RESOLVED:
        confirm(ticket, by=by, now=now)


@transaction.atomic
def say_it_did_not_help(ticket: Ticket, *, attempt: int, by: User, now: datetime, text: str = "") -> None:
    """
    Let an attempt have failed: the ticket is worked on again, with what the requester wrote.

    :raises CannotSay: if nobody asked, it was said already, or it was too long ago.
    """
    tried = _said(ticket, attempt, SolutionAttempt.Outcome.FAILED, by, now)
    if not tried.ticket.is_open:
        reopen(tried.ticket, by=by, now=now, reason=text)
    with override(ticket.language):
        words = gettext("The solution you sent did not help.")
    whole = f"{words}\n\n{text.strip()}".strip()
    receive_message(tried.ticket, author=by, text=whole, channel=Ticket.Channel.WEB, now=now)


def _said(ticket: Ticket, pk: int, outcome: SolutionAttempt.Outcome, by: User, now: datetime) -> SolutionAttempt:
    ticket = Ticket.objects.locked(ticket.pk)
    attempt = ticket.attempts.select_related("text", "by", "message").filter(pk=pk).first()
    if attempt is None or not attempt.is_asked(now) or not ticket.can_reopen_by_reply(now):
        raise CannotSay("Nobody asked, it was said already, or it was too long ago.")
    attempt.ticket = ticket
    attempt.outcome, attempt.answered_at, attempt.settled_at = outcome, now, now
    attempt.save(update_fields=["outcome", "answered_at", "settled_at"])
    tell(attempt, by=by, now=now, said=True)
    return attempt
