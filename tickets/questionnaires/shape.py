"""What a question is: kinds, options, conditions; read from and written to the JSON of a version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

MOST_QUESTIONS = 30
MOST_OPTIONS = 20
LONGEST_QUESTION = 300
LONGEST_OPTION = 120
LONGEST_ANSWER = 2000

Value = str | list[str] | None  # several options: their keys; yes or no: "yes", "no"; a date: 2026-11-23


class Kind(StrEnum):
    """How a question is answered."""

    TEXT = "text"
    CHOICE = "choice"
    SEVERAL = "several"
    YES_NO = "yes_no"
    NUMBER = "number"
    DATE = "date"


# Questions of these kinds have few answers, so that others can depend on them.
DECIDING = (Kind.CHOICE, Kind.SEVERAL, Kind.YES_NO)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    key: str
    de: str
    en: str = ""

    def label(self, language: str) -> str:
        """Give its words in this language, else in the one there is."""
        return self.en if language == "en" and self.en else self.de


@dataclass(frozen=True, slots=True)
class Condition:
    """Ask only if that question has one of these answers."""

    question: str
    any_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One question."""

    key: str
    kind: Kind
    de: str
    en: str = ""
    help_de: str = ""
    help_en: str = ""
    is_required: bool = False
    options: tuple[Option, ...] = ()
    only_if: Condition | None = None
    fact: str = ""  # what the answer is in a hand-over: "environment", "symptom" or nothing

    def label(self, language: str) -> str:
        """Give its words in this language, else in the one there is."""
        return self.en if language == "en" and self.en else self.de

    def help(self, language: str) -> str:
        """Give its help text in this language, else in the one there is."""
        return self.help_en if language == "en" and self.help_en else self.help_de

    @property
    def answers(self) -> tuple[str, ...]:
        """List the keys a condition on this question may name."""
        if self.kind == Kind.YES_NO:
            return ("yes", "no")
        return tuple(option.key for option in self.options)


def read(rows: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Read stored questions."""
    return tuple(_question(row) for row in rows)


def stored(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """Give questions as a version keeps them."""
    return [
        {
            "key": one.key,
            "kind": str(one.kind),
            "de": one.de,
            "en": one.en,
            "help_de": one.help_de,
            "help_en": one.help_en,
            "required": one.is_required,
            "options": [{"key": option.key, "de": option.de, "en": option.en} for option in one.options],
            "only_if": {"question": one.only_if.question, "any_of": list(one.only_if.any_of)} if one.only_if else None,
            "fact": one.fact,
        }
        for one in questions
    ]


def _question(row: Mapping[str, Any]) -> Question:
    condition = row.get("only_if")
    return Question(
        key=str(row["key"]),
        kind=Kind(row["kind"]),
        de=str(row["de"]),
        en=str(row.get("en", "")),
        help_de=str(row.get("help_de", "")),
        help_en=str(row.get("help_en", "")),
        is_required=bool(row.get("required")),
        options=tuple(Option(str(o["key"]), str(o["de"]), str(o.get("en", ""))) for o in row.get("options", ())),
        only_if=Condition(str(condition["question"]), tuple(map(str, condition["any_of"]))) if condition else None,
        fact=str(row.get("fact", "")),
    )
