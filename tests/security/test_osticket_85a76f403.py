"""A session begins anew at the login, and ends with the log-out, the deactivation and a new password."""

import pytest
from django.conf import settings
from django.test import Client

from people.models import User
from tests.security.world import World, address

PASSWORD = "correct horse battery staple"


@pytest.fixture
def person(world: World) -> User:
    person = world.people["work"]
    person.set_password(PASSWORD)
    person.save()
    return person


def _log_in(client: Client, person: User, password: str = PASSWORD) -> str:
    client.post("/account/login/", {"login": person.email, "password": password})
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def test_the_session_key_changes_at_the_login(person: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = planted

    key = _log_in(client, person)
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = planted

    assert key != planted
    assert client.get("/tickets/").status_code == 200
    assert stranger.get("/tickets/").status_code == 302


def test_the_session_ends_with_the_log_out(person: User) -> None:
    client, copy = Client(), Client()
    copy.cookies[settings.SESSION_COOKIE_NAME] = _log_in(client, person)

    client.post("/account/logout/")

    assert copy.get("/tickets/").status_code == 302


@pytest.mark.parametrize("how", ["inactive", "password"])
def test_the_session_dies_when_its_person_is_shut_out(person: User, how: str) -> None:
    client = Client()
    _log_in(client, person)
    inside = client.get("/tickets/").status_code

    if how == "inactive":
        User.objects.filter(pk=person.pk).update(is_active=False)
    else:
        person.set_password("something else entirely")
        person.save()

    assert (inside, client.get("/tickets/").status_code) == (200, 302)


def test_a_role_that_is_taken_away_is_gone_at_once(world: World) -> None:
    client = world.client("lead")
    before = client.get(address(world, "intake:arrivals")).status_code
    User.objects.filter(pk=world.people["lead"].pk).update(role=User.Role.REQUESTER)

    assert (before, client.get(address(world, "intake:arrivals")).status_code) == (200, 404)
    assert client.get(address(world, "tickets:show")).status_code == 404


def test_the_cookie_of_the_session_is_out_of_reach_of_scripts(person: User) -> None:
    client = Client()
    _log_in(client, person)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_cve_2023_30082_a_megabyte_is_no_password(person: User) -> None:
    client = Client()

    answer = client.post("/account/login/", {"login": person.email, "password": "x" * 1_000_000})

    assert answer.status_code == 200
    assert client.get("/tickets/").status_code == 302
