"""Markdown of articles, where it is read, written, compared, found, suggested and put into answers."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from channels_intake.accept import accept
from channels_intake.envelope import Envelope
from helpdesk.untrusted.mails import letters
from helpdesk.untrusted.places import Place
from helpdesk.untrusted.world import World, fresh, page, sent
from knowledgebase.models import ArticleText
from knowledgebase.operations import Content, Facts, publish, revise, write_article
from knowledgebase.rendering import plain, render
from tickets.operations.replying import reply
from tickets.triage.pipeline import triage

WORDS = "The scanner in the basement shows error 4711 and feeds no paper"


def places(world: World, payload: str) -> Iterator[Place]:
    """Let it be every field of an article, and let a ticket need that article."""
    text = _article(world, payload)
    pk = text.article_id
    for name, path in {
        "article": f"/knowledge/{pk}/",
        "article in its editor": f"/knowledge/{pk}/en/edit/",
        "version of an article": f"/knowledge/{pk}/en/history/2/",
    }.items():
        yield name, partial(page, world.at_desk, path)
    yield "article in the portal", partial(page, world.guest, f"/help/{pk}/")
    yield "preview of an article", partial(sent, world.at_desk, "/knowledge/preview/", {"steps": payload}, htmx=True)
    yield "article found", partial(page, world.at_desk, "/knowledge/", q="scanner")
    yield "article found in the portal", partial(page, world.guest, "/help/", q="scanner")
    yield "list of articles in the portal", partial(page, world.guest, "/help/")
    wanted: dict[str, object] = {"subject": WORDS, "text": WORDS}
    yield "solution beside a new request", partial(sent, world.guest, "/request/new/solutions/", wanted, htmx=True)
    yield "solution beside a call", partial(sent, world.at_desk, "/intake/calls/solutions/", wanted, htmx=True)
    yield from _in_ticket(world, text)


def _article(world: World, payload: str) -> ArticleText:
    steps = payload if payload.strip() else "-"
    content = Content(
        title=WORDS, symptom=payload, environment=payload, cause=payload, steps=steps, expected_result=payload
    )
    before = replace(content, symptom="", environment="", cause="", steps="1. Restart", expected_result="")
    article = write_article(language="en", content=before, facts=Facts(), by=world.admin, now=world.now)
    text: ArticleText = article.texts.get()
    text = revise(text, content=content, by=world.admin, now=world.now, base_version=text.version)
    publish(article, by=world.admin, now=world.now)
    return text


def _in_ticket(world: World, text: ArticleText) -> Iterator[Place]:
    envelope = Envelope(
        channel="web", external_id="web:markdown", from_address=world.requester.email, from_name="Rose",
        subject=WORDS, text=WORDS, full_text=WORDS, language_hint="en",
    )  # fmt: skip
    ticket = accept(envelope, now=world.now).ticket
    assert ticket is not None
    triage(ticket, now=world.now, may_route=False)
    path = f"/tickets/{ticket.pk}/"
    yield "solution beside the ticket", partial(page, world.at_desk, path)
    yield (
        "solution put into the reply",
        partial(sent, world.at_desk, f"{path}attempts/", {"text": text.pk}, htmx=True),
    )
    yield "solution put into the plain reply", partial(page, world.at_desk, path, insert=str(text.pk))
    steps, words = render(text.steps), plain(text.steps).strip() or "-"
    answer = reply(fresh(ticket), text=words, html=steps, by=world.agent, now=world.now)
    yield "solution in the ticket", partial(page, world.at_desk, f"{path}messages/{answer.pk}/body/")
    yield "ticket with the solution", partial(page, world.at_desk, path)
    yield "request with the solution", partial(page, world.at_home, f"/requests/{ticket.pk}/")
    for kind, html in letters(ticket):
        yield ("notification mail" if kind == "replied" else f"notification mail ({kind})"), partial(str, html)
