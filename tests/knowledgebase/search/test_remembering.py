from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from knowledgebase.models import Article, Searched, StopWord, Synonyms
from knowledgebase.search import ask, find_solutions, search
from knowledgebase.search.meaning import distance, spell
from knowledgebase.search.remembering import forget_old, remember, wanted
from people.models import User
from tests.factories import NOW, make_agent, make_article, make_user
from tests.knowledgebase.articles import make_knowledge_base

pytestmark = pytest.mark.django_db
NOBODY = AnonymousUser()


def _titles(query, user=NOBODY, language="de"):
    return [hit.text.title for hit in search(query, user, language)]


def test_a_synonym_finds_what_is_called_otherwise():
    make_article("Fahrkarte für die Dienstreise", symptom="Fahrkarten bestellen", steps="x")
    assert _titles("Ticketautomat") == []

    Synonyms.objects.create(words=["ticketautomat", "fahrkarte"])

    assert _titles("Ticketautomat") == ["Fahrkarte für die Dienstreise"]
    assert find_solutions("Wo ist der Ticketautomat", language="de")[0].words == ("Ticketautomat",)


def test_a_synonym_of_one_language_is_not_looked_for_in_the_other():
    make_article("Gift cupboard", "en", symptom="gift", steps="x")
    Synonyms.objects.create(words=["präsent", "gift"], language="de")

    assert _titles("Präsent", language="en") == []


def test_a_name_of_several_words_is_a_synonym_too():
    make_article("Jira einrichten", symptom="Jira", steps="x")
    Synonyms.objects.create(words=["ticket werkzeug", "jira"])

    assert search("Ticket Werkzeug", NOBODY, "de") == [] or _titles("Ticket Werkzeug") == ["Jira einrichten"]
    assert _titles("jira") == ["Jira einrichten"]


def test_what_ships_finds_german_articles_by_english_words():
    make_article("Drucker druckt nicht", symptom="Der Drucker steht.", steps="x")

    assert _titles("printer", language="de") == ["Drucker druckt nicht"]


def test_filler_words_are_never_the_reason():
    make_article("Seit dem Umzug ohne Netz", symptom="Seit dem Umzug geht nichts", steps="x")

    found = find_solutions("Seit dem Umzug ist bei mir seit gestern kein Netz", language="de")
    StopWord.objects.create(word="umzug")
    without = find_solutions("Seit dem Umzug ist bei mir seit gestern kein Netz", language="de")

    assert "seit" not in {word.lower() for word in found[0].words}
    assert "Umzug" in found[0].words
    assert all("Umzug" not in one.words for one in without)


def test_a_compound_finds_its_parts_in_the_box():
    make_article("Monitor flackert", symptom="Die Halterung wackelt", steps="x")

    assert _titles("Monitorhalterung") == ["Monitor flackert"]


def test_the_weak_tail_is_cut():
    make_article("VPN Fehler 809", symptom="VPN VPN VPN Fehler 809", steps="VPN reparieren")
    for number in range(8):
        make_article(f"Artikel {number}", symptom="Etwas anderes", steps=f"Irgendwann auch ein Fehler {number}")

    assert _titles("VPN Fehler") == ["VPN Fehler 809"]


@pytest.mark.parametrize(
    ("one", "other", "away"), [("drukcer", "drucker", 1), ("haus", "maus", 1), ("abc", "abc", 0), ("", "ab", 2)]
)
def test_swapped_letters_are_one_mistake(one, other, away):
    assert distance(one, other) == away


def test_a_misspelt_word_is_offered_as_it_is_spelt_in_articles():
    make_knowledge_base()

    assert spell(["Drukcer", "druckt"]) == "drucker druckt"
    assert spell(["Drucker"]) == ""
    answer = ask("Warteschlnage", NOBODY, "de", place="portal")
    assert (answer.meant, [hit.text.article.key for hit in answer.hits][:1]) == ("warteschlange", ["printer"])


def test_no_word_of_an_article_one_may_not_read_is_given_away():
    make_article("Tresorkombination ändern", audience=Article.Audience.AGENTS, symptom="x", steps="x")

    assert ask("Tresorkombinatoin", NOBODY, "de", place="portal").meant == ""
    assert ask("Tresorkombinatoin", make_agent(), "de", place="agent").meant == "tresorkombination"


def test_what_was_searched_for_is_written_down_without_a_name():
    person = make_user(name="Rita Requester")
    remember("Plotter  rita@kunde.example", hits=0, user=person, language="de", place="portal", now=NOW)
    remember("Plotter", hits=0, user=NOBODY, language="de", place="portal", now=NOW)

    rows = list(Searched.objects.order_by("pk"))
    assert [row.query for row in rows] == ["plotter", "plotter"]
    assert (len(rows[0].person), rows[1].person) == (64, "")
    assert "Rita" not in str([vars(row) for row in rows])
    assert [(row.query, row.times, row.people) for row in wanted()] == [("plotter", 2, 1)]


def test_who_goes_on_typing_has_searched_once():
    agent = make_agent()
    for number, query in enumerate(["plo", "plott", "plotter"]):
        remember(query, hits=0, user=agent, language="de", place="agent", now=NOW + timedelta(seconds=number))
    remember("drucker", hits=0, user=agent, language="de", place="agent", now=NOW + timedelta(seconds=5))

    assert list(Searched.objects.order_by("pk").values_list("query", flat=True)) == ["plotter", "drucker"]


def test_floods_are_cut_off_and_old_searches_forgotten():
    for number in range(305):
        remember(f"plotter {number}", hits=0, user=NOBODY, language="de", place="portal", now=NOW)
    assert Searched.objects.count() == 300

    assert forget_old(NOW + timedelta(days=89)) == 0
    assert forget_old(NOW + timedelta(days=91)) == 300


def test_the_list_leads_to_the_article_and_to_the_synonym(client):
    remember("plotter", hits=0, user=NOBODY, language="de", place="portal", now=NOW)
    remember("drucker", hits=3, user=NOBODY, language="de", place="portal", now=NOW)
    client.force_login(make_agent(role=User.Role.LEAD, language="en"))

    page = client.get(reverse("knowledge:searches")).content.decode()
    everything = client.get(reverse("knowledge:searches"), {"all": "1"}).content.decode()

    assert "/knowledge/new/?title=plotter&amp;language=de" in page
    assert "/settings/words/?words=plotter#new" in page
    assert "title=drucker" not in page
    assert "title=drucker" in everything
    client.post(reverse("knowledge:searches"), {"query": "plotter"})
    assert not Searched.objects.filter(query="plotter").exists()


def test_the_portal_writes_down_what_it_did_not_find(client):
    client.get(reverse("portal:articles"), {"q": "Plotterpapier"})

    row = Searched.objects.get()
    assert (row.query, row.place, row.hits, row.person) == ("plotterpapier", "portal", 0, "")


def test_the_list_of_searches_costs_the_same_for_one_and_three(client, django_assert_max_num_queries):
    client.force_login(make_agent())
    remember("eins", hits=0, user=NOBODY, language="de", place="portal", now=NOW)
    with django_assert_max_num_queries(20) as one:
        client.get(reverse("knowledge:searches"))
    remember("zwei", hits=0, user=NOBODY, language="de", place="portal", now=NOW)
    remember("drei", hits=0, user=NOBODY, language="de", place="portal", now=NOW)

    with django_assert_max_num_queries(len(one)):
        client.get(reverse("knowledge:searches"))


def test_synonyms_are_added_changed_and_removed_with_a_record(client):
    lead = make_agent(role=User.Role.LEAD, language="en")
    client.force_login(lead)

    assert client.post(reverse("settings:words"), {"words": "nur eins"}).status_code == 422
    client.post(reverse("settings:words"), {"words": "Plotter; Großformatdrucker, PLOTTER", "language": "de"})
    row = Synonyms.objects.get(words__contains=["plotter"])
    client.post(reverse("settings:word", args=[row.pk]), {"words": "plotter, zeichner", "language": ""})
    row.refresh_from_db()
    assert (row.words, row.language) == (["plotter", "zeichner"], "")
    client.post(reverse("settings:words"), {"word": "Mahlzeit"})
    client.post(reverse("settings:filler_removal", args=[StopWord.objects.get(word="mahlzeit").pk]))
    client.post(reverse("settings:word_removal", args=[row.pk]))

    assert not Synonyms.objects.filter(words__contains=["plotter"]).exists()
    page = client.get("/settings/audit/").content.decode()
    assert "plotter, zeichner" in page
    assert "mahlzeit" in page


def test_a_misspelt_keyword_is_never_offered_as_the_right_spelling():
    make_article("Drucker druckt nicht", symptom="Der Drucker steht.", steps="x", keywords="Druker, Drukker")

    assert spell(["Drukcer"]) == "drucker"
