"""HTML of mails, answers, notes and drafts, where it is shown as HTML, as text, quoted and searched."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

from channels_intake.chat import talking
from channels_intake.chat.envelopes import to_envelope
from helpdesk.lib.html import to_text
from helpdesk.untrusted.mails import arrive, html_mail, letters, pictures
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.places.talks import chat_places
from helpdesk.untrusted.world import World, fresh, page, part, sent
from knowledgebase.operations import Content, Facts, publish, write_article
from notifications.links import ticket_link
from tickets.models import Message, Ticket
from tickets.operations.assigning import assign
from tickets.operations.noting import note
from tickets.operations.replying import reply


def places(world: World, payload: str) -> Iterator[Place]:
    """Let it come as a mail, be answered, noted, quoted, talked about and written down."""
    mail = arrive(world, html_mail(world, payload))
    ticket = mail.ticket
    path = f"/tickets/{ticket.pk}/"
    yield from _mail_body(world, mail, path)
    assign(fresh(ticket), to=world.admin, by=world.agent, now=world.now)
    text = to_text(payload).strip() or "A picture"
    answer = reply(ticket, text=text, html=payload, files=pictures(payload), by=world.agent, now=world.now)
    noted = note(ticket, text=text, html=payload, files=pictures(payload), by=world.agent, now=world.now)
    arrive(world, html_mail(world, payload, subject=f"Re: Printer in the hall [#{ticket.pk}]"))
    yield "ticket with its conversation", partial(page, world.at_desk, path)
    yield "agent's answer in the ticket", partial(page, world.at_desk, f"{path}messages/{answer.pk}/body/")
    yield "note in the ticket", partial(page, world.at_desk, f"{path}messages/{noted.pk}/body/")
    yield "list row", partial(part, world.at_desk, f"{path}row/")
    yield "list", partial(page, world.at_desk, "/tickets/")
    yield "search hit", partial(page, world.at_desk, "/tickets/", q="printer")
    yield from _letters(ticket)
    yield "notice behind the bell", partial(page, world.at_desk, "/mail/notices/")
    yield from _portal(world, ticket, mail)
    yield from _writing(world, ticket, path, payload)
    yield from _article(world, payload)
    envelope = to_envelope(
        address=world.requester.email, name="Rose", text=payload[:4000], client_id=uuid4(), language="en"
    )
    yield from chat_places(world, talking.start(envelope, now=world.now), payload)


def _mail_body(world: World, mail: Message, path: str) -> Iterator[Place]:
    body = f"{path}messages/{mail.pk}/body/"
    yield "mail body in the ticket", partial(page, world.at_desk, body)
    yield "mail body in the ticket, dark", partial(page, world.at_desk, body, theme="dark")
    yield "mail with its quoted history", partial(page, world.at_desk, f"{path}messages/{mail.pk}/full/")


def _portal(world: World, ticket: Ticket, mail: Message) -> Iterator[Place]:
    path = f"/requests/{ticket.pk}/"
    yield "request in the portal", partial(page, world.at_home, path)
    yield "mail body in the portal", partial(page, world.at_home, f"{path}messages/{mail.pk}/body/")
    link = ticket_link(ticket, world.requester).partition("/request/")[2]
    yield "mail body by the link", partial(page, world.guest, f"/request/{link}messages/{mail.pk}/body/")


def _letters(ticket: Ticket) -> Iterator[Place]:
    for kind, html in letters(ticket):
        yield ("notification mail" if kind == "replied" else f"notification mail ({kind})"), partial(str, html)


def _writing(world: World, ticket: Ticket, path: str, payload: str) -> Iterator[Place]:
    quote = f"<p>Hello</p><blockquote>{payload}</blockquote>"
    for kind in ("reply", "note"):
        form: dict[str, object] = {"body": quote, "version": "0"}
        world.at_desk.post(f"{path}drafts/{kind}/", form)
    yield "quoted in the reply editor", partial(page, world.at_desk, path)
    yield "note editor", partial(page, world.at_desk, path, write="note")
    form = {"body": quote, "seen": "1"}
    yield "answer refused, with what came between", partial(sent, world.at_desk, f"{path}messages/", form)
    del form["seen"]
    yield "answer sent from the editor", partial(sent, world.at_desk, f"{path}messages/", form)


def _article(world: World, payload: str) -> Iterator[Place]:
    content = Content(title="Printer in the hall", symptom="It does not print.", steps=payload or "-")
    article = write_article(language="en", content=content, facts=Facts(), by=world.admin, now=world.now)
    publish(article, by=world.admin, now=world.now)
    yield "article", partial(page, world.at_desk, f"/knowledge/{article.pk}/")
    yield "article in the portal", partial(page, world.guest, f"/help/{article.pk}/")
