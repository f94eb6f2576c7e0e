"""Addresses of ours with the token of a ticket in them, and which of ours a mail was written to."""

from dataclasses import replace

from channels_intake.envelope import Envelope
from channels_intake.models import Mailbox
from helpdesk.lib import message_ids


def tokens(envelope: Envelope) -> set[int]:
    """Give the tickets that the addresses of a mail lead to; nobody can guess such an address."""
    addresses = (*envelope.delivered_to, *envelope.to, *envelope.cc)
    return {number for address in addresses if (number := _split(address)[1]) is not None}


def without_tokens(envelope: Envelope) -> Envelope:
    """Name our addresses as everybody knows them, so that they are neither taken for people's nor handed on."""
    if not tokens(envelope):
        return envelope
    return replace(envelope, to=_plain(envelope.to), cc=_plain(envelope.cc), delivered_to=_plain(envelope.delivered_to))


def ours_of(envelope: Envelope, ours: set[str], mailbox: Mailbox | None) -> str:
    """Say which address of ours was written to: one the mail names, else the mailbox's."""
    addressed = _plain((*envelope.to, *envelope.cc, *envelope.delivered_to))
    known = ours | ({mailbox.address.lower()} if mailbox else set())
    return next((address for address in addressed if address in known), mailbox.address if mailbox else "")


def _plain(addresses: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_split(address)[0] for address in addresses))


def _split(address: str) -> tuple[str, int | None]:
    local, _, domain = address.rpartition("@")
    name, plus, token = local.rpartition("+")
    number = message_ids.read_address_token(token) if plus else None
    return (f"{name}@{domain}", number) if number is not None else (address, None)
