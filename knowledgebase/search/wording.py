"""The words of a request, and the spellings under which an article may have them; pure."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_WORD = re.compile(r"\w+(?:[-.+&]\w+)*")
_GAPS = str.maketrans("/\\_", "   ")  # as the index does it
_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_LONGEST_TEXT = 20_000
_MOST_WORDS = 300
_MOST_COMPOUNDS = 24
_SUBJECT, _LONGEST_SUBJECT = 1.4, 20
_SHORTEST_COMPOUND, _LONGEST_COMPOUND, _SHORTEST_PART = 9, 30, 4


class Form(NamedTuple):
    """One spelling to look for: of which word, in which language ("": any), and what finding it is worth."""

    word: int
    spelling: str
    language: str
    worth: float


def words(text: str) -> list[str]:
    """Split a request into its words, each once, in order, as written."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text[:_LONGEST_TEXT].translate(_GAPS)):
        word = match.group()
        if 1 < len(word) <= 60 and not word.replace(".", "").isdigit():
            found.setdefault(word.casefold(), word)
    return list(found.values())[:_MOST_WORDS]


def forms(request: list[str], *, subject: int) -> Iterator[Form]:
    """List the spellings worth looking up: words, umlauts, halves; the first `subject` words count more."""
    compounds = 0
    for number, word in enumerate(request):
        spelling, worth = word.casefold(), _SUBJECT if number < subject <= _LONGEST_SUBJECT else 1.0
        yield Form(number, spelling, "", worth)
        if (plain := with_umlauts(spelling)) != spelling:
            yield Form(number, plain, "de", worth)
        if (
            _SHORTEST_COMPOUND <= len(spelling) <= _LONGEST_COMPOUND
            and spelling.isalpha()
            and compounds < _MOST_COMPOUNDS
        ):
            compounds += 1
            for cut in range(_SHORTEST_PART, len(spelling) - _SHORTEST_PART + 1):
                yield Form(number, spelling[:cut], "de", worth / 2)
                yield Form(number, spelling[cut:], "de", worth / 2)


def with_umlauts(word: str) -> str:
    """Read "ae" as the index reads "ä"; the index keeps no dots."""
    for two, one in _UMLAUTS:
        word = word.replace(two, one)
    return word
