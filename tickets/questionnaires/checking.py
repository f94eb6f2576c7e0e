"""Whether questions can be published: conditions that can hold, no circles, words in both languages. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from tickets.questionnaires.shape import (
    DECIDING,
    LONGEST_OPTION,
    LONGEST_QUESTION,
    MOST_OPTIONS,
    MOST_QUESTIONS,
    Kind,
    Question,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend; only an error keeps the questions from being published."""

    text: str
    question: str = ""  # its key
    is_error: bool = True


def problems(questions: Sequence[Question]) -> list[Problem]:
    """Say what is wrong with these questions, errors first."""
    found = _amount(questions)
    circle = _in_circles(questions)
    for place, question in enumerate(questions):
        found += _words(question) + _options(question)
        if question.key in circle:
            text = gettext("“%(question)s” waits for its own answer: the conditions go round in a circle.")
            found.append(_about(question, text))
        else:
            found += _condition(question, {one.key: one for one in questions[:place]})
    found += _translations(questions)
    return sorted(found, key=lambda problem: not problem.is_error)


def _about(question: Question, text: str, *, is_error: bool = True, **words: str) -> Problem:
    return Problem(text % {"question": question.de or question.en or question.key, **words}, question.key, is_error)


def _amount(questions: Sequence[Question]) -> list[Problem]:
    if not questions:
        return [Problem(gettext("Ask at least one question."))]
    found = []
    if len(questions) > MOST_QUESTIONS:
        found.append(Problem(gettext("At most %(n)s questions are possible.") % {"n": MOST_QUESTIONS}))
    if len({one.key for one in questions}) < len(questions):
        found.append(Problem(gettext("Two questions have the same key.")))
    return found


def _words(question: Question) -> list[Problem]:
    if not question.de:
        return [_about(question, gettext("A question has no German text."))]
    if max(len(question.de), len(question.en)) > LONGEST_QUESTION:
        return [_about(question, gettext("“%(question)s” is too long."))]
    return []


def _options(question: Question) -> list[Problem]:
    if question.kind not in (Kind.CHOICE, Kind.SEVERAL):
        return []
    options = question.options
    if len(options) < 2 or len(options) > MOST_OPTIONS:
        return [_about(question, gettext("“%(question)s” needs 2 to 20 answers to choose from."))]
    if len({option.de for option in options}) < len(options) or not all(option.de for option in options):
        return [_about(question, gettext("The answers to “%(question)s” have to differ, and none may be empty."))]
    if any(max(len(option.de), len(option.en)) > LONGEST_OPTION for option in options):
        return [_about(question, gettext("An answer to “%(question)s” is too long."))]
    return []


def _condition(question: Question, earlier: dict[str, Question]) -> list[Problem]:
    if question.only_if is None:
        return []
    other = earlier.get(question.only_if.question)
    if other is None:
        return [_about(question, gettext("“%(question)s” depends on a question that is not asked before it."))]
    if other.kind not in DECIDING:
        return [_about(question, gettext("“%(question)s” depends on a question that has no answers to choose from."))]
    if not question.only_if.any_of or any(one not in other.answers for one in question.only_if.any_of):
        return [_about(question, gettext("“%(question)s” depends on an answer that does not exist."))]
    return []


def _in_circles(questions: Sequence[Question]) -> set[str]:
    after = {one.key: one.only_if.question for one in questions if one.only_if is not None}
    found = set()
    for key in after:
        seen, current = set(), key
        while current in after and current not in seen:
            seen.add(current)
            current = after[current]
        if current == key and key in seen:
            found.add(key)
    return found


def _translations(questions: Sequence[Question]) -> list[Problem]:
    found = []
    for question in questions:
        pairs = [(question.de, question.en), (question.help_de, question.help_en)]
        pairs += [(option.de, option.en) for option in question.options]
        if any(german and not english for german, english in pairs):
            text = gettext("“%(question)s” is not completely translated into English.")
            found.append(_about(question, text, is_error=False))
    return found
