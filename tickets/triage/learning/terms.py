"""
What means the same at a helpdesk: German and English words of one meaning share a token, compounds have those of their parts.

The words are in `terms.txt`. So a German request finds an English article, and a solved ticket helps one in the other language.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import snowballstemmer

FILE = Path(__file__).with_name("terms.txt")
SIGN = "§"
_LONGEST, _SHORTEST_PART = 40, 5
_CACHED = 50_000
_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
_STEMMERS = (snowballstemmer.stemmer("german"), snowballstemmer.stemmer("english"))


def meanings(words: Sequence[str]) -> list[str]:
    """Give the tokens of what lower-case words mean, in their order."""
    found: list[str] = []
    pairs = _pairs()
    for at, word in enumerate(words):
        found += _meant(word)
        if at and word and (pair := pairs.get((_fold(words[at - 1]), _fold(word)))):
            found.append(pair)
    return found


@lru_cache(_CACHED)
def _meant(word: str) -> tuple[str, ...]:
    known = _known()
    if len(word) > _LONGEST:
        return ()
    for form in _forms(word):
        if form in known:
            return known[form]
    return _parts(_fold(word))


def _parts(word: str) -> tuple[str, ...]:
    """Find what a compound ends and begins with."""
    parts = _compounding()
    found: list[str] = []
    for at in range(3, len(word) - _SHORTEST_PART + 1):
        if word[at:] in parts:
            found += parts[word[at:]]
            break
    for at in range(len(word) - 3, _SHORTEST_PART - 1, -1):
        if word[:at] in parts:
            found += parts[word[:at]]
            break
    return tuple(dict.fromkeys(found))


def _forms(word: str) -> list[str]:
    folded = _fold(word)
    return [folded, *(f"{mark}{_fold(stemmer.stemWord(word))}" for mark, stemmer in zip("de", _STEMMERS, strict=True))]


def _fold(word: str) -> str:
    return word.translate(_FOLDED)


@cache
def lines() -> list[tuple[list[str], list[str]]]:
    """Read the German and English words of each meaning."""
    found = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        german, bar, english = line.partition("|")
        if bar and not line.startswith("#"):
            found.append((german.split(), english.split()))
    return found


@cache
def _known() -> dict[str, tuple[str, ...]]:
    """Map folded words, and their stems by language, to what they mean."""
    found: dict[str, list[str]] = defaultdict(list)
    for number, languages in enumerate(lines()):
        for mark, stemmer, words in zip("de", _STEMMERS, languages, strict=True):
            for word in words:
                if "_" not in word:
                    for form in dict.fromkeys((_fold(word), f"{mark}{_fold(stemmer.stemWord(word))}")):
                        if f"{SIGN}{number}" not in found[form]:
                            found[form].append(f"{SIGN}{number}")
    return {form: tuple(meant) for form, meant in found.items()}


@cache
def _pairs() -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for number, (german, english) in enumerate(lines()):
        for word in (*german, *english):
            if "_" in word:
                first, second = _fold(word).split("_")[:2]
                found.setdefault((first, second), f"{SIGN}{number}")
    return found


@cache
def _compounding() -> dict[str, tuple[str, ...]]:
    known = _known()
    words = {_fold(word) for german, _ in lines() for word in german if "_" not in word}
    return {word: known[word] for word in words if len(word) >= _SHORTEST_PART}
