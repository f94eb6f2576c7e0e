"""No form sends anybody to another site."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from people.models import User
from tests.factories import make_user

PASSWORD = "correct horse battery staple"
FOREIGN = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:///evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x", "/\t/evil.example",
    "\x01https://evil.example", "http://localhost:8000@evil.example/", "http://localhost.evil.example/",
    "ftp://localhost/", " //evil.example", "/%09/evil.example/..//evil.example",
]  # fmt: skip


@pytest.fixture
def person(db: None) -> User:
    return make_user("rita@kunde.example", password=PASSWORD)


@pytest.mark.parametrize("where", FOREIGN)
def test_next_leads_nowhere_else(person: User, where: str) -> None:
    client = Client()
    answers = [
        client.post("/people/language/", {"language": "en", "next": where}),
        client.post("/account/login/", {"login": person.email, "password": PASSWORD, "next": where}),
        client.post("/mail/notices/seen/", {"next": where}),
        client.get("/account/login/", {"next": where}),
        client.post("/account/logout/", {"next": where}),
    ]

    for answer in answers:
        to = urlsplit(answer["Location"])
        assert answer.status_code == 302
        assert (to.scheme, to.netloc) == ("", "")
        assert to.path.startswith("/")
        assert not answer["Location"].startswith(("//", "/\\"))


def test_next_leads_back_to_our_own_pages(person: User) -> None:
    answer = Client().post("/people/language/", {"language": "en", "next": "/help/?q=vpn"})

    assert answer["Location"] == "/help/?q=vpn"
