"""What became of a mail, as data for whoever handed it over."""

from typing import Any

from channels_intake.accept import Acceptance
from channels_intake.envelope import Envelope
from channels_intake.models import Arrival
from helpdesk.lib import html


def report(file: str, envelope: Envelope | None, acceptance: Acceptance) -> dict[str, Any]:
    """Describe one mail: what was read from it, and what was done with it."""
    ticket, confirmation, answers = acceptance.ticket, acceptance.acknowledgement, acceptance.answers
    return {
        "file": file,
        "outcome": str(acceptance.outcome),
        "ticket": ticket.pk if ticket else None,
        "reason": acceptance.reason,
        "in_reply_to_ticket": answers.pk if answers else None,
        "author_role": acceptance.role,
        "subject_tag": f"[{ticket.number}]" if ticket else None,
        "own_message_id": confirmation.message_id if confirmation else None,
        "auto_reply_sent": confirmation is not None,
        "duplicate_of": acceptance.duplicate_of.ticket_id if acceptance.duplicate_of else None,
        **(_read(envelope) if envelope else _NOTHING_READ),
    }


def unprocessed(arrival: Arrival) -> Acceptance:
    """Say that a mail is kept but not yet taken in, and why."""
    if arrival.state == Arrival.State.UNPROCESSABLE:
        return Acceptance(Arrival.Outcome.REJECTED, f"Kept as unprocessable: {arrival.reason}", role="system")
    return Acceptance(Arrival.Outcome.IGNORED, f"Kept, to be tried again: {arrival.reason}", role="system")


def repeated(arrival: Arrival) -> Acceptance:
    """Say that a mail came before."""
    reason = f"The same message arrived before ({arrival.received_at:%Y-%m-%d %H:%M} UTC)."
    ticket = arrival.ticket
    return Acceptance(Arrival.Outcome.IGNORED, reason, ticket, arrival.message, answers=ticket, duplicate_of=arrival)


def _read(envelope: Envelope) -> dict[str, Any]:
    return {
        "from_address": envelope.from_address,
        "from_name": envelope.from_name,
        "subject": envelope.subject,
        "body_text": envelope.text,
        "body_full_text": envelope.full_text,
        "body_html": html.clean(envelope.html) if envelope.html else "",
        "attachments": [
            {"name": file.name, "content_type": file.content_type, "size": file.size, "inline": file.inline}
            for file in envelope.attachments
        ],
        "auto_generated": envelope.auto_generated,
        "bounce": envelope.bounce,
    }


_NOTHING_READ: dict[str, Any] = {
    "from_address": "",
    "from_name": "",
    "subject": "",
    "body_text": "",
    "body_full_text": "",
    "body_html": "",
    "attachments": [],
    "auto_generated": False,
    "bounce": False,
}
