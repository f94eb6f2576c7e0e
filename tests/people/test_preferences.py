"""One's own settings."""

import pytest
from django.test import Client

from people.models import User
from tests.factories import make_agent, make_user

pytestmark = pytest.mark.django_db


def wishes(**more: str) -> dict[str, str]:
    return {"name": "Neu", "language": "en", "theme": "dark", "phone": "030 1", "single_keys": "on", **more}


@pytest.mark.parametrize("make", [make_agent, make_user])
def test_everybody_changes_what_is_theirs(make: type, client: Client) -> None:
    person = make()
    client.force_login(person)

    answer = client.post("/people/preferences/", wishes())

    person.refresh_from_db()
    assert answer.status_code == 302
    assert (person.name, person.language, person.theme, person.phone) == ("Neu", "en", "dark", "030 1")
    assert "Saved." in client.get("/people/preferences/").content.decode()


def test_nobody_changes_who_they_are(client: Client) -> None:
    person, other = make_user(), make_user()
    client.force_login(person)

    client.post(
        "/people/preferences/",
        wishes(role="admin", email="boss@x.example", is_vip="on", is_active="", id=str(other.pk), password="x" * 12),
    )

    saved = User.objects.get(pk=person.pk)
    assert (saved.role, saved.email, saved.is_vip, saved.is_active) == ("requester", person.email, False, True)
    assert saved.password == person.password
    assert User.objects.get(pk=other.pk).name == other.name


def test_shortcuts_are_asked_of_agents_only(client: Client) -> None:
    pages = []
    for person in (make_agent(), make_user()):
        client.force_login(person)
        pages.append(b"single_keys" in client.get("/people/preferences/").content)

    assert pages == [True, False]


def test_a_wrong_wish_is_refused_in_the_form(client: Client) -> None:
    client.force_login(make_user())

    answer = client.post("/people/preferences/", wishes(language="xx"))

    assert answer.status_code == 422
    assert "language" in answer.context["form"].errors


def test_preferences_ask_for_a_login(client: Client) -> None:
    assert client.get("/people/preferences/")["Location"].startswith("/account/login/")


def test_the_language_switch_leads_nowhere_else(client: Client) -> None:
    answer = client.post("/people/language/", {"language": "en", "next": "https://evil.example/"})

    assert answer["Location"] == "/"
