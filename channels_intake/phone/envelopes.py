"""Turns a call into an Envelope."""

import uuid

from channels_intake.envelope import Envelope


def to_envelope(*, address: str, name: str, subject: str, text: str, client_id: uuid.UUID, language: str) -> Envelope:
    """Make the envelope; saving the same form twice gives the same external id."""
    return Envelope(
        channel="phone",
        external_id=f"phone:{client_id}",
        from_address=address.strip().lower(),
        from_name=" ".join(name.split()),
        subject=" ".join(subject.split()),
        text=text,
        full_text=text,
        language_hint=language,
    )
