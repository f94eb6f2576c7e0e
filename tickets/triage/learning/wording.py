"""The words of a request as the ranking counts them: our own tokens, since product names must stay whole."""

import re
from collections.abc import Collection
from functools import lru_cache

import snowballstemmer

from tickets.triage.learning import terms

LONGEST_TEXT = 12_000
_HEADERS = re.compile(
    r"^\s*(?:from|sent|to|cc|bcc|date|importance|von|gesendet|an|datum|wichtigkeit)\s*:.*$", re.I | re.M
)
_SUBJECT_LINE = re.compile(r"^\s*(?:subject|betreff)\s*:", re.I | re.M)
_WORD = re.compile(r"[^\W_]+(?:[-_.+&'][^\W_]+)*", re.UNICODE)
_PIECE = re.compile(r"[-_.+&']")
_DIGIT = re.compile(r"\d")
_FOLDED = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e", "ê": "e", "á": "a", "à": "a"})
_MOST_TOKENS = 600
_CACHED = 100_000


def clean(subject: str, body: str) -> str:
    """Join subject and text, without the headers of forwarded mails; a subject that the text repeats counts once."""
    subject, body = subject.strip()[:500], body.strip()[:LONGEST_TEXT]
    if subject and " ".join(body.lower().split()).startswith(" ".join(subject.lower().split())):
        body = body[len(subject) :]
    return _SUBJECT_LINE.sub(" ", _HEADERS.sub(" ", f"{subject}\n{body}"))


def tokens(text: str, language: str) -> list[str]:
    """
    Split into stemmed words, in order, and after them what they mean.

    Compounds are kept whole and in parts, long numbers lose their digits.
    """
    found: list[str] = []
    pieces: list[str] = []
    for match in _WORD.finditer(text[:LONGEST_TEXT].lower()):
        found += _forms(match[0], language)
        pieces += _PIECE.split(match[0])
        if len(found) >= _MOST_TOKENS:
            break
    return found[:_MOST_TOKENS] + terms.meanings(pieces)


def written(text: str, language: str, wanted: Collection[str]) -> tuple[str, ...]:
    """Give the words of the text, as they are written there, that the wanted tokens stand for; in the order wanted."""
    found: dict[str, str] = {}
    for match in _WORD.finditer(text[:LONGEST_TEXT]):
        word = match[0].lower()
        for form in (*_forms(word, language), *terms.meanings(_PIECE.split(word))):
            found.setdefault(form, match[0])
    return tuple(dict.fromkeys(found[token] for token in wanted if token in found))


@lru_cache(_CACHED)
def _forms(word: str, language: str) -> tuple[str, ...]:
    if len(word) > 60:
        return ()
    pieces = _PIECE.split(word)
    whole = [] if len(pieces) == 1 else [_fold(word)]
    return tuple(
        one for one in (*whole, *(_stem(piece, language) for piece in pieces if piece)) if len(one) > 1 or one.isdigit()
    )


def _stem(word: str, language: str) -> str:
    if word[:1].isdigit() or not word.isalpha():
        return _fold(word)
    return _fold(_STEMMERS["de" if language == "de" else "en"].stemWord(word))


def _fold(word: str) -> str:
    return _DIGIT.sub("0", word.translate(_FOLDED)) if len(word) > 3 else word.translate(_FOLDED)


_STEMMERS = {"de": snowballstemmer.stemmer("german"), "en": snowballstemmer.stemmer("english")}
