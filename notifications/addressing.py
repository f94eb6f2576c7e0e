"""Whom a mail says it is from and to; each copy goes to one recipient, whatever stands in its headers."""

from collections.abc import Iterator
from email.headerregistry import Address, Group

from helpdesk.lib import message_ids
from notifications import headers
from notifications.headers import BadAddress, Built
from notifications.letters import Letter
from notifications.models import Delivery, Sender
from people.models import User
from tickets.models import Event

_LONGEST_LOCAL_PART = 64


def address(mail: Built, delivery: Delivery, letter: Letter) -> tuple[str, str]:
    """
    Fill the headers From, To, Cc and Reply-To, and say for SMTP whom the mail is from and to.

    An automatic mail is from nobody, so that no machine answers it; what a person wrote can come back.

    :raises BadAddress: if no mail can be sent there.
    """
    name = delivery.recipient.name if delivery.recipient else ""
    recipient = headers.recipient(name, delivery.address)
    own = letter.sender
    sender = headers.sender(letter.author, own.name if own else "", own.address if own else "")
    mail["From"] = sender
    if delivery.event.kind != Event.Kind.REPLIED:
        mail["To"] = recipient
    else:
        _address_answer(mail, delivery, recipient)
    mail["Reply-To"] = _answers_to(delivery, own) or sender.addr_spec
    return "" if letter.automatic else sender.addr_spec, recipient.addr_spec


def _address_answer(mail: Built, delivery: Delivery, recipient: Address) -> None:
    """Say in every copy the same: to the requester, with those who take part; nothing of blind copies, not even their own."""
    if delivery.copy == Delivery.Copy.NONE:
        to: Address | None = recipient
    else:
        to = _requester(delivery.event.ticket.requester)
    if to is not None:
        mail["To"] = to
    elif delivery.copy == Delivery.Copy.BCC:
        mail["To"] = Group("undisclosed-recipients")
    if delivery.copy != Delivery.Copy.BCC and (copies := list(_copies(delivery))):
        mail["Cc"] = copies


def _requester(requester: User) -> Address | None:
    if requester.email.endswith(".invalid"):
        return None
    try:
        return headers.recipient(requester.name, requester.email)
    except BadAddress:
        return None


def _copies(delivery: Delivery) -> Iterator[Address]:
    """Give who takes part, as it was when the answer was told; a bad address among them harms nobody's copy."""
    others = Delivery.objects.filter(event=delivery.event_id, medium=Delivery.Medium.MAIL, copy=Delivery.Copy.CC)
    for name, to in others.order_by("pk").values_list("recipient__name", "address"):
        try:
            yield headers.recipient(name or "", to)
        except BadAddress:
            continue


def _answers_to(delivery: Delivery, own: Sender | None) -> str:
    """Give the address of the ticket's own, where the mail server delivers such and the recipient takes part."""
    if own is None or not own.has_subaddresses or delivery.is_to_staff or delivery.copy == Delivery.Copy.BCC:
        return ""
    local, _, domain = headers.ascii_address(own.address).rpartition("@")
    local = f"{local}+{message_ids.address_token(delivery.event.ticket_id)}"
    return f"{local}@{domain}" if len(local) <= _LONGEST_LOCAL_PART else ""
