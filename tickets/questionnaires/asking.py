"""Which questions are asked after which answers, and what an answer means. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.formats import date_format
from django.utils.translation import gettext, override

from tickets.questionnaires.shape import LONGEST_ANSWER, Condition, Kind, Question, Value

Answers = Mapping[str, Value]


class Wrong(Exception):
    """This is no answer to the question; the message says what to write."""


def asked(questions: Iterable[Question], answers: Answers) -> list[Question]:
    """Keep what is asked after these answers, in order; an answer to what is not asked counts for nothing."""
    found: list[Question] = []
    given: dict[str, Value] = {}
    for question in questions:
        if question.only_if is None or _holds(question.only_if, given):
            found.append(question)
            given[question.key] = answers.get(question.key)
    return found


def next_question(questions: Iterable[Question], answers: Answers) -> Question | None:
    """Give the first question without an answer, passed over or not; for those who are asked one after another."""
    return next((one for one in asked(questions, answers) if one.key not in answers), None)


def clean(question: Question, raw: Sequence[str]) -> Value:
    """
    Read what was sent for a question; nothing at all is `None`.

    :raises Wrong: if it is no answer to it.
    """
    given = [
        " ".join(one.replace("\0", "").split()) if question.kind != Kind.TEXT else one.replace("\0", "").strip()
        for one in raw
    ]
    given = [one for one in given if one]
    if not given:
        return None
    if question.kind == Kind.SEVERAL:
        if any(one not in question.answers for one in given):
            raise Wrong(gettext("Choose from the list."))
        return [key for key in question.answers if key in given]
    return _READERS[question.kind](question, given[0])


def lenient(question: Question, raw: Sequence[str]) -> Value:
    """Read what was sent so far, for showing what comes next; what is no answer is `None`."""
    try:
        return clean(question, raw)
    except Wrong:
        return None


def in_words(question: Question, value: Value, language: str) -> str:
    """Say an answer in a language."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(option.label(language) for option in question.options if option.key in value)
    if question.kind == Kind.CHOICE:
        return next((option.label(language) for option in question.options if option.key == value), "")
    with override(language):
        if question.kind == Kind.YES_NO:
            return gettext("yes") if value == "yes" else gettext("no")
        if question.kind == Kind.DATE:
            return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return value


def lines(questions: Iterable[Question], answers: Answers, language: str) -> list[str]:
    """Say question and answer a line, leaving out what was passed over."""
    said = ((one, in_words(one, answers.get(one.key), language)) for one in asked(questions, answers))
    return [f"{question.label(language)} {words}" for question, words in said if words]


def _holds(condition: Condition, given: Answers) -> bool:
    value = given.get(condition.question)
    values = value if isinstance(value, list) else [value]
    return any(one in condition.any_of for one in values)


def _text(question: Question, given: str) -> str:
    if len(given) > LONGEST_ANSWER:
        raise Wrong(gettext("Please write at most %(n)s characters.") % {"n": LONGEST_ANSWER})
    return given


def _choice(question: Question, given: str) -> str:
    if given not in question.answers:
        raise Wrong(gettext("Choose from the list."))
    return given


def _number(question: Question, given: str) -> str:
    try:
        number = Decimal(given.replace(",", ".")) if len(given) <= 20 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) >= Decimal(10) ** 15 or _digits_after(number) > 6:
        raise Wrong(gettext("Write a number."))
    return format(number, "f")


def _digits_after(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _date(question: Question, given: str) -> str:
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise Wrong(gettext("Write a day.")) from None
    if not 1900 <= day.year <= 2200:
        raise Wrong(gettext("Write a day."))
    return day.isoformat()


_READERS: dict[Kind, Callable[[Question, str], str]] = {
    Kind.TEXT: _text,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _choice,
    Kind.NUMBER: _number,
    Kind.DATE: _date,
}
