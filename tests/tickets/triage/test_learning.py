"""What solved tickets teach: rankings, confidences, labels and languages, on texts written for these tests."""

import random

import numpy as np
import pytest

from tickets.triage.learning import labels, languages, ranking, terms, wording
from tickets.triage.learning.bm25 import Index, joined, postings

PAPERS = [
    ranking.Paper(1, "en", "Reset a forgotten password", "Open the portal, choose reset, type the code."),
    ranking.Paper(1, "de", "Vergessenes Kennwort zurücksetzen", "Portal öffnen, Zurücksetzen wählen, Code eingeben."),
    ranking.Paper(2, "en", "Clear a paper jam in the printer", "Open the tray, pull the paper out, close it."),
    ranking.Paper(2, "de", "Papierstau im Drucker beheben", "Fach öffnen, Papier herausziehen, schließen."),
    ranking.Paper(3, "en", "VPN error 809", "The update changed a key in the registry; set it back."),
]
SAYINGS = {
    1: [
        "i forgot my password",
        "cannot log in, account wants a new password",
        "kennwort vergessen",
        "passwort geht nicht",
    ],
    2: ["printer jammed again", "paper stuck in the tray", "drucker zieht papier schief ein", "papierstau im flur"],
    3: ["vpn does not connect at home", "error 809 after the update", "vpn fehler 809", "tunnel breaks off"],
    0: [
        "please order a new chair",
        "the coffee machine is broken",
        "wann kommt der techniker",
        "licht im flur flackert",
    ],
}


def solved(count: int) -> list[ranking.Solved]:
    chance = random.Random(7)
    made = []
    for number in range(count):
        article = number % 4
        text = f"{chance.choice(SAYINGS[article])} {chance.choice(['please', 'bitte', 'thanks', 'danke', 'today', 'heute'])}"
        made.append(ranking.Solved(number, "", text, languages.detect(text), (article,) if article else ()))
    return made


def words(text: str) -> list[str]:
    return wording.tokens(wording.clean("", text), languages.detect(text))


def test_without_history_the_words_of_the_articles_decide() -> None:
    found = ranking.fit(PAPERS, []).rank(words("my printer has a paper jam"))

    assert found[0].article == 2
    assert found[0].confidence < 0.95


def test_a_request_without_a_word_in_common_finds_nothing() -> None:
    assert ranking.fit(PAPERS, []).rank(words("xyzzy plugh")) == []
    assert ranking.fit(PAPERS, []).rank([]) == []
    assert ranking.fit([], []).rank(words("printer")) == []


def test_solved_tickets_teach_words_that_no_article_has() -> None:
    history = [*solved(400), *(ranking.Solved(1000 + n, "", "shield stays grey", "en", (3,)) for n in range(20))]

    assert ranking.fit(PAPERS, []).rank(words("shield stays grey")) == []
    found = ranking.fit(PAPERS, history).rank(words("shield stays grey"))

    assert found[0].article == 3
    assert found[0].confidence > 0.8


def test_what_no_article_answered_lowers_the_confidence() -> None:
    learnt = ranking.fit(PAPERS, solved(600))
    known, none = (
        learnt.rank(words(text))[0].confidence
        for text in ("error 809 after the update", "the coffee machine is broken")
    )

    assert known > 0.9
    assert none < 0.3


def test_nothing_is_sure_before_there_are_enough_solved_tickets() -> None:
    learnt = ranking.fit(PAPERS, solved(200))

    assert (
        max(learnt.rank(words(text))[0].confidence for text in ("error 809 after the update", "i forgot my password"))
        <= 0.9
    )


def test_the_evidence_is_in_the_request_and_among_the_solved() -> None:
    history = solved(400)
    request = words("vpn error 809 after the update, please")
    first = ranking.fit(PAPERS, history).rank(request)[0]

    assert first.words and set(first.words) <= set(request)
    assert first.neighbours and all(3 in one.articles and 0 < one.likeness <= 1 for one in first.neighbours)
    assert {one.number for one in first.neighbours} <= {one.number for one in history}


def test_confidences_fall_and_the_order_is_the_same_every_time() -> None:
    learnt = ranking.fit(PAPERS, solved(400))
    once, again = (learnt.rank(words("printer password vpn")) for _ in range(2))

    assert once == again
    assert [one.confidence for one in once] == sorted((one.confidence for one in once), reverse=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Der Drucker druckt nicht mehr, bitte um Hilfe.", "de"),
        ("The printer does not print any more, please help.", "en"),
        ("Passwort vergessen", "de"),
        ("password expired", "en"),
        ("Bonjour, je ne peux pas ouvrir ma messagerie, merci de votre aide", "fr"),
        ("Hola, no puedo abrir el correo, gracias por su ayuda con el problema", "es"),
        ("打印机坏了", "zh"),
        ("プリンターが動きません", "ja"),
        ("install drucker xk17", "de"),
        ("anleitung fuer outlook", "de"),
        (
            "Drucker fehlt nach Update\nGuten Tag, seit heute fehlt er.\nFrom: IT\nSent: Monday\nThe update of your computer has been "
            "installed. Please restart it when you have saved your work, then all of your printers will be there.",
            "de",
        ),
        ("Outlook\nThe message says »Keine Verbindung«, I can not read it, please help me with this.", "en"),
        ("12345 ---", "en"),
    ],
)
def test_languages_are_told_apart(text: str, expected: str) -> None:
    assert languages.detect(text) == expected


def test_labels_are_learnt_and_rare_ones_are_not_swallowed() -> None:
    texts = [words(one.body) for one in solved(400)]
    queues = [("accounts", "print", "network", "facility")[number % 4 - 1] for number in range(400)]
    learnt = labels.fit(texts, queues)

    assert learnt is not None
    best = learnt.guess(words("drucker papierstau"))
    assert best[0].label == "print"
    assert sum(guess.confidence for guess in best) == pytest.approx(1, abs=1e-3)
    assert labels.fit(texts[:10], queues[:10]) is None


def test_bm25_prefers_the_rare_word_and_the_short_text() -> None:
    index = Index(postings([["a", "b"], ["a", "b", "c", "c", "c", "c"], ["a"]]), k1=1.2, b=0.75)

    assert int(index.scores(["b"]).argmax()) == 0
    assert index.scores(["nothing"]).tolist() == [0, 0, 0]
    assert index.idf[index.words["c"]] > index.idf[index.words["a"]]


def test_forwarded_headers_and_repeated_subjects_count_once() -> None:
    text = wording.clean("Printer broken", "Printer broken\nFrom: a@b.example\nSent: Monday\nSubject: Help\nIt smokes.")

    assert text.count("Printer broken") == 1
    assert "a@b" not in text
    assert "smokes" in text
    own = [token for token in wording.tokens("user_name läuft 4711", "de") if not token.startswith(terms.SIGN)]
    assert own == ["user_name", "user", "nam", "lauft", "0000"]


def test_words_of_one_meaning_share_a_token_and_compounds_have_those_of_their_parts() -> None:
    def meanings(text: str) -> set[str]:
        return set(terms.meanings(text.split()))

    assert meanings("kennwort") & meanings("password") & meanings("passwörter")
    assert meanings("etikettendrucker") == meanings("etiketten") | meanings("drucker")
    assert meanings("blue screen") >= meanings("bluescreen")
    assert meanings("xyzzy") == set()


def test_a_german_request_finds_an_english_article_and_says_by_which_word() -> None:
    papers = [paper for paper in PAPERS if paper.language == "en"]
    request = "Ich habe mein Kennwort vergessen"
    found = ranking.fit(papers, []).rank(words(request))

    assert found[0].article == 1
    assert set(wording.written(request, "de", found[0].words)) == {"Kennwort", "vergessen"}


def test_a_word_spelt_a_little_differently_still_finds_its_article() -> None:
    found = ranking.fit(PAPERS, []).rank(words("pasword reseting in the portal"))

    assert found[0].article == 1


def test_texts_poured_together_count_as_one() -> None:
    apart = [["a", "b", "b"], ["c", "a"], ["b", "d"]]
    poured = joined([(postings(apart[:2]), np.array([1, 0])), (postings(apart[2:]), np.array([1]))], 2)
    whole = postings([["c", "a"], ["a", "b", "b", "b", "d"]])
    once, again = (Index(one, k1=1.2, b=0.5) for one in (poured, whole))

    for word in "abcd":
        assert once.scores([word]).tolist() == pytest.approx(again.scores([word]).tolist())
    assert joined([(postings(apart), np.array([-1, 0, -1]))], 1).times.tolist() == [0, 1, 1][1:]
