"""Names of files that strangers send, where they are listed, mailed on, refused and handed out."""

from collections.abc import Iterator
from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile

from channels_intake.envelope import Attached
from helpdesk.untrusted.mails import arrive, file_mail, letters
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, fresh, page, sent
from notifications.links import ticket_link
from tickets.operations.noting import note
from tickets.operations.replying import receive_message, reply

_TOO_LARGE = 25 * 1024 * 1024 + 1


def places(world: World, payload: str) -> Iterator[Place]:
    """Let a file of this name come by mail, by the portal and from agents."""
    first = arrive(world, file_mail(world, payload, encoded=True))
    ticket, path = first.ticket, f"/tickets/{first.ticket_id}/"
    receive_message(
        ticket, author=world.requester, text="See the file.", channel=ticket.Channel.WEB, now=world.now,
        files=[_file(payload)],
    )  # fmt: skip
    reply(fresh(ticket), text="See the file.", by=world.agent, now=world.now, files=[_file(payload)])
    note(fresh(ticket), text="See the file.", by=world.agent, now=world.now, files=[_file(payload)])
    yield "attachment list", partial(page, world.at_desk, path)
    yield "attachment list in the portal", partial(page, world.at_home, f"/requests/{ticket.pk}/")
    link = ticket_link(ticket, world.requester).partition("/request/")[2]
    yield "attachment list by the link", partial(page, world.guest, f"/request/{link}")
    for kind, html in letters(ticket):
        yield ("notification mail" if kind == "replied" else f"notification mail ({kind})"), partial(str, html)
    raw = arrive(world, file_mail(world, payload, encoded=False)).ticket
    yield "attachment list, name sent raw", partial(page, world.at_desk, f"/tickets/{raw.pk}/")
    yield "arrivals", partial(page, world.at_desk, "/intake/arrivals/")
    yield "upload refused", partial(_refused, world, ticket.pk, payload)


def _file(name: str) -> Attached:
    return Attached(name, "application/octet-stream", "application/octet-stream", b"A file.")


def _refused(world: World, ticket: int, name: str) -> str:
    file = SimpleUploadedFile("x", b"\0" * _TOO_LARGE)
    given = name.replace("\r", " ").replace("\n", " ").replace('"', "%22")
    file.name = given if given.strip("./\\ ") else "x"
    return sent(world.at_home, f"/requests/{ticket}/messages/", {"text": "A file", "attachments": file})
