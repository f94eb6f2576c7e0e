"""Plain text: subjects, names, words of people and of those who set the helpdesk up, wherever they are shown."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

from channels_intake.accept import accept
from channels_intake.chat import talking
from channels_intake.chat.envelopes import to_envelope as chat_envelope
from channels_intake.email.arriving import store
from channels_intake.envelope import Envelope
from channels_intake.phone.envelopes import to_envelope as call_envelope
from channels_intake.phone.taking import Solution, take_call
from helpdesk.administration.operations.people import save_person
from helpdesk.untrusted.mails import letters
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.places.settings import settings_places
from helpdesk.untrusted.places.talks import chat_places
from helpdesk.untrusted.world import World, fresh, page, part, sent
from notifications.links import ticket_link
from notifications.models import Delivery
from people.models import User
from tickets.models import Event, Ticket
from tickets.operations.assigning import assign
from tickets.operations.escalation import escalate
from tickets.operations.noting import note
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve


def places(world: World, payload: str) -> Iterator[Place]:
    """Call everybody and everything so, and let everybody say it."""
    text = payload if payload.strip() else "-"
    _rename(world, world.requester, text)
    _rename(world, world.agent, text)
    ticket = _lived_through(world, text)
    path = f"/tickets/{ticket.pk}/"
    yield "page title, subject, names and talk of a ticket", partial(page, world.at_desk, path)
    yield "list row", partial(part, world.at_desk, f"{path}row/")
    yield "list", partial(page, world.at_desk, "/tickets/")
    yield "search hit and search field", partial(page, world.at_desk, "/tickets/", q=text)
    for kind, html in letters(ticket):
        yield f"notification mail ({kind})", partial(str, html)
    yield "notice behind the bell", partial(page, world.at_desk, "/mail/notices/")
    yield "delivery beside a message", partial(part, world.at_desk, f"/mail/deliveries/{ticket.pk}/")
    yield "start page", partial(page, world.at_desk, "/start/")
    yield "form of a hand-over, refused", partial(sent, world.at_desk, f"{path}routing/", {"to": text, "reason": text})
    yield "request in the portal", partial(page, world.at_home, f"/requests/{ticket.pk}/")
    link = ticket_link(ticket, world.requester).partition("/request/")[2]
    yield "request by the link", partial(page, world.guest, f"/request/{link}")
    yield "list of requests in the portal", partial(page, world.at_home, "/requests/")
    yield "first page of the portal", partial(page, world.at_home, "/")
    yield "preferences", partial(page, world.at_home, "/people/preferences/")
    yield from _asked(world, text)
    yield from _doors(world, text)
    yield from settings_places(world, text)


def _rename(world: World, person: User, text: str) -> None:
    person.name, person.department, person.phone, person.location = text[:150], text[:80], text[:40], text[:80]
    save_person(person, by=world.admin, now=world.now)


def _lived_through(world: World, text: str) -> Ticket:
    """Let a ticket be asked, answered, noted on, handed over and solved, in these words."""
    envelope = Envelope(
        channel="email", external_id="text@kunde.example", from_address=world.requester.email, from_name=text,
        subject=text, text=text, full_text=f"{text}\n> {text}", message_id="text@kunde.example",
    )  # fmt: skip
    ticket = accept(envelope, now=world.now).ticket
    assert ticket is not None
    assign(ticket, to=world.admin, by=world.agent, now=world.now)
    note(fresh(ticket), text=text, by=world.agent, now=world.now)
    reply(fresh(ticket), text=text, by=world.agent, now=world.now)
    escalate(fresh(ticket), reason=text, by=world.agent, now=world.now)
    resolve(fresh(ticket), solution=text, by=world.agent, now=world.now)
    failed = Event.objects.get(ticket=ticket, kind=Event.Kind.REPLIED)
    Delivery.objects.create(
        event=failed, recipient=world.agent, address=world.agent.email, medium=Delivery.Medium.MAIL,
        message_id="<text@helpdesk.example>", state=Delivery.State.FAILED, created_at=world.now, error=f"550 {text}",
    )  # fmt: skip
    return fresh(ticket)


def _asked(world: World, text: str) -> Iterator[Place]:
    """Show what is sent back to whoever typed it."""
    for name, path, key in (
        ("search field of the knowledge base", "/knowledge/", "q"),
        ("search field of people", "/settings/people/", "q"),
        ("caller who is looked for", "/intake/calls/new/", "caller"),
        ("text tried on the rules", "/settings/rules/", "text"),
    ):
        yield name, partial(page, world.at_desk, path, **{key: text})
    yield "search field of the portal", partial(page, world.guest, "/help/", q=text)
    yield "subject of a new request", partial(page, world.guest, "/request/new/", q=text)
    given: dict[str, object] = {
        "name": text, "email": text, "subject": text, "text": text, "client_id": text, "login": text, "password": text,
    }  # fmt: skip
    yield "form of a new request, refused", partial(sent, world.guest, "/request/new/", given)
    yield "form of a chat, refused", partial(sent, world.guest, "/intake/chat/", given)
    yield "form of the login, refused", partial(sent, world.guest, "/account/login/", given)
    yield "form of a call, refused", partial(sent, world.at_desk, "/intake/calls/new/", given)
    yield "error page", partial(page, world.guest, f"/{text[:500]}", q=text)


def _doors(world: World, text: str) -> Iterator[Place]:
    """Let it come by telephone, by chat, and as a mail that nobody could read."""
    call = call_envelope(
        address="carl@kunde.example", name=text[:150], subject=text, text=text, client_id=uuid4(), language="en"
    )
    called = take_call(call, by=world.admin, now=world.now, phone=text[:40], solution=Solution(text))
    yield "ticket of a call", partial(page, world.at_desk, f"/tickets/{called.pk}/")
    yield "callers", partial(part, world.at_desk, "/intake/calls/callers/", caller=text[:100])
    store(f"From: {text}\nSubject: {text}\n\n{text}".encode(errors="replace"), now=world.now)
    yield "arrivals", partial(page, world.at_desk, "/intake/arrivals/")
    first = chat_envelope(
        address="vera@kunde.example", name=text[:150], text=text[:4000], client_id=uuid4(), language="en"
    )
    yield from chat_places(world, talking.start(first, now=world.now), text)
