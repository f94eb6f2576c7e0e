"""GHSA-985r-6qfc-hg8m (FreeScout): cleaned when it was created, not when it was edited."""

import pytest
from django.utils import timezone

from knowledgebase.operations import Content, restore, revise
from tests.security.armed import LETTER, PAGE, armed
from tests.security.vectors import HTML, MARKDOWN
from tests.security.world import World
from tickets.models import Message


@pytest.mark.parametrize("vector", [*MARKDOWN, *HTML[::9]])
def test_an_article_is_as_harmless_after_each_change(world: World, vector: str) -> None:
    text, admin, client = world.public, world.people["admin"], world.client("admin")
    content = Content(title="T", symptom=vector, cause=vector, environment=vector, steps=vector, expected_result=vector)

    revised = revise(text, content=content, by=admin, now=timezone.now(), base_version=text.version)
    pages = [client.get(f"/knowledge/{text.article_id}/?language=de").content.decode()]
    again = revise(
        revised, content=Content(title="T", steps="1"), by=admin, now=timezone.now(), base_version=revised.version
    )
    restore(again.revisions.get(number=revised.version), by=admin, now=timezone.now(), base_version=again.version)
    pages.append(client.get(f"/knowledge/{text.article_id}/?language=de").content.decode())
    pages.append(client.get(f"/help/{text.article_id}/?language=de").content.decode())

    for page in pages:
        assert armed(page, allowed=PAGE) == []


@pytest.mark.parametrize("vector", HTML[::9])
def test_a_message_is_cleaned_again_each_time_it_is_shown(world: World, vector: str) -> None:
    message, client = world.own.message, world.client("work")
    Message.objects.filter(pk=message.pk).update(html=f"<p>Hello</p>{vector}")

    for theme in ("", "?theme=dark"):
        page = client.get(f"/tickets/{world.own.ticket.pk}/messages/{message.pk}/body/{theme}").content.decode()

        assert "Hello" in page
        assert armed(page, allowed=LETTER) == []


@pytest.mark.parametrize("vector", HTML[::9])
def test_a_draft_is_a_field_however_often_it_is_saved(world: World, vector: str) -> None:
    client, ticket = world.client("admin"), world.own.ticket.pk
    for version in (0, 1):
        client.post(f"/tickets/{ticket}/drafts/reply/", {"body": vector * (version + 1), "version": version})

    assert armed(client.get(f"/tickets/{ticket}/").content.decode(), allowed=PAGE) == []
