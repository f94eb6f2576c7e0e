"""
Which language is it? Words and pieces of words tell German from English; small words tell others.

The weights in `languages.json` are made by `bin/learn-languages` from this product's own texts in both languages.
"""

import json
import re
from functools import cache
from pathlib import Path

from tickets.triage.learning import terms

FILE = Path(__file__).with_name("languages.json")
SIZES = (2, 3, 4)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_UMLAUT = re.compile("[äöüß]")
_MOST_CHARS = 4_000
_OTHERS = {
    "fr": "le les des une est pour dans avec vous nous sur pas que qui je ne mon bonjour merci votre cette être avons problème",
    "es": "el los las una es para con por que no mi se estoy hola gracias su del como más está problema tenemos puedo nuestro",
    "pt": "os as uma é para com por que não meu se estou olá obrigado sua do da como mais está problema temos posso nosso ao em",
    "it": "il gli una è per con che non mio sono ciao grazie sua del della come più problema abbiamo posso nostro buongiorno",
    "nl": "het een is voor met van dat niet mijn ik hallo bedankt uw deze hebben wij kan geen probleem graag wordt naar",
    "pl": "nie się jest na do że proszę dziękuję mam dzień dobry czy przez mogę problem nasz jak",
}  # fmt: skip
_OTHER_WORDS = {language: frozenset(words.split()) for language, words in _OTHERS.items()}
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")), ("ko", re.compile(r"[\uac00-\ud7af]")), ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")), ("ar", re.compile(r"[\u0600-\u06ff]")), ("el", re.compile(r"[\u0370-\u03ff]")),
)  # fmt: skip
_A_WORD, _MOST_A_WORD = 4.0, 4.0  # made-up words and names must not outweigh "mit" and "with"
_GERMAN, _ENGLISH = 12.0, 6.0  # German requests are full of English words, English ones have no German ones
_CLEAR = 6.0
_TELLING = 0.04  # of the letters: names and product words are Latin everywhere


def pieces(word: str) -> list[str]:
    """Give the pieces of a word that weights are kept for."""
    framed = f"<{word}>"
    return [framed[at : at + size] for size in SIZES for at in range(len(framed) - size + 1)]


def detect(text: str, default: str = "en") -> str:
    """Give a two-letter code; the default where the text says too little."""
    text = text[:_MOST_CHARS]
    if script := _script(text):
        return script
    words = [word.lower() for word in WORD.findall(text)]
    score, small = _score(words), set(words)
    if score < 0 and _asks_in_german(text):
        score = _CLEAR
    language = "de" if score > 0 else "en" if score < 0 else default
    other, count = max(((code, len(small & known)) for code, known in _OTHER_WORDS.items()), key=lambda one: one[1])
    if count >= 3 and count > len(small & (small_words()[language] - _OTHER_WORDS[other])):
        return other
    return language


def _asks_in_german(text: str) -> bool:
    """Tell whether the first line is German and more German follows, whatever long message in English is quoted below."""
    first, _, rest = text.strip().partition("\n")
    opening = [word.lower() for word in WORD.findall(first)]
    german = {word for word in map(str.lower, WORD.findall(rest)) if word in _telling()[0] or _UMLAUT.search(word)}
    return len(german - set(opening)) > 1 and _score(opening) > _CLEAR


def _score(words: list[str]) -> float:
    weights, (german, english) = _weights(), _telling()
    found = 0.0
    for word in words:
        parts = pieces(word)
        whole = _A_WORD * sum(weights.get(piece, 0.0) for piece in parts) / (len(parts) or 1)
        found += max(-_MOST_A_WORD, min(_MOST_A_WORD, whole))
        found += _GERMAN if word in german or _UMLAUT.search(word) else -_ENGLISH if word in english else 0.0
    return found / (len(words) ** 0.5 or 1.0)


def _script(text: str) -> str:
    letters = sum(character.isalpha() for character in text) or 1
    return next((code for code, signs in _SCRIPTS if len(signs.findall(text)) / letters > _TELLING), "")


@cache
def _weights() -> dict[str, float]:
    loaded: dict[str, float] = json.loads(FILE.read_text(encoding="utf-8"))["weights"]
    return loaded


@cache
def _telling() -> tuple[frozenset[str], frozenset[str]]:
    """Give the words that are German alone, also spelt without umlauts, and those that are English alone."""
    small = small_words()
    german, english = set(small["de"]), set(small["en"])
    for one, other in terms.lines():
        german.update(word for word in one if "_" not in word)
        english.update(word for word in other if "_" not in word)
    spelt_out = {word.translate(_SPELT_OUT) for word in german}
    return frozenset((german | spelt_out) - english), frozenset(english - german)


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Give the most frequent words of German and English."""
    loaded = json.loads(FILE.read_text(encoding="utf-8"))["words"]
    return {language: frozenset(words) for language, words in loaded.items()}
