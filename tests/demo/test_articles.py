"""The standard solutions are complete in both languages."""

import re
from collections import Counter

from tests.demo.content import ARTICLES, QUEUES, SNIPPETS, TOPICS, keys

LANGUAGES = ("de", "en")
TEXTS = {"title", "symptom", "environment", "cause", "steps", "expected_result", "keywords"}
KINDS = {"standard_solution", "howto", "faq", "known_error", "internal"}


def test_there_are_enough_articles_of_every_kind() -> None:
    kinds = Counter(article["kind"] for article in ARTICLES)

    assert set(kinds) == KINDS
    assert kinds["standard_solution"] >= 28
    assert len(ARTICLES) == len(keys(ARTICLES)) == 41


def test_every_article_is_complete_in_both_languages() -> None:
    for article in ARTICLES:
        for language in LANGUAGES:
            assert set(article[language]) == TEXTS, article["key"]
            assert all(article[language].values()), article["key"]
            assert len(set(article[language]["keywords"])) >= 6, article["key"]


def test_steps_are_numbered_from_one_and_neither_too_few_nor_too_many() -> None:
    for article in ARTICLES:
        for language in LANGUAGES:
            lines = article[language]["steps"].strip().splitlines()
            numbers = [int(re.match(r"(\d+)\. \S", line)[1]) for line in lines]

            assert numbers == list(range(1, len(lines) + 1)), article["key"]
            assert 3 <= len(lines) <= 8, article["key"]


def test_every_article_points_to_a_queue_and_a_topic_that_exist() -> None:
    for article in ARTICLES:
        assert article["queue"] in keys(QUEUES)
        assert article["topic"] in keys(TOPICS)
        assert article["audience"] == ("agents" if article["kind"] == "internal" else "public")
        assert 5 <= article["minutes"] <= 60


def test_no_title_appears_twice() -> None:
    titles = [article[language]["title"] for article in ARTICLES for language in LANGUAGES]

    assert len(set(titles)) == len(titles)


def test_every_snippet_has_both_languages() -> None:
    assert len(keys(SNIPPETS)) == len(SNIPPETS) == 12
    for snippet in SNIPPETS:
        for language in LANGUAGES:
            assert snippet[language]["title"] and snippet[language]["text"], snippet["key"]
