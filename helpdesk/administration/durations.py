"""Working minutes as people write them: 45 min, 4 h, 1:30; no Django."""

import re

_CLOCK = re.compile(r"(\d{1,4}):([0-5]\d)(?: ?h)?")
_WORDS = re.compile(
    r"(?:(\d{1,4}(?:[.,]\d)?) ?(?:h|std|hours?|stunden?)\.?)? ?(?:(\d{1,6}) ?(?:m|min|minutes?|minuten?)?\.?)?"
)


class NoDuration(Exception):
    """The text says no length of time."""


def minutes_of(text: str) -> int:
    """
    Read a length of time in minutes; a number alone is minutes.

    :raises NoDuration: if it says none, or more than a year.
    """
    text = " ".join(text.lower().split())
    if found := _CLOCK.fullmatch(text):
        minutes = int(found[1]) * 60 + int(found[2])
    elif text and (found := _WORDS.fullmatch(text)):
        minutes = round(float((found[1] or "0").replace(",", ".")) * 60) + int(found[2] or 0)
    else:
        raise NoDuration(text)
    if not 1 <= minutes <= 60 * 24 * 366:
        raise NoDuration(text)
    return minutes


def in_words(minutes: int) -> str:
    """Write minutes so that `minutes_of` reads the same."""
    hours, rest = divmod(minutes, 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest))
