"""A chat, as its visitor and as the agents see it."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

from channels_intake.chat import talking
from channels_intake.chat.talking import Started
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, browser, page


def chat_places(world: World, started: Started, line: str) -> Iterator[Place]:
    """Let the visitor and an agent say it, and show both windows."""
    chat = started.chat
    line = line[:4000] or "-"
    talking.write(chat, text=line, client_id=uuid4(), now=world.now)
    talking.answer(chat, text=line, by=world.admin, client_id=uuid4(), now=world.now)
    visitor = browser()
    visitor.cookies["chat"] = f"{chat.key}.{started.secret}"
    yield "chat line", partial(page, world.at_desk, f"/intake/chats/{chat.ticket_id}/")
    yield "chat line in the visitor's window", partial(page, visitor, f"/intake/chat/{chat.key}/")
    yield "list of chats", partial(page, world.at_desk, "/intake/chats/")
