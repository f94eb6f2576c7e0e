"""Calls: who is calling, what is wrong, and solving it in one step."""

import uuid

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from channels_intake.phone.callers import find_callers
from channels_intake.phone.numbers import looks_like_number, significant
from notifications.models import Delivery
from notifications.telling import tell
from people.models import User
from tests.factories import make_agent, make_article, make_category, make_queue, make_ticket, make_user
from tests.tickets.questionnaires.questions import make_questionnaire
from tickets.models import Event, Membership, Queue, SolutionAttempt, Ticket


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue)


@pytest.fixture
def desk(agent: User) -> Client:
    client = Client()
    client.force_login(agent)
    return client


def call(**more: object) -> dict[str, object]:
    return {
        "client_id": str(uuid.uuid4()),
        "name": "Karl Kunde",
        "phone": "030/123456",
        "text": "Der Drucker zieht kein Papier ein.",
        "impact": "1",
        "urgency": "2",
        "then": "save",
        **more,
    }


@pytest.mark.parametrize(
    ("spelling", "digits"),
    [
        ("030 123456", "30123456"),
        ("030/123456", "30123456"),
        ("(030) 12 34 56", "30123456"),
        ("030 1234-56", "30123456"),
        ("+49 30 123456", "30123456"),
        ("+49 (0)30 123456", "30123456"),
        ("0049 30 123456", "30123456"),
        ("0049 (0) 30 123456".replace("(0) ", "(0)"), "30123456"),
        ("+49.30.123456", "30123456"),
        ("0171 2345678", "1712345678"),
        ("020 7946 0018", "2079460018"),
        ("+44 20 7946 0018", "2079460018"),
        ("+44 (0)20 7946 0018", "2079460018"),
        ("(020) 7946 0018", "2079460018"),
        ("", ""),
    ],
)
def test_every_spelling_of_a_number_gives_the_same_digits(spelling: str, digits: str) -> None:
    assert significant(spelling) == digits


@pytest.mark.parametrize(
    ("text", "is_number"), [("030/12", True), ("+49 (0)30", True), ("Raum 123", False), ("12", False)]
)
def test_a_number_is_told_from_a_name(text: str, is_number: bool) -> None:
    assert looks_like_number(text) == is_number


@pytest.mark.parametrize("kept", ["030/123456", "+49 (0)30 1234-56", "0049 30 123456", "(030) 12 34 56"])
def test_a_caller_is_found_by_any_spelling(db: None, kept: str) -> None:
    karl = make_user(name="Karl Kunde", phone=kept)
    make_user(phone="030/654321")

    found = [find_callers(typed) for typed in ("030 123456", "+49 30 123456", "0049 (0)30 123456", "030/1234")]

    assert found == [[karl]] * 4


def test_a_caller_is_found_by_parts_of_name_or_address(db: None) -> None:
    karl = make_user("k.kunde@firma.example", name="Karl Kunde")
    make_user("k.anders@firma.example", name="Karla Anders")
    make_user("k.weg@firma.example", name="Karl Weg", is_active=False)

    assert find_callers("karl kun") == [karl]
    assert find_callers("k.kunde@") == [karl]
    assert find_callers("k") == []


def test_a_call_becomes_a_ticket_with_a_new_caller(desk: Client, agent: User) -> None:
    answer = desk.post("/intake/calls/new/", call(email="karl@kunde.example", urgency="3"))

    ticket = Ticket.objects.get()
    assert answer["Location"] == f"/tickets/{ticket.pk}/"
    assert (ticket.channel, ticket.requester.name, ticket.requester.email) == (
        "phone",
        "Karl Kunde",
        "karl@kunde.example",
    )
    assert (ticket.requester.phone, ticket.case_owner, ticket.urgency) == ("030/123456", agent, 3)
    assert ticket.messages.get().kind == "call"


def test_the_same_form_saved_twice_is_one_ticket(desk: Client) -> None:
    form = call(then="solved", solution="Papierfach gereinigt")

    places = {desk.post("/intake/calls/new/", form)["Location"] for _ in range(3)}

    assert len(places) == Ticket.objects.count() == 1


def test_a_caller_without_a_mail_address_is_never_mailed(desk: Client) -> None:
    desk.post("/intake/calls/new/", call())

    ticket = Ticket.objects.get()
    assert ticket.requester.email == "caller-30123456@phone.invalid"


def test_a_chosen_caller_keeps_their_data(desk: Client) -> None:
    petra = make_user(name="Petra", phone="040 999")

    desk.post("/intake/calls/new/", call(person=petra.pk, name="Somebody", phone="030/1"))

    petra.refresh_from_db()
    assert Ticket.objects.get().requester == petra
    assert (petra.name, petra.phone) == ("Petra", "040 999")


def test_a_call_without_a_caller_or_a_problem_is_refused_in_the_form(desk: Client) -> None:
    answer = desk.post("/intake/calls/new/", call(name="", text=""), headers={"Accept-Language": "en"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "text"}
    assert not Ticket.objects.exists()


def test_solved_on_the_phone_is_one_step_and_mails_nobody(desk: Client, agent: User) -> None:
    text = make_article("Drucker zieht kein Papier ein")

    desk.post("/intake/calls/new/", call(then="solved", article=text.pk, email="karl@kunde.example"))

    ticket = Ticket.objects.get()
    for event in Event.objects.filter(ticket=ticket):
        tell(event)
    attempt = SolutionAttempt.objects.get()
    assert (ticket.state, ticket.assignee, ticket.resolved_tier) == ("resolved", agent, 1)
    assert ticket.resolution.startswith("Drucker zieht kein Papier ein")
    assert (attempt.text, attempt.outcome) == (text, SolutionAttempt.Outcome.WORKED)
    assert not Delivery.objects.filter(medium=Delivery.Medium.MAIL).exists()


def test_solved_asks_what_solved_it(desk: Client) -> None:
    answer = desk.post("/intake/calls/new/", call(then="solved"))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"solution"}
    assert not Ticket.objects.exists()


def test_who_may_not_resolve_there_leaves_no_half_ticket(queue: Queue) -> None:
    helper = make_agent(queue, Membership.Level.REPLY)
    client = Client()
    client.force_login(helper)

    answer = client.post("/intake/calls/new/", call(then="solved", solution="Neu gestartet"))

    assert answer.status_code == 422
    assert not Ticket.objects.exists()


def test_a_foreign_queue_and_an_unpublished_article_cannot_be_chosen(desk: Client) -> None:
    foreign = make_queue(is_default=False)
    draft = make_article(state="draft")

    answer = desk.post("/intake/calls/new/", call(then="solved", queue=foreign.pk, article=draft.pk))

    assert set(answer.context["form"].errors) >= {"queue", "article"}
    assert not Ticket.objects.exists()


def test_the_open_tickets_of_the_caller_are_those_the_agent_may_see(desk: Client, queue: Queue) -> None:
    petra = make_user(name="Petra")
    make_ticket(queue, requester=petra, subject="SICHTBAR")
    make_ticket(make_queue(is_default=False), requester=petra, subject="GEHEIM")

    seen = desk.get("/intake/calls/caller/", {"person": petra.pk}).content.decode()

    assert "SICHTBAR" in seen
    assert "GEHEIM" not in seen


def test_solutions_appear_while_the_agent_writes(desk: Client) -> None:
    make_article("Drucker zieht kein Papier ein", symptom="Der Drucker zieht kein Papier ein.")

    page = desk.post("/intake/calls/solutions/", {"text": "Drucker zieht kein Papier ein"}).content.decode()

    assert "Drucker zieht kein Papier ein" in page


def test_calls_are_for_agents(queue: Queue, client: Client) -> None:
    requester = Client()
    requester.force_login(make_user())
    addresses = ["/intake/calls/new/", "/intake/calls/callers/?caller=person", "/intake/calls/caller/?person=1"]

    assert [client.get(address).status_code for address in addresses] == [302] * 3
    assert [requester.get(address).status_code for address in addresses] == [404] * 3
    assert requester.post("/intake/calls/new/", call()).status_code == 404


def test_callers_need_as_many_queries_for_three_as_for_one(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_user(name="Karl Eins")
    with django_assert_num_queries(3):
        desk.get("/intake/calls/callers/", {"caller": "karl"})

    make_user(name="Karl Zwei")
    make_user(name="Karl Drei")

    with django_assert_num_queries(3):
        desk.get("/intake/calls/callers/", {"caller": "karl"})


def test_names_stay_text(desk: Client) -> None:
    make_user(name="<script>alert(1)</script>", department="<img src=x>")

    seen = desk.get("/intake/calls/callers/", {"caller": "script"}).content.decode()

    assert "&lt;script&gt;" in seen
    assert "<script>alert" not in seen
    assert "<img src=x>" not in seen


def test_the_script_asks_and_what_the_caller_says_is_kept(desk: Client, agent: User) -> None:
    version = make_questionnaire()
    asked = desk.post("/intake/calls/questions/", {"topic": version.pk, "q-place": "home"}).content.decode()

    desk.post("/intake/calls/new/", call(topic=version.pk, **{"q-place": "home", "q-error": "809"}))

    ticket = Ticket.objects.get()
    assert "Welcher Internetanbieter?" in asked
    assert list(ticket.interview.answers.values_list("question", "value")) == [
        ("place", "home"), ("provider", None), ("error", "809"),
    ]  # fmt: skip
    assert ticket.messages.get().text.endswith("Welche Fehlernummer zeigt der VPN-Client? 809")


def test_on_the_phone_nothing_has_to_be_answered(desk: Client) -> None:
    version = make_questionnaire()

    desk.post("/intake/calls/new/", call(topic=version.pk))

    assert Ticket.objects.get().interview.answers.filter(value__isnull=True).count() == 2


def test_the_callers_answers_find_solutions_too(desk: Client) -> None:
    make_article(title="Zertifikat abgelaufen", symptom="Zertifikat abgelaufen")
    version = make_questionnaire()
    so_far = {"topic": version.pk, "q-place": "office", "q-error": "Zertifikat abgelaufen", "text": "geht nicht"}

    assert "Zertifikat abgelaufen</b>" in desk.post("/intake/calls/solutions/", so_far).content.decode()


def test_a_call_is_taken_down_with_what_it_is_and_what_it_is_about(desk: Client) -> None:
    chosen, of_topic = make_category(), make_category()
    topic = make_questionnaire(category=of_topic).pk

    desk.post("/intake/calls/new/", call(kind="question", category=chosen.pk))
    desk.post("/intake/calls/new/", call(topic=topic, **{"q-place": "home"}))
    desk.post("/intake/calls/new/", call(topic=topic, category=chosen.pk, **{"q-place": "home"}))

    assert list(Ticket.objects.order_by("pk").values_list("kind", "category")) == [
        ("question", chosen.pk), ("incident", of_topic.pk), ("incident", chosen.pk),
    ]  # fmt: skip


def test_a_call_solved_at_once_takes_the_category_of_its_solution(desk: Client) -> None:
    category = make_category()
    text = make_article(category=category)

    desk.post("/intake/calls/new/", call(then="solved", article=text.pk))

    assert Ticket.objects.get().category == category
