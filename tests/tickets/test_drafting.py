import pytest
from django.urls import reverse

from knowledgebase.models import Article
from people.models import User
from tests.factories import NOW, later, make_agent, make_article, make_queue, make_ticket, make_user
from tickets.drafting import CannotDraft, draft_from
from tickets.models import WrittenFrom
from tickets.operations.noting import note
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

pytestmark = pytest.mark.django_db

ASKED = "Hallo Frau Agent,\n\nseit heute meldet das VPN Fehler 809. Erreichbar unter 040 1234567.\n\nViele Grüße\nHeike Brandt"
ANSWERED = (
    "Hallo Frau Brandt,\n\n1. Starten Sie »VPN-Reparatur«.\n2. Neu starten.\n\nMit freundlichen Grüßen\nAnna Agent"
)


@pytest.fixture
def agent():
    return make_agent(make_queue(), name="Anna Agent", language="en")


@pytest.fixture
def ticket(agent):
    heike = make_user("heike.brandt@kunde.example", name="Heike Brandt")
    ticket = make_ticket(requester=heike, subject="AW: VPN bei Brandt", text=ASKED)
    note(ticket, text="Geheime Notiz: Kennwort ist Sommer", by=agent, now=later(5))
    reply(ticket, text=ANSWERED, by=agent, now=later(10))
    return resolve(ticket, solution="VPN repariert", by=agent, now=later(30))


def test_the_draft_says_what_was_asked_and_what_solved_it_and_names_nobody(ticket, agent):
    written = draft_from(ticket, by=agent, now=later(40))

    text = written.article.texts.get()
    assert (text.language, text.title) == ("de", "VPN bei ⟦Name⟧")
    assert text.symptom == "seit heute meldet das VPN Fehler 809. Erreichbar unter ⟦Telefonnummer⟧."
    assert text.steps == "1. Starten Sie »VPN-Reparatur«.\n2. Neu starten.\n\nVPN repariert"
    assert (written.article.state, written.article.audience) == (Article.State.DRAFT, Article.Audience.AGENTS)
    assert written.masked == {"name": 1, "phone": 1}


def test_notes_never_reach_the_article(ticket, agent):
    text = draft_from(ticket, by=agent, now=later(40)).article.texts.get()

    assert "Sommer" not in f"{text.title}{text.symptom}{text.steps}{text.cause}"


def test_asking_twice_gives_the_same_draft(ticket, agent):
    first = draft_from(ticket, by=agent, now=later(40))

    assert draft_from(ticket, by=make_agent(role=User.Role.LEAD), now=later(50)).article_id == first.article_id
    assert Article.objects.count() == 1


def test_an_open_ticket_has_no_solution_to_write_down(agent):
    with pytest.raises(CannotDraft):
        draft_from(make_ticket(), by=agent, now=NOW)


def test_the_button_leads_to_the_masks(client, ticket, agent):
    client.force_login(agent)
    where = reverse("tickets:article", args=[ticket.pk])

    shown = client.get(reverse("tickets:show", args=[ticket.pk])).content.decode()
    page = client.post(where, follow=True).content.decode()

    assert "Write an article from it" in shown
    assert '<mark class="mask">⟦Telefonnummer⟧</mark>' in page
    assert "040 1234567" not in page
    assert WrittenFrom.objects.get().ticket == ticket


def test_who_may_not_see_the_draft_is_told_who_writes_it(client, ticket, agent):
    draft_from(ticket, by=agent, now=later(40))
    other = make_agent(ticket.queue, language="en")
    client.force_login(other)

    answer = client.post(reverse("tickets:article", args=[ticket.pk]), follow=True)

    assert "Anna Agent is writing this article already." in answer.content.decode()
    assert client.get(reverse("tickets:article", args=[ticket.pk])).status_code == 404


def test_an_article_shows_the_tickets_it_was_tried_on_that_one_may_see(client, agent, django_assert_num_queries):
    text = make_article()
    elsewhere = make_queue(slug="elsewhere")
    hidden = make_ticket(elsewhere, subject="Verborgenes Ticket")
    seen = make_ticket(subject="Sichtbares Ticket")
    for ticket in (hidden, seen):
        try_solution(ticket, text=text, by=agent, now=NOW, outcome="worked")
    client.force_login(agent)
    where = reverse("tickets:tried_on", args=[text.article_id])

    page = client.get(where, headers={"HX-Request": "true"}).content.decode()

    assert "Sichtbares Ticket" in page
    assert "worked" in page
    assert "Verborgenes" not in page


def test_the_list_of_tickets_costs_the_same_for_one_and_three(client, agent, django_assert_max_num_queries):
    text = make_article()
    client.force_login(agent)
    where = reverse("tickets:tried_on", args=[text.article_id])
    try_solution(make_ticket(subject="Eins"), text=text, by=agent, now=NOW)
    with django_assert_max_num_queries(20) as one:
        client.get(where)
    for _ in range(2):
        try_solution(make_ticket(subject="Mehr"), text=text, by=agent, now=NOW)

    with django_assert_max_num_queries(len(one)):
        assert client.get(where).content.decode().count("Mehr") == 2
