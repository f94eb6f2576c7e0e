"""Turns the first line of a chat into an Envelope."""

import re
import uuid

from channels_intake.envelope import Envelope

_TOKEN = re.compile(r"\[(#\d+)\]")


def to_envelope(*, address: str, name: str, text: str, client_id: uuid.UUID, language: str) -> Envelope:
    """Make the envelope; sending the same form twice gives the same external id."""
    return Envelope(
        channel="chat",
        external_id=f"chat:{client_id}",
        from_address=address.strip().lower(),
        from_name=" ".join(name.split()),
        # Nobody proved who they are: a number in brackets must not lead into an older ticket.
        subject=_TOKEN.sub(r"\1", " ".join(text.split()))[:80],
        text=text,
        full_text=text,
        language_hint=language,
    )
