"""Signed tickets of admission to the event streams; reading one needs no database."""

from dataclasses import dataclass

from django.core.signing import BadSignature, TimestampSigner, b62_decode

DAY = 24 * 3600


@dataclass(frozen=True)
class Listener:
    """Who may listen: a person in a session, and whether they hear what all agents hear."""

    user_id: int
    is_agent: bool
    session: str
    since: int = 0


def listener_token(listener: Listener) -> str:
    """Return the value of the `events` cookie."""
    return _people().sign(f"{listener.user_id}:{int(listener.is_agent)}:{listener.session}")


def read_listener(token: str) -> Listener | None:
    """Return who this cookie admits, if anybody."""
    try:
        user_id, is_agent, session = _people().unsign(token, max_age=DAY).split(":")
    except (BadSignature, ValueError):
        return None
    since = b62_decode(token.rsplit(":", 2)[1])
    return Listener(int(user_id), is_agent == "1", session, since)


def chat_token(key: str) -> str:
    """Return the value of the `chat_events` cookie for one chat."""
    return _chats().sign(key)


def read_chat(token: str) -> str | None:
    """Return the key of the chat this cookie admits to, if any."""
    try:
        return _chats().unsign(token, max_age=DAY)
    except BadSignature:
        return None


def _people() -> TimestampSigner:
    return TimestampSigner(salt="helpdesk.events")


def _chats() -> TimestampSigner:
    return TimestampSigner(salt="helpdesk.chat-events")
