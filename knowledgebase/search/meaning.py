"""What somebody meant who mistyped: the nearest words that stand in articles."""

from collections.abc import Sequence

from django.db import connection

_SHORTEST = 4
_MOST_WORDS = 6

_NEAREST = """
SELECT typed.word, near.word
FROM unnest(%(typed)s::text[]) AS typed (word)
CROSS JOIN LATERAL (
    SELECT term.word FROM knowledgebase_term term
    WHERE term.word %% typed.word AND length(term.word) BETWEEN length(typed.word) - 2 AND length(typed.word) + 2
    ORDER BY similarity(term.word, typed.word) DESC, term.word LIMIT 12
) AS near
WHERE NOT EXISTS (SELECT FROM knowledgebase_term term WHERE term.word LIKE typed.word || '%%')
"""


def spell(words: Sequence[str]) -> str:
    """Give the query as it was perhaps meant; empty where every word is known or none is near."""
    typed = [word.casefold() for word in words if len(word) >= _SHORTEST and word.isalpha()][:_MOST_WORDS]
    if not typed:
        return ""
    with connection.cursor() as cursor:
        cursor.execute(_NEAREST, {"typed": typed})
        rows = cursor.fetchall()
    meant: dict[str, tuple[int, int, str]] = {}
    for place, (word, near) in enumerate(rows):
        away = distance(word, near)
        if away <= (1 if len(word) < 6 else 2):
            meant[word] = min(meant.get(word, (9, 0, "")), (away, place, near))
    if not meant:
        return ""
    return " ".join(meant[word.casefold()][2] if word.casefold() in meant else word for word in words)


def distance(one: str, other: str) -> int:
    """Count the letters to change, add, leave out or swap with their neighbour."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, wanted in enumerate(other, start=1):
            best = min(last[column] + 1, now[-1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        before, last = last, now
    return last[-1]
