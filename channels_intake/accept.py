"""Taking a message in, exactly once, whatever channel it came by."""

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_noop, override

from channels_intake import blocking, senders
from channels_intake.acceptance import Acceptance as Acceptance
from channels_intake.acceptance import Circumstances as Circumstances
from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.filing import append, open_new, takes_part
from channels_intake.judging import Verdict, judge
from channels_intake.matching import Match, match
from channels_intake.models import Arrival, Mailbox, key_of
from channels_intake.our_addresses import without_tokens
from channels_intake.reasons import coded, repeated
from channels_intake.returned import take_back
from helpdesk.lib import message_ids
from knowledgebase.models import Category
from people.models import User
from tickets.models import Message, Queue, Ticket
from tickets.operations.noting import note

Outcome = Arrival.Outcome
OWN_ADDRESS = gettext_noop("The sender is one of our own addresses.")
STRAY_REPORT = gettext_noop("A delivery report about a mail that is not ours.")
STRAY_REPLY = gettext_noop("An automatic reply that belongs to no ticket.")
_STATES = {
    Outcome.CREATED: Arrival.State.ACCEPTED,
    Outcome.APPENDED: Arrival.State.ACCEPTED,
    Outcome.IGNORED: Arrival.State.IGNORED,
    Outcome.REJECTED: Arrival.State.REJECTED,
}


@transaction.atomic(savepoint=False)
def accept(
    envelope: Envelope,
    *,
    now: datetime,
    by: User | None = None,
    mailbox: Mailbox | None = None,
    arrival: Arrival | None = None,
    queue: Queue | None = None,
    ticket: Ticket | None = None,
    impact: int = Ticket.Scale.LOW,
    urgency: int = Ticket.Scale.MEDIUM,
    kind: Message.Kind = Message.Kind.CUSTOMER,
    is_ours: bool = False,
    ticket_kind: Ticket.Kind = Ticket.Kind.INCIDENT,
    category: Category | None = None,
) -> Acceptance:
    """
    Decide what a message is and take it in: a new ticket, an addition to one, or nothing at all.

    `by` is an agent who takes it down for the sender; `ticket` is given where the channel knows for sure where it
    belongs; `arrival` is the stored row of a mail (the other channels get one here); `is_ours` marks a mail that we
    wrote ourselves. The same envelope accepted twice, even at the same time, takes effect once.

    :raises tickets.operations.opening.NoQueue: if there is no queue for new tickets.
    """
    key = arrival.external_id if arrival else key_of(envelope.external_id, envelope.from_address)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 42))", [key])
    known = list(_rows(key))
    arrival = arrival or next((row for row in known if row.mailbox == mailbox), None)
    around = Circumstances(now, by, mailbox, queue, ticket, ticket_kind, category, impact, urgency, kind, is_ours)
    acceptance = _seen_before(known, around) or _decide(envelope, _with_ours(around, envelope, arrival))
    _write_down(acceptance, envelope, key, arrival, around)
    return acceptance


def _rows(key: str) -> QuerySet[Arrival]:
    return (
        Arrival.objects.without_raw()
        .filter(external_id=key)
        .select_related("ticket", "message", "mailbox")
        .order_by("pk")
    )


def _with_ours(around: Circumstances, envelope: Envelope, arrival: Arrival | None) -> Circumstances:
    if envelope.channel != "email":
        return around
    return replace(around, ours=senders.own_addresses(), size=arrival.size if arrival else 0)


def _seen_before(known: list[Arrival], around: Circumstances) -> Acceptance | None:
    first = next((row for row in known if row.state == Arrival.State.ACCEPTED), None)
    if first is None:
        return None
    mailbox = around.mailbox
    if first.ticket is not None and mailbox is not None and first.mailbox not in (None, mailbox):
        with override(settings.LANGUAGE_CODE):
            text = gettext("The same mail also came to %(address)s.") % {"address": mailbox.address}
        note(first.ticket, text=text, by=None, now=around.now)
    reason = repeated(first.received_at)
    return Acceptance(Outcome.IGNORED, reason, first.ticket, first.message, answers=first.ticket, duplicate_of=first)


def _decide(envelope: Envelope, around: Circumstances) -> Acceptance:
    if envelope.channel == "email" and (refusal := _own_mail(envelope, around)):
        return refusal
    if envelope.bounce:
        return _bounce(envelope, around)
    sender = senders.find(envelope.from_address) if envelope.from_address else None
    if no_sender := turned_away(envelope, sender):
        return Acceptance(Outcome.REJECTED, no_sender)
    found, verdict = _judge(envelope, sender, around)
    if verdict.refused:
        return Acceptance(Outcome.REJECTED, verdict.refused, answers=found.ticket or found.related)
    envelope = without_tokens(envelope)
    if found.ticket is not None and sender is not None:
        return append(envelope, sender, found.ticket, verdict, around)
    if envelope.auto_reply:  # though it speaks of a ticket that is done, or of one that its sender has no part in
        return Acceptance(Outcome.IGNORED, STRAY_REPLY, role="system", answers=found.related)
    return open_new(envelope, sender, found, verdict, around)


def _judge(envelope: Envelope, sender: User | None, around: Circumstances) -> tuple[Match, Verdict]:
    """
    Find where it belongs and what rules say about it.

    No rule keeps an answer from its ticket, if its author has part in that; only a block of the very address does.
    """
    if envelope.channel != "email":
        return _belonging(envelope, sender, around), Verdict()
    standing = blocking.standing(envelope)
    if standing.is_barred:
        return Match(), Verdict(refused=coded("blocked", standing.blocked_by))
    found = _belonging(envelope, sender, around)
    if found.ticket is not None and sender is not None and _is_expected(envelope, sender, found.ticket):
        return found, Verdict()
    return found, judge(envelope, standing, mailbox=around.mailbox, size=around.size)


def _is_expected(envelope: Envelope, sender: User, ticket: Ticket) -> bool:
    is_proven = dmarc(envelope.authentication_results, envelope.from_address) == "pass"
    return not sender.is_agent or is_proven or takes_part(sender, ticket)


def _belonging(envelope: Envelope, sender: User | None, around: Circumstances) -> Match:
    """Tell where it belongs; only mails are answers: in a form or a chat anybody may type a number and an address."""
    if around.ticket is not None:
        return Match(ticket=around.ticket)
    return match(envelope, sender, now=around.now) if envelope.channel == "email" else Match()


def turned_away(envelope: Envelope, sender: User | None) -> str:
    """Say why nothing of this sender is taken in, whatever it is about; nothing if it is."""
    if not envelope.from_address:
        return gettext_noop("There is no address of a sender.")
    return gettext_noop("The sender is blocked.") if sender is not None and not sender.is_active else ""


def _own_mail(envelope: Envelope, around: Circumstances) -> Acceptance | None:
    if around.is_ours or message_ids.read(envelope.message_id) is not None:
        return Acceptance(Outcome.IGNORED, gettext_noop("A mail of ours came back."), role="system")
    if envelope.from_address in around.ours and not envelope.bounce:
        return Acceptance(Outcome.IGNORED, OWN_ADDRESS, role="system")
    return None


def _bounce(envelope: Envelope, around: Circumstances) -> Acceptance:
    filed = take_back(envelope, now=around.now)
    if filed is None:
        return Acceptance(Outcome.IGNORED, STRAY_REPORT, role="system")
    ticket, message = filed
    return Acceptance(Outcome.APPENDED, "", ticket, message, role="system", answers=ticket)


def _write_down(
    acceptance: Acceptance, envelope: Envelope, key: str, arrival: Arrival | None, around: Circumstances
) -> None:
    if arrival is not None and acceptance.duplicate_of is not None and arrival.pk == acceptance.duplicate_of.pk:
        return  # it is the row that was accepted before
    if arrival is None:
        arrival = Arrival(channel=envelope.channel, mailbox=around.mailbox, external_id=key, received_at=around.now)
    arrival.sender, arrival.subject = envelope.from_address[:254], envelope.subject[:250]
    arrival.state, arrival.outcome = _STATES[acceptance.outcome], acceptance.outcome
    arrival.reason, arrival.next_try_at = acceptance.reason, None
    arrival.ticket, arrival.message = acceptance.ticket, acceptance.message
    arrival.duplicate_of = acceptance.duplicate_of
    arrival.save(update_fields=_DECIDED if arrival.pk else None)  # the raw bytes are not written again


_DECIDED = ["sender", "subject", "state", "outcome", "reason", "next_try_at", "ticket", "message", "duplicate_of"]
