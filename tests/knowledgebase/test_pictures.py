from io import BytesIO

import pytest
from django.urls import reverse

from knowledgebase.models import Article, Picture
from knowledgebase.operations import Content, Facts, publish, write_article
from knowledgebase.rendering import plain, render
from tests.factories import NOW, make_agent, make_user

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@pytest.fixture
def agent():
    return make_agent()


@pytest.fixture
def other():
    return make_agent()


def paste(client, data=PNG, name="a.png"):
    file = BytesIO(data)
    file.name = name
    return client.post(reverse("knowledge:attachments"), {"picture": file})


def article_with(markdown, by, audience="public"):
    content = Content(title="Bild", steps=f"1. Sehen\n\n{markdown}")
    return write_article(language="de", content=content, facts=Facts(audience=audience), by=by, now=NOW)


def address():
    return reverse("knowledge:attachment", args=[Picture.objects.get().key])


def test_until_it_is_saved_a_pasted_picture_is_seen_by_its_writer_alone(client, agent, other):
    client.force_login(agent)
    said = paste(client).json()
    assert said == {"markdown": f"![a.png]({address()})"}
    assert client.get(address()).status_code == 200

    client.force_login(other)
    assert client.get(address()).status_code == 404
    client.logout()
    assert client.get(address()).status_code == 404


@pytest.mark.parametrize(
    ("audience", "state", "expected"),
    [
        ("public", "published", {"anonymous": 200, "requester": 200, "agent": 200}),
        ("customers", "published", {"anonymous": 404, "requester": 200, "agent": 200}),
        ("agents", "published", {"anonymous": 404, "requester": 404, "agent": 200}),
        ("second_level", "published", {"anonymous": 404, "requester": 404, "agent": 404}),
        ("public", "draft", {"anonymous": 404, "requester": 404, "agent": 404}),
        ("public", "archived", {"anonymous": 404, "requester": 404, "agent": 404}),
    ],
)
def test_a_picture_is_seen_by_who_may_see_its_article(client, agent, other, audience, state, expected):
    client.force_login(agent)
    article = article_with(paste(client).json()["markdown"], agent)
    publish(article, by=agent, now=NOW)
    Article.objects.update(audience=audience, state=state)
    seen = {}

    for name, person in (("anonymous", None), ("requester", make_user()), ("agent", other)):
        client.logout()
        if person is not None:
            client.force_login(person)
        seen[name] = client.get(address()).status_code

    assert seen == expected


def test_a_picture_can_do_nothing(client, agent):
    client.force_login(agent)
    paste(client)

    answer = client.get(address())

    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert client.get(address(), headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.parametrize("data", [b"<svg onload=alert(1)>", b"<html>", b""])
def test_what_is_no_picture_is_not_kept(client, agent, data):
    client.force_login(agent)

    assert paste(client, data).status_code == 422
    assert not Picture.objects.exists()


def test_without_scripts_a_picture_comes_with_the_form(client, agent):
    client.force_login(agent)
    file = BytesIO(PNG)
    file.name = "fenster.png"
    form = {"title": "T", "steps": "1. Los", "kind": "faq", "audience": "public", "minutes": "2", "picture": file}

    client.post(reverse("knowledge:new"), form)

    article = Article.objects.get()
    assert article.texts.get().steps == f"1. Los\n\n![fenster.png]({address()})\n"
    assert article.pictures.count() == 1


def test_a_file_that_is_no_picture_comes_back_with_the_form(client, agent):
    client.force_login(agent)
    file = BytesIO(b"MZ")
    file.name = "x.png"
    form = {"title": "T", "steps": "1. Los", "kind": "faq", "audience": "public", "minutes": "2", "picture": file}

    assert client.post(reverse("knowledge:new"), form).status_code == 422
    assert not Article.objects.exists()


def test_only_our_own_pictures_are_shown_and_none_in_replies():
    key = "0b0f4f4e-1b1b-4c4c-8d8d-123456789abc"
    markdown = f"![Fenster](/knowledge/attachments/{key}/) ![x](https://evil.example/p.png) ![y](/tickets/1/attachments/{key}/)"

    shown = render(markdown, pictures=True)

    assert f'<img src="/knowledge/attachments/{key}/" alt="Fenster">' in shown
    assert shown.count("<img") == 1
    assert '!<a href="https://evil.example/p.png" rel="noopener noreferrer">x</a>' in shown
    assert "<img" not in render(markdown)
    assert "Fenster" in render(markdown)
    assert plain(f"![Fenster](/knowledge/attachments/{key}/)") == "Fenster"
