"""Whom a mail was addressed to, in the header of its message; for staff, since blind copies are among them."""

from django import template

from tickets import addresses
from tickets.models import Message, Ticket

register = template.Library()


@register.simple_tag
def recipients_of(message: Message, ticket: Ticket) -> dict[str, list[str]]:
    """Give the addresses by header, empty when a mail went between the requester and us alone."""
    if message.is_note:
        return {}
    kinds = ("cc", "bcc") if message.is_from_staff else ("to", "cc")
    found = {kind: _listed(message, kind) for kind in kinds}
    if not any(found.values()):
        return {}
    if message.is_from_staff:
        return found
    usual = {ticket.requester.email, ticket.our_address, message.author.email if message.author else ""}
    if not _beside(found, usual) or not _beside(found, usual | _own(ticket)):
        return {}
    return found


def _listed(message: Message, kind: str) -> list[str]:
    said = message.recipients.get(kind) if isinstance(message.recipients, dict) else None
    return [address for address in said if isinstance(address, str)] if isinstance(said, list) else []


def _beside(found: dict[str, list[str]], known: set[str]) -> set[str]:
    usual = {addresses.bare(address) for address in known}
    return {address for listed in found.values() for address in listed if addresses.bare(address) not in usual}


def _own(ticket: Ticket) -> set[str]:
    """Read our addresses once for all messages of a page."""
    kept: set[str] | None = ticket.__dict__.get("_own_addresses")
    if kept is None:
        kept = ticket.__dict__["_own_addresses"] = addresses.own()
    return kept
