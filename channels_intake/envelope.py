"""What every channel turns its input into before it is accepted."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attached:
    """One file that came with a message."""

    name: str
    content_type: str  # told from the content where that decides how it is shown
    declared_type: str
    data: bytes
    inline: bool = False
    content_id: str = ""  # without angle brackets

    @property
    def size(self) -> int:
        """Count the bytes of the decoded file."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class Envelope:
    """
    One message from outside, in the same shape for all channels.

    Message-IDs are kept without their angle brackets, addresses in lower case.
    """

    channel: str  # "email", "web", "chat" or "phone"
    external_id: str  # Message-ID, or "sha256:..." of the raw input; the same id is accepted once
    from_address: str
    from_name: str
    subject: str
    text: str  # the new part: quotes and signature split off
    full_text: str
    html: str = ""  # as it came, NOT cleaned
    attachments: tuple[Attached, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    sent_at: datetime | None = None
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    signature: str = ""
    auto_generated: bool = False  # a machine wrote it: never answer automatically
    auto_reply: bool = False  # out of office and the like: file it, wake nobody
    bounce: bool = False
    bounced_ids: tuple[str, ...] = ()  # Message-IDs of the mail that came back
    bounced_addresses: tuple[str, ...] = ()
    bounce_failed: bool | None = None  # false: it is only late, or even arrived; none: its report says nothing of that
    language_hint: str = ""
    notes: tuple[str, ...] = ()  # "code" or "code:detail", worded by channels_intake.email.notes
    authentication_results: tuple[str, ...] = ()  # raw, topmost first; trust only your own server's
    delivered_to: tuple[str, ...] = ()  # Delivered-To, X-Original-To and the like
    return_path: str | None = None  # "" is the null sender, None: not given
    headers: tuple[tuple[str, str], ...] = ()  # name in lower case and decoded value, for rules; capped

    def header(self, name: str) -> tuple[str, ...]:
        """Give the values of the headers of this name, topmost first."""
        return tuple(value for key, value in self.headers if key == name.lower())
