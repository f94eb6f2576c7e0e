"""Putting a message into its ticket, or making it one."""

from django.conf import settings
from django.utils.translation import gettext_noop

from channels_intake import senders
from channels_intake.acceptance import Acceptance, Circumstances
from channels_intake.acknowledging import acknowledge_if_safe
from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.judging import Verdict
from channels_intake.matching import Match, answers_a_notice, stored_id
from channels_intake.models import Arrival, Mailbox
from channels_intake.newcomers import newcomer
from channels_intake.our_addresses import ours_of
from channels_intake.reasons import coded
from people.models import User
from tickets.models import Ticket
from tickets.operations.noting import note
from tickets.operations.opening import open_by_message
from tickets.operations.replying import CannotReply, receive_message, reply
from tickets.permissions import can
from tickets.triage.language import language_of


def append(envelope: Envelope, sender: User, ticket: Ticket, verdict: Verdict, around: Circumstances) -> Acceptance:
    if takes_part(sender, ticket) or not sender.is_agent or envelope.channel != "email":
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
            parser_notes=_findings(envelope),
            recipients=_recipients(envelope),
        )
        role = "system" if envelope.auto_generated else "customer"
        return Acceptance(Arrival.Outcome.APPENDED, "", ticket, message, role, answers=ticket)
    if envelope.auto_generated:
        return Acceptance(
            Arrival.Outcome.IGNORED, gettext_noop("An automatic reply of an agent."), role="system", answers=ticket
        )
    if dmarc(envelope.authentication_results, envelope.from_address) == "pass" and can(sender, "reply", ticket):
        if answers_a_notice(envelope, sender):
            message = note(
                ticket, text=envelope.text or envelope.subject, by=sender, now=around.now, files=envelope.attachments
            )
            return Acceptance(Arrival.Outcome.APPENDED, "", ticket, message, "agent", answers=ticket)
        try:
            message = reply(ticket, text=envelope.text, by=sender, now=around.now, files=envelope.attachments)
        except CannotReply:
            return open_new(envelope, sender, Match(related=ticket, is_stranger=True), verdict, around)
        return Acceptance(Arrival.Outcome.APPENDED, "", ticket, message, "agent", answers=ticket)
    # Whoever knows an agent's address could speak to customers in their name.
    return open_new(envelope, sender, Match(related=ticket, is_stranger=True), verdict, around)


def open_new(
    envelope: Envelope, sender: User | None, found: Match, verdict: Verdict, around: Circumstances
) -> Acceptance:
    language = verdict.language or _language(envelope, sender, around.mailbox)
    requester = sender or newcomer(envelope.from_address, name=envelope.from_name, language=language)
    is_quiet = envelope.auto_generated or bool(verdict.spam)
    others = [] if is_quiet else senders.others_addressed(envelope, around.mailbox, around.ours)
    mailbox_queue = around.mailbox.queue if around.mailbox and not (around.queue or verdict.queue) else None
    message = open_by_message(
        requester=requester,
        subject=envelope.subject,
        text=envelope.text or envelope.full_text,
        channel=Ticket.Channel(envelope.channel),
        now=around.now,
        by=around.by,
        queue=around.queue or verdict.queue or mailbox_queue,
        ticket_kind=verdict.ticket_kind or around.ticket_kind,
        category=verdict.category or around.category,
        language=language,
        impact=verdict.impact or around.impact,
        urgency=verdict.urgency or around.urgency,
        full_text=envelope.full_text,
        html=envelope.html,
        files=envelope.attachments,
        message_id=stored_id(envelope.message_id),
        auto_generated=envelope.auto_generated,
        participants=[p for p in senders.participants(others, language=language) if p.pk != requester.pk],
        related_to=found.related,
        parser_notes=_findings(envelope),
        kind=around.kind,
        our_address=ours_of(envelope, around.ours, around.mailbox) if envelope.channel == "email" else "",
        recipients=_recipients(envelope),
        spam=verdict.spam,
    )
    ticket, confirmation = message.ticket, None
    is_wanted = not (found.is_stranger or verdict.spam or verdict.is_silent or _is_spam(found.related))
    if envelope.channel in ("email", "web") and is_wanted:
        confirmation = acknowledge_if_safe(ticket, envelope, is_new=sender is None, now=around.now)
    return Acceptance(
        Arrival.Outcome.CREATED,
        verdict.spam or _why_new(found),
        ticket,
        message,
        "system" if envelope.auto_generated else "customer",
        answers=found.related,
        acknowledgement=confirmation,
    )


def _recipients(envelope: Envelope) -> dict[str, list[str]]:
    named = {"to": list(envelope.to), "cc": list(envelope.cc)}
    return {where: addresses for where, addresses in named.items() if addresses}


def _findings(envelope: Envelope) -> tuple[str, ...]:
    """Give what agents should know of the mail: what was dropped or guessed, and that its sender may be forged."""
    is_forged = dmarc(envelope.authentication_results, envelope.from_address) in ("fail", "quarantine", "reject")
    return (*envelope.notes, "dmarc_fail") if is_forged else envelope.notes


def _language(envelope: Envelope, sender: User | None, mailbox: Mailbox | None) -> str:
    hint = envelope.language_hint[:2]
    usual = [sender.language if sender else "", mailbox.language if mailbox else "", hint]
    known = next((one for one in usual if one in ("de", "en")), settings.LANGUAGE_CODE[:2])
    return language_of(f"{envelope.subject}\n{envelope.text}", known)[0]


def takes_part(person: User, ticket: Ticket) -> bool:
    """Tell whether this person asked for it or was brought in."""
    return ticket.requester_id == person.pk or ticket.participants.filter(user=person).exists()


def _is_spam(ticket: Ticket | None) -> bool:
    return ticket is not None and ticket.void_reason == Ticket.VoidReason.SPAM


def _why_new(found: Match) -> str:
    if found.related is None:
        return ""
    return coded("stranger" if found.is_stranger else "done", found.related.pk)
