"""The screens of absences, deputies, rotas and promised calls."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from people.models import User
from tests.factories import make_absence, make_agent, make_queue, make_rota, make_ticket, make_user
from tickets.models import Absence, Callback, Membership, RotaSwap, Ticket
from tickets.operations.assigning import assign, take
from tickets.operations.calling_back import promise_callback
from tickets.operations.standing_in import release_due, take_over
from tickets.views.access import for_page

pytestmark = pytest.mark.django_db


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def gone(person: User, deputy: User | None = None, **fields) -> Absence:
    now = timezone.now()
    return make_absence(person, deputy, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(days=2), **fields)


def local(moment) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_the_deputy_finds_what_is_offered_in_a_view_of_its_own_and_takes_it_over() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue, name="Uwe Urlaub", language="en"), make_agent(queue, language="en")
    ticket = take(make_ticket(queue, subject="angeboten"), by=person, now=timezone.now())
    make_ticket(queue, subject="frei")
    client = as_(deputy)
    assert b"As deputy" not in client.get("/tickets/").content

    gone(person, deputy)

    page = client.get("/tickets/?view=deputy")
    assert [one.subject for one in page.context["page"].tickets] == ["angeboten"]
    assert page.context["counts"].by_view["deputy"] == 1
    assert "Uwe Urlaub" in page.content.decode()
    assert b"Take over" in client.get(f"/tickets/{ticket.pk}/").content
    assert client.post(f"/tickets/{ticket.pk}/takeover/").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).assignee == deputy
    assert client.post(f"/tickets/{ticket.pk}/takeover/").status_code == 422
    thread = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "took the ticket over as deputy of Uwe Urlaub" in thread


def test_all_are_taken_over_by_one_click() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    for _ in range(3):
        take(make_ticket(queue), by=person, now=timezone.now())
    gone(person, deputy)
    client = as_(deputy)

    response = client.post("/tickets/takeovers/", {"person": person.pk})

    assert response["Location"] == "/tickets/?view=mine"
    assert Ticket.objects.filter(assignee=deputy).count() == 3
    assert client.post("/tickets/takeovers/", {"person": person.pk})["Location"] == "/tickets/?view=deputy"
    assert client.post("/tickets/takeovers/", {"person": "x"}).status_code == 404


def test_what_is_offered_in_queues_the_deputy_does_not_work_in_is_not_shown() -> None:
    queue, other = make_queue(), make_queue()
    person, deputy = make_agent(queue), make_agent(queue)
    Membership.objects.create(queue=other, user=person)
    Membership.objects.create(queue=other, user=deputy, level=Membership.Level.VIEW)
    take(make_ticket(other), by=person, now=timezone.now())
    gone(person, deputy)

    assert as_(deputy).get("/tickets/?view=deputy").context["counts"].by_view["deputy"] == 0


def test_one_enters_ones_own_absence_and_comes_back() -> None:
    queue = make_queue()
    person, deputy = make_agent(queue, language="en"), make_agent(queue)
    client, now = as_(person), timezone.now()
    sent = {"starts_at": local(now - timedelta(hours=1)), "ends_at": local(now + timedelta(days=3)), "mode": "offer"}

    assert client.post("/tickets/away/", sent).status_code == 422
    assert client.post("/tickets/away/", sent | {"deputy": person.pk}).status_code == 422
    assert client.post("/tickets/away/", sent | {"deputy": deputy.pk, "person": deputy.pk}).status_code == 302

    absence = Absence.objects.get()
    assert (absence.person, absence.deputy, absence.made_by) == (person, deputy, person)
    again = client.post("/tickets/away/", sent | {"deputy": deputy.pk})
    assert (again.status_code, "There is an absence in that time already" in again.content.decode()) == (422, True)
    assert as_(deputy).post(f"/tickets/away/{absence.pk}/return/").status_code == 403
    client.post(f"/tickets/away/{absence.pk}/return/")
    absence.refresh_from_db()
    assert absence.ends_at <= timezone.now()


def test_a_lead_enters_and_ends_absences_of_others() -> None:
    person, lead = make_agent(), make_agent(role=User.Role.LEAD)
    now = timezone.now()
    client = as_(lead)

    client.post("/tickets/away/", {
        "person": person.pk, "starts_at": local(now + timedelta(days=1)), "ends_at": local(now + timedelta(days=3)),
        "mode": "release",
    })  # fmt: skip

    absence = Absence.objects.get()
    assert (absence.person, absence.deputy, absence.made_by) == (person, None, lead)
    assert person.display_name in client.get("/tickets/away/").content.decode()
    client.post(f"/tickets/away/{absence.pk}/return/")
    assert not Absence.objects.exists()


def test_who_returns_sees_what_left_their_hands_as_far_as_they_may() -> None:
    queue, other = make_queue(), make_queue()
    person, deputy = make_agent(queue, language="en"), make_agent(queue, name="Vera Vertretung")
    membership = Membership.objects.create(queue=other, user=person)
    now = timezone.now()
    taken = take(make_ticket(queue, subject="übernommen"), by=person, now=now)
    hidden = take(make_ticket(other, subject="anderswo"), by=person, now=now)
    gone(person, deputy)
    take_over(taken, by=deputy, now=now)
    assert release_due(now) == 1
    membership.delete()
    Ticket.objects.filter(pk=hidden.pk).update(case_owner=None)

    page = as_(User.objects.get(pk=person.pk)).get("/tickets/away/").content.decode()

    assert "übernommen" in page
    assert "Vera Vertretung took it over" in page
    assert "anderswo" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_absences_costs_the_same_with_one_and_three(number: int, django_assert_num_queries) -> None:
    queue, lead = make_queue(), make_agent(role=User.Role.LEAD)
    for _ in range(number):
        person, deputy = make_agent(queue), make_agent(queue)
        ticket = take(make_ticket(queue), by=person, now=timezone.now())
        gone(person, deputy)
        take_over(ticket, by=deputy, now=timezone.now())
    client = as_(lead)

    with django_assert_num_queries(6):
        assert client.get("/tickets/away/").status_code == 200


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_rotas_costs_the_same_with_one_and_three(number: int, django_assert_num_queries) -> None:
    agent = make_agent()
    for _ in range(number):
        queue = make_queue()
        Membership.objects.create(queue=queue, user=agent)
        make_rota(queue, agent, make_agent(queue), first_day=timezone.localdate() - timedelta(days=1))
        gone(make_agent(queue))
    client = as_(agent)

    with django_assert_num_queries(13):
        page = client.get("/tickets/on-call/").content.decode()

    assert agent.display_name in page


def test_one_of_the_rota_takes_a_shift_and_gives_it_up_again() -> None:
    queue = make_queue()
    one, two, stranger = make_agent(queue), make_agent(queue), make_agent(queue)
    rota = make_rota(queue, one, two)
    now = timezone.now()
    sent = {f"rota{rota.pk}-starts_at": local(now), f"rota{rota.pk}-ends_at": local(now + timedelta(hours=8))}

    assert as_(stranger).post(f"/tickets/on-call/{rota.pk}/swaps/", sent).status_code == 403
    assert as_(two).post(f"/tickets/on-call/{rota.pk}/swaps/", sent).status_code == 302
    swap = RotaSwap.objects.get()
    assert (swap.user, swap.made_by) == (two, two)
    wrong = sent | {f"rota{rota.pk}-ends_at": local(now - timedelta(hours=1))}
    assert as_(two).post(f"/tickets/on-call/{rota.pk}/swaps/", wrong).status_code == 422
    assert as_(one).post(f"/tickets/on-call/swaps/{swap.pk}/removal/").status_code == 403
    assert as_(two).post(f"/tickets/on-call/swaps/{swap.pk}/removal/").status_code == 302
    assert not RotaSwap.objects.exists()


def test_assigning_to_somebody_who_is_away_warns_and_is_allowed() -> None:
    queue = make_queue()
    agent, deputy = make_agent(queue, language="en"), make_agent(queue, name="Vera Vertretung")
    away, here = make_agent(queue, name="Anna Abwesend"), make_agent(queue, name="Zoe Da")
    gone(away, deputy)
    ticket, client = make_ticket(queue), as_(agent)

    dialog = client.get(f"/tickets/{ticket.pk}/assignment/").content.decode()
    assert dialog.index("Zoe Da") < dialog.index("Anna Abwesend – away until")
    assert ", deputy Vera Vertretung" in dialog
    assert "anyway" not in dialog

    warned = client.post(f"/tickets/{ticket.pk}/assignment/", {"to": away.pk})
    assert (warned.status_code, "anyway" in warned.content.decode()) == (422, True)
    assert Ticket.objects.get().assignee is None
    assert client.post(f"/tickets/{ticket.pk}/assignment/", {"to": here.pk}).status_code == 302
    assert client.post(f"/tickets/{ticket.pk}/assignment/", {"to": away.pk, "anyway": "on"}).status_code == 302
    assert Ticket.objects.get().assignee == away
    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "deputy Vera Vertretung" in page
    assert as_(away).post(f"/tickets/{ticket.pk}/assignment/", {"to": away.pk}).status_code == 302


def test_a_call_back_is_promised_shown_and_kept() -> None:
    queue = make_queue()
    agent, other = make_agent(queue, name="Lena Lange", language="en"), make_agent(queue)
    requester = make_user(language="en")
    ticket, client = make_ticket(queue, requester=requester), as_(agent)
    until = timezone.now() + timedelta(hours=3)

    assert client.get(f"/tickets/{ticket.pk}/callback/").status_code == 200
    assert (
        client.post(
            f"/tickets/{ticket.pk}/callback/", {"until": local(until), "owner": agent.pk, "words": "0815"}
        ).status_code
        == 302
    )

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    assert "Call back by" in page
    assert "Lena Lange" in page
    assert [t.pk for t in client.get("/tickets/?view=callbacks").context["page"].tickets] == [ticket.pk]
    assert as_(other).get("/tickets/?view=callbacks").context["counts"].by_view["callbacks"] == 0
    assert ticket.subject in client.get("/start/").content.decode()
    portal = as_(requester).get(f"/requests/{ticket.pk}/").content.decode()
    assert "We call you back by" in portal
    assert "0815" not in portal
    assert client.post(f"/tickets/{ticket.pk}/callback/", {"until": local(until), "owner": agent.pk}).status_code == 422

    assert client.post(f"/tickets/{ticket.pk}/callback/keeping/").status_code == 302
    assert Callback.objects.get().kept_by == agent
    assert "We call you back by" not in as_(requester).get(f"/requests/{ticket.pk}/").content.decode()
    assert client.post(f"/tickets/{ticket.pk}/callback/withdrawal/").status_code == 422


def test_a_moment_that_is_over_or_none_is_refused() -> None:
    queue = make_queue()
    agent, ticket = make_agent(queue, language="en"), make_ticket(queue)
    client, over = as_(agent), local(timezone.now() - timedelta(hours=3))

    assert client.post(f"/tickets/{ticket.pk}/callback/", {"until": over, "owner": agent.pk}).status_code == 422
    none = client.post(f"/tickets/{ticket.pk}/callback/", {"until": "", "owner": agent.pk})
    assert "The SLA does not say by when" in none.content.decode()
    assert client.post(f"/tickets/{ticket.pk}/callback/", {"until": "", "owner": make_agent().pk}).status_code == 422
    assert not Callback.objects.exists()


def test_the_ticket_knows_of_an_absence_and_a_promise_by_its_own_row(django_assert_num_queries) -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = assign(make_ticket(queue), to=agent, by=agent, now=timezone.now())
    promise_callback(ticket, until=timezone.now() + timedelta(hours=1), by=agent, now=timezone.now())
    gone(agent)
    agent = User.objects.get(pk=agent.pk)

    with django_assert_num_queries(2):
        row = for_page(agent).get(pk=ticket.pk)
    assert len(row.callback_rows) == len(row.away_rows) == 1


def test_who_is_on_call_stands_above_the_queue_and_on_the_start_page() -> None:
    queue = make_queue()
    agent = make_agent(queue, name="Olga Bereit", language="en", phone="+49 30 1234")
    away = make_agent(queue, name="Anna Abwesend")
    make_rota(queue, agent, first_day=timezone.localdate() - timedelta(days=1))
    gone(away, agent)
    client = as_(agent)

    assert "On call: Olga Bereit" in client.get(f"/tickets/?queue={queue.slug}").content.decode()
    start = client.get("/start/").content.decode()
    assert "On call now, away today" in start
    assert "Anna Abwesend" in start
    assert "+49 30 1234" in client.get("/tickets/on-call/").content.decode()
