"""Noticing that an agent had to ask what a questionnaire asks already."""

import re

from tickets.models import Answer, Event, Message
from tickets.triage.learning.wording import tokens

_ASKS = re.compile(r"[^.!?\n]{3,400}\?")
_SMALL = frozenset(
    "wann wird werd werden wenn welch welche wie was wer wo woher ist sind sie ihr ihre haben hat mit der die das den dem ein "
    "eine auf und oder bei von dies diese noch auch dabei bitt what which when where how who do does did is are was you your "
    "the this that with and or of on in it to for please still also any have has can could".split()
)
ENOUGH = 0.6


def hear(event: Event) -> None:
    """Mark the questions of the ticket's questionnaire that this reply asks again."""
    message = event.message
    if message is None or message.kind == Message.Kind.NOTE:
        return
    rows = list(Answer.objects.filter(interview__ticket=event.ticket_id, still_asked="", still_asked_at=None))
    if not rows:
        return
    language = event.ticket.language
    questions = [_content(found, language) for found in _ASKS.findall(message.text[:20_000])]
    again = [row for row in rows if any(asks(row, said, language) for said in questions)]
    for row in again:
        row.still_asked, row.still_asked_at = Answer.Found.TEXT, event.at
    Answer.objects.bulk_update(again, ["still_asked", "still_asked_at"])


def asks(row: Answer, said: set[str], language: str) -> bool:
    """Tell whether a sentence asks for the same thing: most words of the question stand in it, two at least."""
    own = _content(row.label_en if language == "en" else row.label_de, language)
    shared = own & said
    return len(shared) >= 2 and len(shared) >= ENOUGH * len(own)


def _content(text: str, language: str) -> set[str]:
    return {token for token in tokens(text, language) if token not in _SMALL and len(token) > 2}
