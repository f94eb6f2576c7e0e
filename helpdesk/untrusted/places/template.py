"""Placeholders and template code, in texts that are put together."""

from collections.abc import Iterator
from functools import partial

from helpdesk.untrusted.mails import arrive, html_mail, letters
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, fresh, page, sent
from knowledgebase.operations import Content, Facts, publish, write_article
from people.models import User
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve


def places(world: World, payload: str) -> Iterator[Place]:
    """Put it where a text is completed: names in greetings, steps of solutions, answers, letters."""
    text = payload if payload.strip() else "-"
    User.objects.filter(pk=world.requester.pk).update(name=text[:150])
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
        yield f"notification mail ({kind})", partial(str, html)
