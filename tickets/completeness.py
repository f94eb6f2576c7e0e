"""How complete a hand-over is: which of its fields say something, and which of those that are needed do not."""

from collections.abc import Iterable, Mapping

FIELDS = ("summary", "symptom", "environment", "tried", "hypothesis", "question")
ALWAYS = ("summary",)
_NEEDED, _OPTIONAL = 3, 1  # weights
_FILLERS = {
    "na", "ka", "keineangabe", "keineangaben", "keineinfo", "tbd", "todo", "xxx", "so", "sieheoben", "wieoben",
    "sieheticket", "siehetext", "siehemail", "siehebeschreibung", "seeabove", "asabove", "seeticket", "seetext",
    "seemail", "seedescription", "dito", "ditto", "noinfo", "test", "notapplicable", "nichtzutreffend",
}  # fmt: skip


def is_filled(text: str) -> bool:
    """Tell whether a text says something, and is no filler such as “-”, “n/a” or “see above”."""
    return any(not _is_filler(line) for line in text.splitlines())


def missing(texts: Mapping[str, str], needed: Iterable[str]) -> list[str]:
    """Name the needed fields that say nothing, in the order of the form."""
    wanted = {*needed, *ALWAYS}
    return [name for name in FIELDS if name in wanted and not is_filled(texts.get(name, ""))]


def completeness(texts: Mapping[str, str], needed: Iterable[str]) -> int:
    """Say in percent how much is there; what is needed weighs three times as much as what is not."""
    wanted = {*needed, *ALWAYS}
    weights = {name: _NEEDED if name in wanted else _OPTIONAL for name in FIELDS}
    there = sum(weight for name, weight in weights.items() if is_filled(texts.get(name, "")))
    return round(there * 100 / sum(weights.values()))


def _is_filler(line: str) -> bool:
    said = "".join(sign for sign in line.casefold() if sign.isalnum())
    return len(said) < 2 or said in _FILLERS or len(set(said)) == 1
