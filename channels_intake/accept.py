"""Taking a message in, exactly once, whatever channel it came by."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext, gettext_noop, override

from channels_intake import senders
from channels_intake.acknowledging import acknowledge_if_safe
from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.matching import Match, answers_a_notice, match, stored_id
from channels_intake.models import Arrival, Mailbox, key_of
from channels_intake.returned import take_back
from helpdesk.lib import message_ids
from people.models import User
from tickets.models import Message, Queue, Ticket
from tickets.operations.noting import note
from tickets.operations.opening import open_ticket
from tickets.operations.replying import CannotReply, receive_message, reply
from tickets.permissions import can
from tickets.triage.language import language_of

Outcome = Arrival.Outcome
_STATES = {
    Outcome.CREATED: Arrival.State.ACCEPTED,
    Outcome.APPENDED: Arrival.State.ACCEPTED,
    Outcome.IGNORED: Arrival.State.IGNORED,
    Outcome.REJECTED: Arrival.State.REJECTED,
}


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What became of a message."""

    outcome: Arrival.Outcome
    reason: str = ""
    ticket: Ticket | None = None
    message: Message | None = None
    role: str = "customer"  # "customer", "agent" or "system": in whose name it was taken
    answers: Ticket | None = None  # the ticket it refers to, also where it was not added there
    acknowledgement: Message | None = None
    duplicate_of: Arrival | None = None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a channel knows beside the message itself."""

    now: datetime
    by: User | None = None  # the agent who takes it down for somebody
    mailbox: Mailbox | None = None
    queue: Queue | None = None
    ticket: Ticket | None = None  # the channel knows for sure where it belongs
    impact: int = Ticket.Scale.LOW
    urgency: int = Ticket.Scale.MEDIUM
    kind: Message.Kind = Message.Kind.CUSTOMER
    is_ours: bool = False


@transaction.atomic
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
    arrival = arrival or Arrival.objects.filter(mailbox=mailbox, external_id=key).first()
    around = Circumstances(now, by, mailbox, queue, ticket, impact, urgency, kind, is_ours)
    acceptance = _seen_before(key, arrival, mailbox, now) or _decide(envelope, around)
    _write_down(acceptance, envelope, key, arrival, around)
    return acceptance


def _seen_before(key: str, arrival: Arrival | None, mailbox: Mailbox | None, now: datetime) -> Acceptance | None:
    taken = Arrival.objects.without_raw().filter(external_id=key, state=Arrival.State.ACCEPTED)
    first = taken.select_related("ticket", "message", "mailbox").order_by("pk").first()
    if first is None:
        return None
    if first.ticket is not None and mailbox is not None and first.mailbox not in (None, mailbox):
        with override(settings.LANGUAGE_CODE):
            text = gettext("The same mail also came to %(address)s.") % {"address": mailbox.address}
        note(first.ticket, text=text, by=None, now=now)
    reason = f"The same message arrived before ({first.received_at:%Y-%m-%d %H:%M} UTC)."
    return Acceptance(Outcome.IGNORED, reason, first.ticket, first.message, answers=first.ticket, duplicate_of=first)


def _decide(envelope: Envelope, around: Circumstances) -> Acceptance:
    if envelope.channel == "email" and (refusal := _own_mail(envelope, around)):
        return refusal
    if envelope.bounce:
        return _bounce(envelope, around)
    if not envelope.from_address:
        return Acceptance(Outcome.REJECTED, gettext_noop("There is no address of a sender."))
    sender = senders.find(envelope.from_address)
    if sender is not None and not sender.is_active:
        return Acceptance(Outcome.REJECTED, gettext_noop("The sender is blocked."))
    found = _belonging(envelope, sender, around)
    if found.ticket is not None and sender is not None:
        return _append(envelope, sender, found.ticket, around)
    if envelope.auto_reply and found.related is None:
        return Acceptance(Outcome.IGNORED, gettext_noop("An automatic reply that belongs to no ticket."), role="system")
    return _open(envelope, sender, found, around)


def _belonging(envelope: Envelope, sender: User | None, around: Circumstances) -> Match:
    """Tell where it belongs; only mails are answers: in a form or a chat anybody may type a number and an address."""
    if around.ticket is not None:
        return Match(ticket=around.ticket)
    return match(envelope, sender, now=around.now) if envelope.channel == "email" else Match()


def _own_mail(envelope: Envelope, around: Circumstances) -> Acceptance | None:
    if around.is_ours or message_ids.read(envelope.message_id) is not None:
        return Acceptance(Outcome.IGNORED, gettext_noop("A mail of ours came back."), role="system")
    if envelope.from_address in senders.own_addresses() and not envelope.bounce:
        return Acceptance(Outcome.IGNORED, gettext_noop("The sender is one of our own addresses."), role="system")
    return None


def _bounce(envelope: Envelope, around: Circumstances) -> Acceptance:
    filed = take_back(envelope, now=around.now)
    if filed is None:
        return Acceptance(
            Outcome.IGNORED, gettext_noop("A delivery report about a mail that is not ours."), role="system"
        )
    ticket, message = filed
    return Acceptance(Outcome.APPENDED, "", ticket, message, role="system", answers=ticket)


def _append(envelope: Envelope, sender: User, ticket: Ticket, around: Circumstances) -> Acceptance:
    if _takes_part(sender, ticket) or not sender.is_agent or envelope.channel != "email":
        message = receive_message(
            ticket,
            author=sender,
            text=envelope.text,
            channel=Ticket.Channel(envelope.channel),
            now=around.now,
            full_text=envelope.full_text,
            html=envelope.html,
            files=envelope.attachments,
            message_id=stored_id(envelope.message_id),
            auto_generated=envelope.auto_generated,
            parser_notes=envelope.notes,
        )
        role = "system" if envelope.auto_generated else "customer"
        return Acceptance(Outcome.APPENDED, "", ticket, message, role, answers=ticket)
    if envelope.auto_generated:
        return Acceptance(
            Outcome.IGNORED, gettext_noop("An automatic reply of an agent."), role="system", answers=ticket
        )
    if dmarc(envelope.authentication_results, envelope.from_address) == "pass" and can(sender, "reply", ticket):
        if answers_a_notice(envelope, sender):
            message = note(
                ticket, text=envelope.text or envelope.subject, by=sender, now=around.now, files=envelope.attachments
            )
            return Acceptance(Outcome.APPENDED, "", ticket, message, "agent", answers=ticket)
        try:
            message = reply(ticket, text=envelope.text, by=sender, now=around.now, files=envelope.attachments)
        except CannotReply:
            return _open(envelope, sender, Match(related=ticket, is_stranger=True), around)
        return Acceptance(Outcome.APPENDED, "", ticket, message, "agent", answers=ticket)
    # Whoever knows an agent's address could speak to customers in their name.
    return _open(envelope, sender, Match(related=ticket, is_stranger=True), around)


def _open(envelope: Envelope, sender: User | None, found: Match, around: Circumstances) -> Acceptance:
    language = _language(envelope, sender, around.mailbox)
    requester = sender or senders.find_or_create(envelope.from_address, name=envelope.from_name, language=language)
    others = [] if envelope.auto_generated else senders.others_addressed(envelope, around.mailbox, senders.own_addresses())
    mailbox_queue = around.mailbox.queue if around.mailbox else None
    ticket = open_ticket(
        requester=requester,
        subject=envelope.subject,
        text=envelope.text or envelope.full_text,
        channel=Ticket.Channel(envelope.channel),
        now=around.now,
        by=around.by,
        queue=around.queue or mailbox_queue,
        language=language,
        impact=around.impact,
        urgency=around.urgency,
        full_text=envelope.full_text,
        html=envelope.html,
        files=envelope.attachments,
        message_id=stored_id(envelope.message_id),
        auto_generated=envelope.auto_generated,
        participants=[p for p in senders.participants(others, language=language) if p.pk != requester.pk],
        related_to=found.related,
        parser_notes=envelope.notes,
        kind=around.kind,
    )
    message = Message.objects.filter(ticket=ticket).earliest("pk")
    confirmation = None
    if envelope.channel in ("email", "web") and not found.is_stranger and not _is_spam(found.related):
        confirmation = acknowledge_if_safe(ticket, envelope, is_new=sender is None, now=around.now)
    return Acceptance(
        Outcome.CREATED,
        _why_new(found),
        ticket,
        message,
        "system" if envelope.auto_generated else "customer",
        answers=found.related,
        acknowledgement=confirmation,
    )


def _language(envelope: Envelope, sender: User | None, mailbox: Mailbox | None) -> str:
    hint = envelope.language_hint[:2]
    usual = [sender.language if sender else "", mailbox.language if mailbox else "", hint]
    known = next((one for one in usual if one in ("de", "en")), settings.LANGUAGE_CODE[:2])
    return language_of(f"{envelope.subject}\n{envelope.text}", known)[0]


def _takes_part(person: User, ticket: Ticket) -> bool:
    return ticket.requester_id == person.pk or ticket.participants.filter(user=person).exists()


def _is_spam(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.void_reason == Ticket.VoidReason.SPAM


def _why_new(found: Match) -> str:
    if found.related is None:
        return ""
    if found.is_stranger:
        return (
            f"It refers to {found.related.number}, but its sender has no part in that ticket or proved no right to it."
        )
    return f"It refers to {found.related.number}, which is done for good."


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
