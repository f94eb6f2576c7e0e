import random
from datetime import timedelta

import pytest
from django.urls import reverse

from knowledgebase.models import Article, Searched
from knowledgebase.operations import publish
from knowledgebase.search.remembering import person_of
from people.models import User
from tests.factories import NOW, later, make_agent, make_article, make_queue, make_ticket, make_user
from tickets.gaps.clustering import Request, cluster
from tickets.gaps.deciding import begin_article, dismiss
from tickets.gaps.finding import find, find_due
from tickets.models import Gap, GapNight, GapTicket
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

PLOTTER = [
    ("Plotter zieht Papier schief ein", "Der Plotter im Erdgeschoss zieht das Papier schief ein und verknittert es."),
    ("Papier im Plotter schief", "Unser Plotter zieht die Rolle schief ein, das Papier wird verknittert."),
    ("Plotter verknittert Papier", "Beim Einziehen verknittert der Plotter das Papier, alles ist schief."),
]
OTHERS = [
    ("Zeiterfassung bucht doppelt", "Die Zeiterfassung hat meine Pause heute doppelt abgezogen."),
    ("Neues Diensthandy", "Auf dem neuen Diensthandy fehlt der Kalender."),
    ("Gehaltsabrechnung", "Ich finde die Gehaltsabrechnung vom Oktober im Portal nicht."),
]


def _solved(subject, text, agent, *, requester=None, minutes=20):
    ticket = make_ticket(subject=subject, text=text, requester=requester or make_user())
    reply(ticket, text="Bitte die Rollenbremse lösen und das Papier gerade einlegen.", by=agent, now=later(5))
    return resolve(ticket, solution="Rollenbremse gelöst", by=agent, now=later(5 + minutes))


@pytest.fixture
def agent(db):
    return make_agent(make_queue(), language="en")


@pytest.fixture
def plotter(agent):
    for subject, text in OTHERS:
        _solved(subject, text, agent)
    return [_solved(subject, text, agent) for subject, text in PLOTTER]


def test_what_was_solved_three_times_without_an_article_is_a_gap(plotter):
    assert find(later(60)) == (6, 1)

    gap = Gap.objects.get()
    assert {word.lower() for word in gap.words} >= {"plotter", "papier"}
    assert (gap.tickets_count, gap.requesters, gap.minutes, gap.score) == (3, 3, 20, 180)
    assert {row.ticket for row in gap.members.all()} == set(plotter)


@pytest.mark.parametrize("outcome", ["open", "worked", "partly"])
def test_what_an_article_solved_is_none(plotter, agent, outcome):
    text = make_article("Plotter")
    try_solution(plotter[0], text=text, by=agent, now=later(30), outcome=outcome)

    find(later(60))

    assert not Gap.objects.exists()


def test_one_person_alone_makes_no_gap(agent):
    person = make_user()
    for subject, text in PLOTTER:
        _solved(subject, text, agent, requester=person)

    find(later(60))

    assert not Gap.objects.exists()


def test_words_of_one_person_alone_are_shown_to_nobody(agent):
    for number, (subject, text) in enumerate(PLOTTER):
        _solved(subject, text + (" Zumblewitz Zumblewitz" if not number else ""), agent)

    find(later(60))

    assert "zumblewitz" not in {word.lower() for word in Gap.objects.get().words}


def test_a_search_that_ended_in_a_ticket_is_evidence(agent):
    people = [make_user() for _ in range(2)]
    for person, (subject, text) in zip(people, PLOTTER, strict=False):
        Searched.objects.create(
            query="plotter schief",
            language="de",
            place="portal",
            person=person_of(person),
            hits=0,
            at=NOW - timedelta(minutes=9),
        )
        make_ticket(subject=subject, text=text, requester=person)

    find(later(60))

    gap = Gap.objects.get()
    assert (gap.tickets_count, gap.queries) == (2, ["plotter schief"])


def test_a_search_long_before_the_ticket_is_none(agent):
    for subject, text in PLOTTER[:2]:
        person = make_user()
        Searched.objects.create(
            query="plotter",
            language="de",
            place="portal",
            person=person_of(person),
            hits=0,
            at=NOW - timedelta(hours=2),
        )
        make_ticket(subject=subject, text=text, requester=person)

    find(later(60))

    assert not Gap.objects.exists()


def test_looking_again_changes_nothing_that_people_have_decided(plotter, agent):
    find(later(60))
    gap = Gap.objects.get()
    dismiss(gap, reason="Der Plotter wird verschrottet", by=agent, now=later(70))

    find(later(80))

    assert [(one.pk, one.state, one.reason) for one in Gap.objects.all()] == [
        (gap.pk, "dismissed", "Der Plotter wird verschrottet")
    ]


def test_what_was_dismissed_comes_back_when_twice_as_many_ask(plotter, agent):
    find(later(60))
    dismiss(Gap.objects.get(), reason="Einzelfall", by=agent, now=later(70))
    for subject, text in PLOTTER:
        _solved(subject, text, agent)

    find(later(80))

    assert [(one.state, one.tickets_count) for one in Gap.objects.all()] == [("open", 6)]


def test_a_gap_that_is_none_any_more_is_gone(plotter, agent):
    find(later(60))
    for ticket in plotter:
        try_solution(ticket, text=make_article("Plotter"), by=agent, now=later(70), outcome="worked")

    find(later(80))

    assert (Gap.objects.count(), GapTicket.objects.count()) == (0, 0)


def test_one_click_begins_the_article_and_the_second_leads_to_the_same(plotter, agent):
    find(later(60))
    gap = Gap.objects.get()

    article = begin_article(gap, by=agent, now=later(70))
    again = begin_article(Gap.objects.select_related("article").get(), by=agent, now=later(71))

    assert article == again
    assert "Rollenbremse" in article.texts.get().steps
    assert Gap.objects.get().state == "drafted"
    publish(article, by=None, now=later(90))
    find(later(100))
    assert [gap.state for gap in Gap.objects.all()] in (["drafted"], [])


def test_it_is_looked_once_a_night(plotter):
    night = NOW.replace(hour=3)

    assert find_due(night.replace(hour=23) - timedelta(days=1)) == 0  # past midnight here, but before one o'clock
    assert find_due(night) == 1
    first = GapNight.objects.get()
    assert first.done_at is not None
    assert find_due(night + timedelta(hours=1)) == 0
    assert GapNight.objects.count() == 1


def test_who_was_killed_leaves_the_night_to_another(plotter):
    moment = NOW + timedelta(hours=2)
    GapNight.objects.create(night=moment.date(), begun_at=moment)

    assert find_due(moment + timedelta(minutes=10)) == 0
    assert find_due(moment + timedelta(minutes=31)) == 1
    assert GapNight.objects.get().done_at is not None


def test_the_page_shows_only_tickets_one_may_see(client, plotter, agent):
    find(later(60))
    stranger = make_agent(make_queue(slug="elsewhere"), language="en")
    client.force_login(stranger)
    assert "Plotter" not in client.get(reverse("tickets:gaps")).content.decode()
    gap = Gap.objects.get()
    assert client.post(reverse("tickets:gap_drafting", args=[gap.pk])).status_code == 404

    client.force_login(agent)
    page = client.get(reverse("tickets:gaps")).content.decode()

    assert "Plotter" in page
    assert f"{plotter[0].number} {plotter[0].subject}" in page


def test_dismissing_wants_a_reason(client, plotter, agent):
    find(later(60))
    client.force_login(agent)
    where = reverse("tickets:gap_dismissal", args=[Gap.objects.get().pk])

    client.post(where, {"reason": " "})
    assert Gap.objects.get().state == "open"
    client.post(where, {"reason": "Nur einmal"})

    gap = Gap.objects.get()
    assert (gap.state, gap.reason, gap.decided_by) == ("dismissed", "Nur einmal", agent)


def test_the_list_costs_the_same_for_one_and_for_three(client, agent, django_assert_max_num_queries):
    def gap(number):
        made = Gap.objects.create(words=[f"wort{number}"], language="de", tickets_count=1, found_at=NOW)
        GapTicket.objects.create(gap=made, ticket=make_ticket(subject=f"Ticket {number}"), position=1)

    gap(1)
    client.force_login(agent)
    with django_assert_max_num_queries(20) as one:
        client.get(reverse("tickets:gaps"))
    gap(2)
    gap(3)

    with django_assert_max_num_queries(len(one)):
        assert client.get(reverse("tickets:gaps")).content.decode().count("kb-samples") == 3


def test_leads_see_every_gap(client, plotter):
    find(later(60))
    client.force_login(make_agent(role=User.Role.LEAD))

    assert "Plotter" in client.get(reverse("tickets:gaps")).content.decode()


def test_a_draft_is_for_agents_until_somebody_opens_it(plotter, agent):
    find(later(60))

    assert begin_article(Gap.objects.get(), by=agent, now=later(70)).audience == Article.Audience.AGENTS


def test_twenty_thousand_requests_are_grouped():
    random.seed(7)
    syllables = [first + second for first in "bdfgklmnprst" for second in "aeiou"]
    words = sorted({"".join(random.choices(syllables, k=4)) for _ in range(9000)})
    topics, noise = [random.sample(words, 10) for _ in range(500)], words[:2000]
    topic_of = [random.randrange(500) for _ in range(20_000)]
    requests = [
        Request(
            number, number % 900, " ".join(random.sample(topics[topic], 3)),
            " ".join(random.sample(topics[topic], 5) + random.sample(noise, 25)), "de",
        )
        for number, topic in enumerate(topic_of)
    ]  # fmt: skip

    groups = [group for group in cluster(requests, lambda word, language: [word]) if len(group.members) > 9]

    assert sum(len(group.members) for group in groups) > 18_000
    pure = [len({topic_of[member] for member in group.members}) == 1 for group in groups]
    assert sum(pure) > 0.9 * len(pure)
