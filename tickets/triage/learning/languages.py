"""
Which language is it? Pieces of words tell German from English; small words tell others.

The weights in `languages.json` are made by `bin/learn-languages` from this product's own texts in both languages.
"""

import json
import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("languages.json")
SIZES = (2, 3, 4)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
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
_A_WORD, _MOST_A_WORD, _SMALL = 4.0, 4.0, 6.0  # made-up words and names must not outweigh "mit" and "with"
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
    language = "de" if score > 0 else "en" if score < 0 else default
    other, count = max(((code, len(small & known)) for code, known in _OTHER_WORDS.items()), key=lambda one: one[1])
    if count >= 3 and count > len(small & (small_words()[language] - _OTHER_WORDS[other])):
        return other
    return language


def detect_among(text: str, default: str) -> tuple[str, float]:
    """Tell only German from English, with how clear it is: 0 is undecided, 1 and more is clear."""
    words = [word.lower() for word in WORD.findall(text[:_MOST_CHARS])]
    score = _score(words)
    return ("de" if score > 0 else "en" if score < 0 else default), abs(score)


def _score(words: list[str]) -> float:
    weights, small = _weights(), small_words()
    german, english = small["de"] - small["en"], small["en"] - small["de"]
    found = 0.0
    for word in words:
        parts = pieces(word)
        whole = _A_WORD * sum(weights.get(piece, 0.0) for piece in parts) / (len(parts) or 1)
        found += max(-_MOST_A_WORD, min(_MOST_A_WORD, whole)) + _SMALL * ((word in german) - (word in english))
        found += _SMALL * bool(_UMLAUT.search(word))
    return found / (len(words) ** 0.5 or 1.0)


def _script(text: str) -> str:
    letters = sum(character.isalpha() for character in text) or 1
    return next((code for code, signs in _SCRIPTS if len(signs.findall(text)) / letters > _TELLING), "")


@cache
def _weights() -> dict[str, float]:
    loaded: dict[str, float] = json.loads(FILE.read_text(encoding="utf-8"))["weights"]
    return loaded


@cache
def small_words() -> dict[str, frozenset[str]]:
    """Give the most frequent words of German and English."""
    loaded = json.loads(FILE.read_text(encoding="utf-8"))["words"]
    return {language: frozenset(words) for language, words in loaded.items()}
