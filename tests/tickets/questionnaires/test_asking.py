"""Which questions are asked, and what counts as an answer."""

import pytest
from django.utils.translation import override

from tests.tickets.questionnaires.questions import ERROR, PLACE, PROVIDER
from tickets.questionnaires.asking import Wrong, asked, clean, in_words, lines, next_question
from tickets.questionnaires.checking import problems
from tickets.questionnaires.shape import Kind, Option, Question, read, stored

QUESTIONS = read([PLACE, PROVIDER, ERROR])


def keys(answers: dict) -> list[str]:
    return [one.key for one in asked(QUESTIONS, answers)]


def test_a_question_with_a_condition_is_asked_after_that_answer_only() -> None:
    assert keys({}) == ["place", "error"]
    assert keys({"place": "home"}) == ["place", "provider", "error"]
    assert keys({"place": "office", "provider": "Telekom"}) == ["place", "error"]


def test_a_condition_on_a_question_that_is_not_asked_does_not_hold() -> None:
    third = read(
        [PLACE, {**PROVIDER, "kind": "yes_no"}, {**ERROR, "only_if": {"question": "provider", "any_of": ["yes"]}}]
    )

    assert [one.key for one in asked(third, {"place": "office", "provider": "yes"})] == ["place"]
    assert [one.key for one in asked(third, {"place": "home", "provider": "yes"})] == ["place", "provider", "error"]


def test_one_after_another_skips_what_was_passed_over() -> None:
    assert next_question(QUESTIONS, {}).key == "place"
    assert next_question(QUESTIONS, {"place": "home"}).key == "provider"
    assert next_question(QUESTIONS, {"place": "home", "provider": None}).key == "error"
    assert next_question(QUESTIONS, {"place": "home", "provider": None, "error": "809"}) is None


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.TEXT, ["  a\x00b \n c "], "ab \n c"),
        (Kind.TEXT, ["  "], None),
        (Kind.CHOICE, ["b"], "b"),
        (Kind.SEVERAL, ["b", "a", "b"], ["a", "b"]),
        (Kind.YES_NO, ["no"], "no"),
        (Kind.NUMBER, ["3,50"], "3.50"),
        (Kind.DATE, ["2026-11-23"], "2026-11-23"),
    ],
)
def test_answers_are_read(kind: Kind, raw: list[str], value: object) -> None:
    assert clean(question(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.TEXT, "x" * 2001), (Kind.CHOICE, "c"), (Kind.SEVERAL, "c"), (Kind.YES_NO, "maybe"), (Kind.NUMBER, "NaN"),
        (Kind.NUMBER, "1e999999"), (Kind.NUMBER, "1e-30"), (Kind.NUMBER, "three"), (Kind.DATE, "23.11."),
        (Kind.DATE, "0001-01-01"), (Kind.DATE, "20261123T10"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused(kind: Kind, raw: str) -> None:
    with pytest.raises(Wrong):
        clean(question(kind), [raw])


def test_answers_are_said_in_both_languages() -> None:
    with override("de"):
        assert in_words(question(Kind.SEVERAL), ["a", "b"], "en") == "apple, pear"
        assert in_words(question(Kind.SEVERAL), ["a", "b"], "de") == "Apfel, Birne"
        assert in_words(question(Kind.YES_NO), "yes", "en") == "yes"
    assert lines(QUESTIONS, {"place": "office", "provider": "x", "error": "809"}, "en") == [
        "Where are you right now? in the office",
        "Which error number does the VPN client show? 809",
    ]


def test_questions_survive_being_stored() -> None:
    assert read(stored(QUESTIONS)) == QUESTIONS


def found(*rows: dict) -> list[str]:
    with override("en"):
        return [problem.text for problem in problems(read(rows)) if problem.is_error]


def test_good_questions_have_no_problem() -> None:
    assert problems(QUESTIONS) == []


def test_conditions_in_a_circle_are_refused() -> None:
    yes = {"kind": "yes_no", "en": "x"}
    circle = [
        {"key": "a", "de": "A?", **yes, "only_if": {"question": "c", "any_of": ["yes"]}},
        {"key": "b", "de": "B?", **yes, "only_if": {"question": "a", "any_of": ["yes"]}},
        {"key": "c", "de": "C?", **yes, "only_if": {"question": "b", "any_of": ["yes"]}},
        {"key": "d", "de": "D?", **yes, "only_if": {"question": "c", "any_of": ["yes"]}},
    ]

    wrong = found(*circle)

    assert len(wrong) == 3
    assert all("circle" in text for text in wrong)
    assert "“A?”" in wrong[0]
    assert len(found({"key": "a", "de": "A?", **yes, "only_if": {"question": "a", "any_of": ["yes"]}})) == 1


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([], "at least one"),
        ([{**ERROR, "only_if": {"question": "gone", "any_of": ["x"]}}], "not asked before"),
        ([PROVIDER, PLACE], "not asked before"),
        ([PLACE, {**PROVIDER, "only_if": {"question": "place", "any_of": ["moon"]}}], "does not exist"),
        ([ERROR, {**PROVIDER, "only_if": {"question": "error", "any_of": ["809"]}}], "no answers to choose"),
        ([{**PLACE, "options": PLACE["options"][:1]}], "2 to 20"),
        ([{**PLACE, "options": [PLACE["options"][0]] * 2}], "differ"),
        ([{**ERROR, "de": ""}], "no German text"),
        ([{**ERROR, "de": "x" * 301}], "too long"),
        ([ERROR, ERROR], "same key"),
        ([{**ERROR, "key": f"k{n}"} for n in range(31)], "At most 30"),
    ],
)
def test_each_mistake_is_named(rows: list[dict], word: str) -> None:
    assert any(word in text for text in found(*rows))


def test_a_missing_translation_is_a_warning() -> None:
    untranslated = [{**PLACE, "options": [PLACE["options"][0], {"key": "office", "de": "im Büro"}]}]

    (problem,) = problems(read(untranslated))

    assert (problem.is_error, problem.question) == (False, "place")


def question(kind: Kind) -> Question:
    options = (Option("a", "Apfel", "apple"), Option("b", "Birne", "pear"))
    return Question("q", kind, "Was?", "What?", options=options if kind in (Kind.CHOICE, Kind.SEVERAL) else ())
