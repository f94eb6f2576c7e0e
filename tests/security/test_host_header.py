"""A link that leaves by mail leads to our own address, whatever host the request named."""

import re

import pytest
from django.core import mail
from django.test import Client

from people.models import User
from tests.factories import make_user


@pytest.fixture
def person(db: None) -> User:
    return make_user("rita@kunde.example", password="correct horse battery staple")


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "localhost:1", "[::1]"])
def test_the_link_to_a_new_password_names_our_address(person: User, host: str) -> None:
    headers = {"Host": host, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher", "Forwarded": "host=e"}
    Client().post("/account/password/reset/", {"email": person.email}, headers=headers)

    (letter,) = mail.outbox
    links = re.findall(r"https?://\S+", str(letter.body))
    assert [link.startswith("http://localhost:8000/account/password/reset/key/") for link in links] == [True]
    assert "evil.example" not in letter.message().as_string()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:8000", "localhost@evil.example"]
)
def test_a_foreign_host_is_refused_and_nothing_is_mailed(person: User, host: str) -> None:
    answer = Client().post("/account/password/reset/", {"email": person.email}, headers={"Host": host})

    assert (answer.status_code, mail.outbox) == (400, [])


def test_cve_2026_45294_the_answer_does_not_tell_who_is_known(person: User) -> None:
    answers = [
        Client().post("/account/password/reset/", {"email": address}) for address in (person.email, "nobody@x.example")
    ]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, "/account/password/reset/done/")}


def test_cve_2023_31597_nobody_claims_an_address_by_typing_it(person: User) -> None:
    client = Client()
    client.force_login(person)

    answers = [
        client.post("/account/email/", {"email": "boss@kunde.example", "action_add": "1", "action_primary": "1"}),
        client.post("/people/preferences/", {"name": "Rita", "language": "de", "theme": "auto", "email": "boss@x.y"}),
    ]

    person.refresh_from_db()
    assert [answer.status_code for answer in answers] == [404, 302]
    assert person.email == "rita@kunde.example"
