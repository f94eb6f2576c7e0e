"""People: nobody loses the last key, and whoever is let go is gone at once."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.administration.operations import members
from people.models import AuditEntry, User
from tests.factories import make_absence, make_agent, make_queue, make_ticket, make_user
from tests.settings.conftest import Everything, entries
from tickets.models import Membership, Ticket
from tickets.operations import assigning, standing_in

pytestmark = pytest.mark.django_db


def form(person: User | None = None, **changes: Any) -> dict[str, Any]:
    """Give what a browser sends for a person."""
    data: dict[str, Any] = {"name": "Nora Neu", "email": "Nora.Neu@kunde.example", "role": "agent", "language": "en"}
    if person is not None:
        data = {name: getattr(person, name) for name in ("name", "email", "role", "language")}
    return data | changes


def test_a_new_person_has_no_password(client: Client) -> None:
    client.post(reverse("settings:person_new"), form(is_vip="on", phone="1234"))

    person = User.objects.get(email="nora.neu@kunde.example")
    assert (person.role, person.is_vip, person.phone, person.has_usable_password()) == ("agent", True, "1234", False)
    assert entries() == [("people.user", "created")]


def test_an_address_belongs_to_one_person(client: Client, admin: User) -> None:
    response = client.post(reverse("settings:person_new"), form(email=admin.email.upper()))

    assert response.status_code == 422
    assert User.objects.count() == 1


def test_the_last_administrator_stays_one(client: Client, admin: User) -> None:
    response = client.post(reverse("settings:person", args=[admin.pk]), form(admin, role="agent"))
    gone = client.post(reverse("settings:person_deactivation", args=[admin.pk]), follow=True)

    admin.refresh_from_db()
    assert (response.status_code, admin.role, admin.is_active) == (422, "admin", True)
    assert "is the last active administrator" in response.content.decode()
    assert "is the last active administrator" in gone.content.decode()
    assert entries() == []


def test_a_deactivated_administrator_does_not_count(client: Client, admin: User) -> None:
    make_agent(role=User.Role.ADMIN, is_active=False)

    client.post(reverse("settings:person", args=[admin.pk]), form(admin, role="lead"))

    admin.refresh_from_db()
    assert admin.role == "admin"


def test_an_administrator_who_is_one_no_more_cannot_go_on(client: Client, admin: User) -> None:
    make_agent(role=User.Role.ADMIN)

    client.post(reverse("settings:person", args=[admin.pk]), form(admin, role="agent"))

    assert client.get(reverse("settings:home")).status_code == 403


def test_whoever_is_deactivated_is_logged_out_everywhere(client: Client, everything: Everything) -> None:
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(everything.agent)
    bystander = Client()
    bystander.force_login(make_agent())

    client.post(reverse("settings:person_deactivation", args=[everything.agent.pk]))

    assert [browser.get(reverse("people:preferences")).status_code for browser in browsers] == [302, 302]
    assert bystander.get(reverse("people:preferences")).status_code == 200

    client.post(reverse("settings:person_activation", args=[everything.agent.pk]))
    assert [browser.get(reverse("people:preferences")).status_code for browser in browsers] == [302, 302]
    assert entries() == [("people.user", "deactivated"), ("people.user", "activated")]


def test_whoever_becomes_a_requester_leaves_the_queues(client: Client, everything: Everything) -> None:
    make_ticket(everything.queue)

    client.post(reverse("settings:person", args=[everything.agent.pk]), form(everything.agent, role="requester"))

    person = User.objects.get(pk=everything.agent.pk)
    assert not Membership.objects.filter(user=person).exists()
    assert list(Ticket.objects.visible_to(person)) == []
    assert entries() == [("people.user", "changed"), ("tickets.membership", "removed")]


def test_a_new_address_takes_the_old_ones_logins_away(client: Client, everything: Everything) -> None:
    agent = everything.agent
    EmailAddress.objects.create(user=agent, email=agent.email, verified=True, primary=True)

    client.post(reverse("settings:person", args=[agent.pk]), form(agent, email="new@helpdesk.example"))

    assert not EmailAddress.objects.filter(user=agent).exists()
    assert User.objects.get(pk=agent.pk).email == "new@helpdesk.example"


def test_the_mail_to_set_a_password_goes_to_the_person_alone(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    person = make_user(email="new@kunde.example", language="en")

    response = client.post(reverse("settings:password_mail", args=[person.pk]), follow=True)

    (sent,) = mail.outbox
    assert (sent.to, entries()) == (["new@kunde.example"], [("people.user", "password_mail")])
    link = next(word for word in str(sent.body).split() if "/password/reset/key/" in word)
    assert link not in response.content.decode()
    set_here = Client().get(link.partition("localhost:8000")[2] or link.partition("testserver")[2], follow=True)
    assert 'name="password1"' in set_here.content.decode()


def test_a_mail_server_that_is_away_is_said(client: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    response = client.post(reverse("settings:password_mail", args=[make_user().pk]), follow=True)

    assert "The mail server did not take the mail" in response.content.decode()
    assert entries() == []


def test_deactivated_people_get_no_mail(client: Client) -> None:
    person = make_user(is_active=False)

    response = client.post(reverse("settings:password_mail", args=[person.pk]), follow=True)

    assert "Activate them first" in response.content.decode()


def test_people_are_found_by_words_of_name_address_and_place(client: Client) -> None:
    make_user(name="Petra Vogel", location="Hamburg")
    make_user(name="Paul Vogel", location="Leeds")

    page = client.get(reverse("settings:people"), {"q": "vogel hamb"}).content.decode()
    nobody = client.get(reverse("settings:people"), {"q": "zzz", "role": "<script>"}).content.decode()

    assert "Petra Vogel" in page
    assert "Paul Vogel" not in page
    assert "Nobody fits" in nobody
    assert "<script>" not in nobody.replace("<script ", "")


def test_deactivated_people_are_listed_when_asked_for(client: Client) -> None:
    make_user(name="Gone Person", is_active=False)

    assert "Gone Person" not in client.get(reverse("settings:people")).content.decode()
    assert "Gone Person" in client.get(reverse("settings:people"), {"state": "inactive"}).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make_agent(everything.queue)

    with django_assert_num_queries(4):
        client.get(reverse("settings:people"))


def test_what_was_recorded_stays(client: Client) -> None:
    client.post(reverse("settings:person_new"), form())

    for statement in ("UPDATE people_auditentry SET name = 'x'", "DELETE FROM people_auditentry"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert AuditEntry.objects.get().name == "Nora Neu"


@pytest.mark.parametrize("count", [1, 3])
def test_the_record_is_read_in_few_queries(client: Client, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        client.post(reverse("settings:person_new"), form(email=f"n{number}@kunde.example"))

    with django_assert_num_queries(4):
        page = client.get(reverse("settings:audit")).content.decode()
    assert page.count("Nora Neu") == 2 * count


def test_the_record_speaks_the_words_of_the_forms(client: Client, everything: Everything) -> None:
    client.post(reverse("settings:person", args=[everything.agent.pk]), form(everything.agent, role="lead"))

    page = client.get(reverse("settings:audit"), {"kind": "people.user"}).content.decode()

    assert "<dt>role</dt><dd><del>Agent</del> → <ins>Lead</ins></dd>" in page


@pytest.mark.parametrize("how", ["deactivated", "becomes a requester", "leaves the queue", "may only reply"])
def test_what_was_offered_to_a_deputy_who_may_no_longer_take_it_goes_back(client: Client, how: str) -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    ticket = assigning.take(make_ticket(queue), by=person, now=timezone.now())
    make_absence(person, deputy, starts_at=timezone.now(), ends_at=timezone.now() + timedelta(days=2))
    assert standing_in.release_due(timezone.now()) == 0
    membership = Membership.objects.get(user=deputy)

    if how == "deactivated":
        client.post(reverse("settings:person_deactivation", args=[deputy.pk]))
    elif how == "becomes a requester":
        client.post(reverse("settings:person", args=[deputy.pk]), form(deputy, role="requester"))
    elif how == "leaves the queue":
        members.remove_member(membership, by=person, now=timezone.now())
    else:
        members.change_level(membership, Membership.Level.REPLY, by=person, now=timezone.now())

    assert standing_in.release_due(timezone.now()) == 1
    assert Ticket.objects.get(pk=ticket.pk).assignee is None
