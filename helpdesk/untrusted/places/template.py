"""Placeholders and template code, in texts that are put together."""

from collections.abc import Iterator
from functools import partial

from helpdesk.untrusted.mails import arrive, html_mail, letters
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, again, fresh, page, sent
from knowledgebase.operations import Content, Facts, publish, write_article
from notifications.models import Sender
from people.models import User
from tickets.models import Queue
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve


def places(world: World, payload: str) -> Iterator[Place]:
    """Put it where a text is completed: names in greetings, steps of solutions, answers, letters."""
    text = payload if payload.strip() else "-"
    User.objects.filter(pk__in=(world.requester.pk, world.agent.pk)).update(name=text[:150])
    _signature(world, text)
    world = again(world)
    ticket = arrive(world, html_mail(world, text, subject="Printer in the hall")).ticket
    path = f"/tickets/{ticket.pk}/"
    content = Content(title="Printer in the hall", symptom=text, steps=text)
    article = write_article(language="en", content=content, facts=Facts(), by=world.admin, now=world.now)
    publish(article, by=world.admin, now=world.now)
    given: dict[str, object] = {"text": article.texts.get().pk}
    yield "snippet after variable replacement", partial(sent, world.at_desk, f"{path}attempts/", given, htmx=True)
    yield "snippet in the plain reply", partial(page, world.at_desk, path, insert=str(given["text"]))
    reply(fresh(ticket), text=text, html=f"<p>{text}</p>", by=world.agent, now=world.now)
    resolve(fresh(ticket), solution=text, by=world.agent, now=world.now)
    yield "ticket", partial(page, world.at_desk, path)
    yield "article", partial(page, world.at_desk, f"/knowledge/{article.pk}/")
    for kind, html in letters(ticket):
        name = "signature and greeting after replacement" if kind == "replied" else f"notification mail ({kind})"
        yield name, partial(str, html)


def _signature(world: World, text: str) -> None:
    """Let the answers of a queue of that name end with it, and with names that are filled in."""
    Queue.objects.filter(pk=world.first.pk).update(name_en=text[:80], name_de=text[:80])
    words = f"{text}\n{{{{agent.name}}}} {{{{queue.name}}}} {{{{ticket.number}}}}"
    Sender.objects.create(
        address="first@helpdesk.example", name=text[:80], queue=world.first, signature_en=words, signature_de=words
    )
