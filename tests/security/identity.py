"""Mails in somebody's name, for the tests on who may speak for whom."""

from tickets.models import Message, Ticket

AGENT = "Anna Agent <anna@helpdesk.example>"
PASSED = "mx.helpdesk.example; spf=pass; dmarc=pass (p=reject) header.from=helpdesk.example"


def own_id(ticket: Ticket) -> str:
    """Give the Message-ID of our acknowledgement."""
    return Message.objects.get(ticket=ticket, kind=Message.Kind.SYSTEM).message_id
