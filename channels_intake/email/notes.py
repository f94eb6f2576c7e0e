"""The sentences for what an agent should know about how a mail was read; the conversation shows them."""

from tickets.parser_notes import sentence

__all__ = ["sentence"]
