"""Major incidents: decided once, told once, asked in the end."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from notifications import telling
from notifications.incident_links import incident_link
from notifications.letters import write
from notifications.models import Delivery
from people.models import User
from tests.factories import NOW, later, make_agent, make_queue, make_ticket, make_user
from tickets import relay
from tickets.models import Affected, Burst, Event, Incident, IncidentTicket, Message, Queue, Ticket
from tickets.operations import incidents
from tickets.operations.incidents import Words
from tickets.operations.resolution import resolve

WORDS = Words(
    title_de="VPN gestört", title_en="VPN is down", banner_de="Wir arbeiten daran.", banner_en="We are working on it.",
    audience=Incident.Audience.EVERYBODY,
)  # fmt: skip


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def lead(queue: Queue) -> User:
    return make_agent(role=User.Role.LEAD, language="en")


@pytest.fixture
def burst(queue: Queue) -> Burst:
    people = [make_user(language="de"), make_user(language="en")]
    tickets = [make_ticket(queue, requester=people[n % 2], now=later(n)) for n in range(3)]
    found = Burst.objects.create(
        topic="rule:vpn", label="VPN", slot=NOW, found_at=NOW, last_at=NOW, seen=2, expected=0.1, chance=0
    )
    found.tickets.set(tickets)
    return found


@pytest.fixture
def incident(burst: Burst, lead: User) -> Incident:
    return incidents.confirm(burst, WORDS, by=lead, now=later(30))


def relayed() -> None:
    relay.relay_due(timezone.now().replace(year=2100))


def test_confirming_makes_a_parent_with_its_children_and_everybody_who_asked(
    incident: Incident, burst: Burst, lead: User
) -> None:
    assert (incident.ticket.subject, incident.ticket.priority) == ("VPN is down", Ticket.Priority.CRITICAL)
    assert set(incident.children.values_list("ticket", flat=True)) == set(burst.tickets.values_list("pk", flat=True))
    assert incident.affected.count() == 2
    burst.refresh_from_db()
    assert (burst.state, burst.decided_by) == ("confirmed", lead)


def test_a_burst_is_decided_once(incident: Incident, burst: Burst, lead: User) -> None:
    with pytest.raises(incidents.CannotDecide):
        incidents.confirm(burst, WORDS, by=lead, now=later(31))
    with pytest.raises(incidents.CannotDecide):
        incidents.dismiss(burst, by=lead, now=later(31))
    assert Incident.objects.count() == 1


def test_a_ticket_belongs_to_one_incident(incident: Incident, lead: User) -> None:
    other = incidents.begin(WORDS, by=lead, now=later(40))

    for ticket in (incident.children.first().ticket, incident.ticket):
        with pytest.raises(incidents.CannotLink):
            incidents.link(other, ticket, by=lead, now=later(41))
    assert not other.children.exists()


def test_me_too_counts_a_person_once_and_makes_no_ticket(incident: Incident) -> None:
    person, before = make_user(), Ticket.objects.count()

    assert [incidents.me_too(incident, person, now=later(50 + n)) for n in range(3)] == [True, False, False]

    assert Ticket.objects.count() == before
    assert Affected.objects.filter(person=person).count() == 1


def test_one_update_reaches_each_person_once_in_their_language(incident: Incident, lead: User) -> None:
    guest = make_user(language="en", name="Guest")
    incidents.me_too(incident, guest, now=later(50))
    relayed()
    news = incidents.tell_all(incident, text_de="Ersatz läuft.", text_en="A spare is up.", by=lead, now=later(60))

    for _ in range(2):
        incidents.pass_on(news.event)
        telling.tell(news.event)
    relayed()

    said = Message.objects.filter(author=lead, is_from_staff=True, kind=Message.Kind.REPLY)
    assert sorted(said.values_list("ticket__requester__language", "text")) == [
        ("de", "Ersatz läuft."),
        ("en", "A spare is up."),
    ]
    delivery = Delivery.objects.get(event=news.event)
    letter = write(delivery)
    assert (delivery.recipient, letter.text, letter.subject, letter.question) == (
        guest,
        "A spare is up.",
        "VPN is down",
        "",
    )


def test_the_end_solves_the_tickets_and_asks_everybody_whether_it_works(incident: Incident, lead: User) -> None:
    guest = make_user(language="en")
    incidents.me_too(incident, guest, now=later(50))

    incidents.end(incident, text_de="Geht wieder.", text_en="Works again.", by=lead, now=later(90))
    relayed()

    states = Ticket.objects.filter(incident_link__incident=incident).values_list("state", flat=True)
    assert set(states) == {"resolved"}
    assert Ticket.objects.get(pk=incident.ticket_id).state == "resolved"
    asked = Delivery.objects.filter(event__kind=Event.Kind.RESOLVED, medium="mail")
    assert asked.count() == 2 == asked.values("recipient").distinct().count()
    letter = write(Delivery.objects.get(event__kind=Event.Kind.INFORMED))
    assert letter.question == "Does it work again?"
    assert [link.url.partition("?")[2] for link in letter.links] == ["works=yes", "works=no"]
    with pytest.raises(incidents.IsOver):
        incidents.end(incident, text_de="x", text_en="x", by=lead, now=later(91))
    with pytest.raises(incidents.IsOver):
        incidents.me_too(incident, make_user(), now=later(92))


def test_solving_the_parent_in_the_workspace_ends_the_incident_once(incident: Incident, lead: User) -> None:
    resolve(incident.ticket, solution="Gateway restarted.", by=lead, now=later(70))

    event = Event.objects.get(ticket=incident.ticket_id, kind=Event.Kind.RESOLVED)
    for _ in range(2):
        incidents.end_with_its_ticket(event)

    incident.refresh_from_db()
    assert not incident.is_running
    assert incident.news.get().text_de == "Gateway restarted."


@pytest.mark.parametrize(
    ("audience", "seen"),
    [
        ("everybody", {"nobody", "stranger", "affected"}),
        ("signed_in", {"stranger", "affected"}),
        ("affected", {"affected"}),
    ],
)
def test_the_banner_is_for_those_who_may_see_it(incident: Incident, audience: str, seen: set[str]) -> None:
    Incident.objects.update(audience=audience)
    people = {"nobody": None, "stranger": make_user(), "affected": incident.affected.first().person}
    got = set()

    for name, person in people.items():
        client = Client(headers={"accept-language": "en"})
        if person is not None:
            client.force_login(person)
        pages = [client.get(path).content.decode() for path in ("/", "/request/new/")]
        if all("VPN" in page and ("is down" in page or "gestört" in page) for page in pages):
            got.add(name)

    assert got == seen


def test_me_too_in_the_portal(incident: Incident, client: Client) -> None:
    person = make_user(language="en")
    client.force_login(person)
    address = f"/incidents/{incident.pk}/me-too/"
    assert "I am affected, too" in client.get("/", headers={"accept-language": "en"}).content.decode()

    for _ in range(2):
        client.post(address)

    assert incident.affected.filter(person=person, way="me_too").count() == 1
    assert "I am affected, too" not in client.get("/", headers={"accept-language": "en"}).content.decode()
    Incident.objects.update(audience="affected")
    client.force_login(make_user())
    assert client.post(address).status_code == 404
    assert Client().post(address).status_code == 302


def test_looking_at_the_question_stores_nothing(incident: Incident, client: Client) -> None:
    row = incident.affected.first()
    path = incident_link(incident, row.person).partition("/incident/")[2]

    client.get(f"/incident/{path}?works=yes")
    row.refresh_from_db()
    assert row.works_again is None
    client.post(f"/incident/{path}", {"works": "no"})

    row.refresh_from_db()
    assert row.works_again is False
    assert client.get("/incident/forged:x:y/").status_code == 404
    stranger = incident_link(incident, make_user()).partition("/incident/")[2]
    assert client.post(f"/incident/{stranger}", {"works": "yes"}).status_code == 404
    assert mail.outbox == []


def test_the_phone_tells_the_agent_of_it(incident: Incident, queue: Queue, client: Client) -> None:
    client.force_login(make_agent(queue, language="en"))

    assert "tell the caller" in client.get("/intake/calls/new/").content.decode()


def test_the_page_shows_how_often_proposals_were_right(incident: Incident, lead: User, client: Client) -> None:
    other = Burst.objects.create(
        topic="word:x", label="Noise", slot=NOW, found_at=NOW, last_at=NOW, seen=4, expected=0.1, chance=0
    )
    client.force_login(lead)

    client.post(f"/tickets/incidents/proposed/{other.pk}/dismissal/")

    page = client.get("/tickets/incidents/").content.decode()
    assert "1 of 2 (50 %)" in page
    assert "Noise" in page


def test_evidence_that_an_agent_may_not_see_is_only_counted(burst: Burst, client: Client) -> None:
    stranger = make_agent(make_queue(is_default=False), language="en")
    client.force_login(stranger)

    page = client.get(f"/tickets/incidents/proposed/{burst.pk}/").content.decode()

    assert "and 3 tickets you may not see" in page
    assert burst.tickets.first().subject not in page


def test_similar_new_tickets_are_offered_and_linked(incident: Incident, lead: User, client: Client) -> None:
    ticket = make_ticket(incident.children.first().ticket.queue, subject="Auch VPN", now=later(80))
    client.force_login(lead)

    client.post(f"/tickets/incidents/{incident.pk}/tickets/", {"ticket": f"#{ticket.pk}"})
    for hostile in ("x", "9" * 30, "-1", ""):
        assert client.post(f"/tickets/incidents/{incident.pk}/tickets/", {"ticket": hostile}).status_code == 302

    assert IncidentTicket.objects.get(ticket=ticket).incident == incident
    assert "Part of a major incident" in client.get(f"/tickets/{ticket.pk}/").content.decode()


def test_the_pages_ask_as_much_for_three_as_for_one(
    incident: Incident, lead: User, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(lead)
    pages = ("/tickets/incidents/", f"/tickets/incidents/{incident.pk}/", "/request/new/")
    for page in pages:
        client.get(page)
    counts = []
    for page in pages:
        with CaptureQueriesContext(connection) as queries:
            client.get(page)
        counts.append(len(queries))
    for n in range(2):
        other = incidents.begin(WORDS, by=lead, now=later(40 + n))
        Burst.objects.create(
            topic=f"word:{n}", label="x", slot=NOW, found_at=NOW, last_at=NOW, seen=4, expected=1, chance=0
        )
        incidents.link(incident, make_ticket(make_queue(is_default=False)), by=lead, now=later(45))
        incidents.me_too(other, make_user(), now=later(46))

    for page, count in zip(pages, counts, strict=True):
        with django_assert_num_queries(count):
            client.get(page)
