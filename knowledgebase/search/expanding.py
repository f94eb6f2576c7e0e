"""What else a typed word may be called: equal words, parts of a compound; and which words tell nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

_SHORTEST_COMPOUND, _LONGEST_COMPOUND, _SHORTEST_PART = 9, 30, 4
_MOST_COMPOUNDS = 12
_JOINTS = ("s", "es", "n", "en")

_KNOWN = """
SELECT 'filler' AS kind, word AS typed, '' AS language, NULL AS words
    FROM knowledgebase_stopword WHERE word = ANY(%(words)s::varchar[])
UNION ALL
SELECT 'same', '', language, words FROM knowledgebase_synonyms WHERE words && %(groups)s::varchar[]
UNION ALL
SELECT 'part', word, '', NULL FROM knowledgebase_term WHERE word = ANY(%(parts)s::varchar[])
"""


@dataclass(frozen=True)
class Known:
    """What the rows say about the words of a query, all in small letters."""

    fillers: frozenset[str] = frozenset()
    same: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    halves: dict[str, tuple[str, str]] = field(default_factory=dict)

    def telling(self, words: Sequence[str]) -> list[str]:
        """Leave the fillers out, unless there is nothing else."""
        return [word for word in words if word.casefold() not in self.fillers] or list(words)


def look_up(words: Sequence[str]) -> Known:
    """Read in one statement what is known about these words."""
    typed = [word.casefold() for word in words]
    phrases = [" ".join(typed[at : at + size]) for size in (2, 3) for at in range(len(typed) - size + 1)]
    cuts = {word: list(_cuts(word)) for word in typed[:_MOST_COMPOUNDS]}
    parts = sorted({part for halves in cuts.values() for pair in halves for part in pair})
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"words": typed, "groups": [*typed, *phrases], "parts": parts})
        rows = cursor.fetchall()
    there = {word for kind, word, _, _ in rows if kind == "part"}
    same: dict[str, list[tuple[str, str]]] = {}
    for kind, _, language, group in rows:
        if kind == "same":
            for one in (*typed, *phrases):
                if one in group:
                    same.setdefault(one, []).extend((other, language) for other in group if other != one)
    return Known(
        fillers=frozenset(word for kind, word, _, _ in rows if kind == "filler"),
        same=same,
        halves={
            word: best
            for word, pairs in cuts.items()
            if (best := max((p for p in pairs if p[0] in there and p[1] in there), key=_evenness, default=None))
        },
    )


def _cuts(word: str) -> list[tuple[str, str]]:
    if not (_SHORTEST_COMPOUND <= len(word) <= _LONGEST_COMPOUND and word.isalpha()):
        return []
    found = []
    for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
        first, second = word[:cut], word[cut:]
        found.append((first, second))
        found += [(first.removesuffix(joint), second) for joint in _JOINTS if _may_drop(first, joint)]
    return found


def _may_drop(first: str, joint: str) -> bool:
    return first.endswith(joint) and len(first) - len(joint) >= _SHORTEST_PART


def _evenness(pair: tuple[str, str]) -> int:
    return min(len(pair[0]), len(pair[1]))
