"""Who may do what with a ticket: the one table of actions, beside `visible_to` for rows."""

from django.core.exceptions import PermissionDenied

from people.models import User
from tickets.models import Handover, Membership, Queue, Ticket
from tickets.models.queue import levels_of

VIEW, REPLY, WORK, LEAD = Membership.Level.VIEW, Membership.Level.REPLY, Membership.Level.WORK, Membership.Level.LEAD

# The least level in the ticket's queue that an agent needs; None: whoever may see the ticket, requesters included.
NEEDS: dict[str, int | None] = {
    "view": None,
    "message": None,  # write as the requester; see SPEAKING
    "confirm": None,  # say whether the solution helped; see SPEAKING
    "view_notes": VIEW,
    "view_events": VIEW,
    "note": REPLY,
    "reply": REPLY,
    "draft": REPLY,
    "try_solution": REPLY,
    "call_back": REPLY,
    "take": WORK,
    "assign": WORK,
    "route": WORK,
    "escalate": WORK,
    "accept": WORK,
    "return": WORK,
    "give_back": WORK,
    "withdraw": VIEW,  # and see can_withdraw
    "call_lead": REPLY,
    "answer_call": LEAD,
    "hold": WORK,
    "prioritise": WORK,
    "classify": WORK,
    "resolve": WORK,
    "reopen": REPLY,
    "void": WORK,
}

# Speaking as the requester is for those who take part alone: no role and no level lets anybody speak for them.
SPEAKING = ("message", "confirm")


def can(user: User, action: str, ticket: Ticket) -> bool:
    """
    Tell whether this person may do this to this ticket.

    :raises KeyError: if there is no such action.
    """
    needs = NEEDS[action]
    if not user.is_authenticated or not user.is_active:
        return False
    if action in SPEAKING:
        return _takes_part(user, ticket)
    if user.is_lead:
        return True
    if not user.is_agent:
        return needs is None and _takes_part(user, ticket)
    levels = levels_of(user)
    level = levels.get(ticket.queue_id, 0)
    if ticket.offered_from_id in levels:
        level = max(level, VIEW)  # until it is accepted, whoever offered it may look after it and take it back
    if user.pk in (ticket.assignee_id, ticket.case_owner_id):
        # After a hand-over the case owner still cares for the requester; the assignee works wherever the ticket is.
        level = max(level, WORK if user.pk == ticket.assignee_id else REPLY)
    if needs is None:
        return level > 0 or _takes_part(user, ticket)
    return level >= needs


def check(user: User, action: str, ticket: Ticket) -> None:
    """
    Let pass who may.

    :raises PermissionDenied: otherwise.
    """
    if not can(user, action, ticket):
        raise PermissionDenied(f"{action} is not yours to do on {ticket.number}")


def can_work_in(user: User, queue: Queue) -> bool:
    """Tell whether tickets of this queue may be given to this person."""
    return user.is_active and user.is_agent and (user.is_lead or levels_of(user).get(queue.pk, 0) >= REPLY)


def can_withdraw(user: User, handover: Handover, ticket: Ticket) -> bool:
    """Tell whether this person may take an offer back: who made it, the case owner, who works where it came from."""
    if not user.is_active or not user.is_agent:
        return False
    if user.is_lead or user.pk in (handover.offered_by_id, ticket.case_owner_id):
        return True
    return levels_of(user).get(handover.from_queue_id, 0) >= WORK


def _takes_part(user: User, ticket: Ticket) -> bool:
    if ticket.state == Ticket.State.VOID:
        return False
    return ticket.requester_id == user.pk or ticket.participants.filter(user=user).exists()
