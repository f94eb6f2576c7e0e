"""Signed links by which a requester opens their ticket without a login."""

from datetime import timedelta

from django.conf import settings
from django.core import signing

from people.models import User
from tickets.models import Ticket

SALT = "portal.ticket"
VALID_FOR = timedelta(days=60)


class BadLink(Exception):
    """The link was tampered with or is too old."""


def ticket_link(ticket: Ticket, person: User) -> str:
    """Make the address of this ticket for this person; it opens for 60 days."""
    signed = signing.dumps({"t": ticket.token, "p": person.pk}, salt=SALT)
    return f"{settings.PUBLIC_URL}/request/{signed}/"


def agent_link(ticket: Ticket) -> str:
    """Make the address of this ticket for somebody who logs in."""
    return f"{settings.PUBLIC_URL}/tickets/{ticket.pk}/"


def read_ticket_link(signed: str) -> tuple[str, int]:
    """
    Give the ticket's token and the person's id; the caller still checks that this person may see the ticket.

    :raises BadLink: if it was tampered with or is older than 60 days.
    """
    try:
        content = signing.loads(signed, salt=SALT, max_age=VALID_FOR)
        return str(content["t"]), int(content["p"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise BadLink("This link is not valid any more.") from None
