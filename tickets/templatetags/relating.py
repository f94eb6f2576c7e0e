"""The ticket another one may belong to, for those who may see both."""

from django import template

from people.models import User
from tickets.models import Ticket
from tickets.permissions import can

register = template.Library()


@register.simple_tag
def belongs_to(ticket: Ticket, user: User) -> Ticket | None:
    """Give the living ticket this one refers to, if this person may see it."""
    if ticket.related_to_id is None or ticket.related_to is None or ticket.state == Ticket.State.VOID:
        return None
    other = ticket.related_to.root()
    return other if other.pk != ticket.pk and can(user, "view_notes", other) else None


@register.simple_tag
def went_to(ticket: Ticket, user: User) -> Ticket | None:
    """Give the ticket in which a void one goes on, if this person may see it."""
    if ticket.merged_into_id is None:
        return None
    target = ticket.root()
    return target if target.pk != ticket.pk and can(user, "view_notes", target) else None


@register.simple_tag
def may_merge(ticket: Ticket, other: Ticket, user: User) -> bool:
    """Tell whether this person may put the one into the other."""
    done = (Ticket.State.VOID, Ticket.State.CLOSED)
    return ticket.state != Ticket.State.VOID and other.state not in done and can(user, "void", other)
