"""Is this German or English? By words and pieces of words; small words, which make up half of any text, must agree."""

import re

from tickets.triage.learning import languages

_GERMAN = frozenset(
    "ich wir sie er es ihr mein meine meinen unser unsere ist sind war hat habe haben wird werden kann können nicht kein "
    "keine und oder aber wenn weil dass das der die den dem des ein eine einen einem einer mit ohne für von vom zu zum "
    "zur auf aus bei beim nach seit bitte danke guten morgen hallo tag leider immer noch wieder mehr sich auch nur schon "
    "im am an als wie was wo warum heute gestern funktioniert geht grüße gruß freundlichen".split()
)
_ENGLISH = frozenset(
    "i we you he she it they my our your is are was were has have had will would can could not no and or but if because "
    "that this the a an with without for from to on off out by after since please thanks thank good morning hello hi "
    "unfortunately always still again more also only already how what where why today yesterday works working "
    "regards kind does do did be been when cannot can't doesn't".split()
)
_WORD = re.compile(r"[a-zäöüß']+")


def language_of(text: str, default: str) -> tuple[str, tuple[str, ...]]:
    """Tell "de" or "en" and the words that say so; the default when the text is too short or undecided."""
    words = _WORD.findall(text[:4000].lower())
    german = [word for word in words if word in _GERMAN or any(c in word for c in "äöüß")]
    english = [word for word in words if word in _ENGLISH and word not in _GERMAN]
    language = languages.detect(text, default)
    found = {"de": german, "en": english}.get(language, [])
    if not found or (len(words) <= 2 and len(german) == len(english)):
        return default, ()
    return language, tuple(dict.fromkeys(found))[:4]
