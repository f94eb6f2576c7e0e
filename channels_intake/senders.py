"""Who wrote: finding people by their address, and telling our own addresses from theirs."""

from collections.abc import Iterable
from email.utils import parseaddr
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import JSONField, Q, Value

from channels_intake.envelope import Envelope
from channels_intake.models import Mailbox
from notifications.models import Sender
from people.finding import find_or_create
from people.models import User

MOST_PARTICIPANTS = 39


def own_addresses() -> set[str]:
    """List the addresses that we are written to at and write from, in one query."""
    senders = Sender.objects.values_list("address", Value([], JSONField()))
    rows = Mailbox.objects.order_by().values_list("address", "aliases").union(senders.order_by(), all=True)
    ours = {address.lower() for main, aliases in rows for address in (main, *aliases)}
    return ours | {parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}


def mailbox_for(addresses: Iterable[str]) -> Mailbox | None:
    """Find the mailbox that was written to, at its own address or at another of its addresses."""
    wanted = [address.lower() for address in addresses]
    aliased = reduce(or_, (Q(aliases__contains=[address]) for address in wanted), Q())
    boxes = Mailbox.objects.filter(Q(address__in=wanted) | aliased) if wanted else ()
    found = {address.lower(): box for box in boxes for address in (*box.aliases, box.address)}
    return next((found[address] for address in wanted if address in found), None)


def find(address: str) -> User | None:
    """Find the person with this address."""
    return User.objects.filter(email=address.lower()).first()


def others_addressed(envelope: Envelope, mailbox: Mailbox | None, ours: set[str]) -> list[str]:
    """
    List whom else the sender addressed, so that they take part; `ours` are the addresses of ours.

    Where none of our known addresses stands in To or Cc, To is an alias of ours rather than a person.
    """
    ours = ours | set(envelope.delivered_to) | ({mailbox.address.lower()} if mailbox else set())
    known = ours & {*envelope.to, *envelope.cc}
    addressed = [*(envelope.to if known else ()), *envelope.cc]
    strangers = [a for a in dict.fromkeys(addressed) if a not in ours and a != envelope.from_address]
    return strangers[:MOST_PARTICIPANTS]


def participants(addresses: Iterable[str], *, language: str) -> list[User]:
    """Find or create those who take part, in one order, so that two mails never wait for each other."""
    wanted = sorted(set(addresses))
    known = {person.email: person for person in User.objects.filter(email__in=wanted)}
    for address in wanted:
        if address not in known:
            known[address] = find_or_create(address, language=language)
    return [person for person in known.values() if person.is_active]
