"""The standard solutions that fit a whole request, and the words that say why."""

from dataclasses import dataclass

from django.db import connection

from knowledgebase.models import ArticleText, audiences_up_to
from knowledgebase.search.expanding import look_up
from knowledgebase.search.wording import Form, forms, words

# A score of 1 is what one word is worth that stands in one title only.
_LEAST_SCORE = 0.9
_LEAST_SCORE_OF_FEW_WORDS, _FEW_WORDS = 0.35, 3
_OTHER_LANGUAGE = 0.8
_MOST_LEXEMES = 20
_ALIKE = 0.6  # a word that only looks like one in the title: misspelt, or part of a compound
_SHORTEST_TYPO = 5
_MOST_WORDS_SHOWN = 4
_ANOTHER_NAME, _MOST_NAMES = 0.6, 60
_TAIL = 0.3  # of the best score: what is weaker only hides it

_RANK = """
WITH form AS (
    SELECT * FROM unnest(%(word)s::int[], %(spelling)s::text[], %(only)s::text[], %(worth)s::float[])
        AS form (word, spelling, only_language, worth)
), lexeme AS (
    SELECT language, lexeme, word, max(worth) AS worth
    FROM form
    JOIN (VALUES ('de', 'helpdesk_german'::regconfig), ('en', 'helpdesk_english'::regconfig)) spoken (language, config)
        ON only_language IN ('', language)
    CROSS JOIN LATERAL unnest(tsvector_to_array(to_tsvector(config, spelling))) AS lexeme
    GROUP BY language, lexeme, word
), pool AS NOT MATERIALIZED (
    SELECT text.id, text.article_id, text.language, text.title, text.search_vector
    FROM knowledgebase_articletext text JOIN knowledgebase_article article ON article.id = text.article_id
    WHERE article.state = 'published' AND article.audience = ANY(%(audiences)s)
), size AS (
    SELECT language, count(*)::float AS texts, ln(1 + (count(*) - 0.5) / 1.5) AS rarest FROM pool GROUP BY language
), spread AS (
    SELECT lexeme.language, lexeme.lexeme, min(word) AS word, max(worth) AS worth, found.texts
    FROM lexeme
    CROSS JOIN LATERAL (SELECT count(*)::float AS texts FROM pool
        WHERE pool.language = lexeme.language AND search_vector @@ ('''' || lexeme || '''')::tsquery) AS found
    WHERE found.texts > 0
    GROUP BY lexeme.language, lexeme.lexeme, found.texts
), telling AS (
    SELECT *, row_number() OVER (PARTITION BY language ORDER BY weight * worth DESC, word) AS place
    FROM (SELECT spread.*, ln(1 + (size.texts - spread.texts + 0.5) / (spread.texts + 0.5)) / size.rarest AS weight
          FROM spread JOIN size USING (language)) AS weighed
), matched AS (
    SELECT pool.id, telling.word,
        weight * worth / 0.6079
            * ts_rank('{0.15, 0.35, 0.6, 1}', search_vector, ('''' || lexeme || '''')::tsquery) AS score
    FROM telling JOIN pool ON pool.language = telling.language AND search_vector @@ ('''' || lexeme || '''')::tsquery
    WHERE place <= %(most)s
), unknown AS (
    SELECT word, spelling FROM form
    WHERE worth >= 1 AND only_language = '' AND length(spelling) >= %(shortest_typo)s
        AND word NOT IN (SELECT word FROM spread)
        AND (SELECT count(DISTINCT language) FROM lexeme WHERE lexeme.word = form.word) = 2  -- no stop word
    ORDER BY word LIMIT %(most)s
), alike AS (
    SELECT pool.id, word, word_similarity(spelling, title) * %(alike)s AS score
    FROM unknown JOIN pool ON title %%> spelling
), by_word AS (
    SELECT id, word, sum(score) AS score FROM (SELECT * FROM matched UNION ALL SELECT * FROM alike) AS every
    GROUP BY id, word
), ranked AS (
    SELECT pool.article_id, pool.id, array_agg(word ORDER BY score DESC, word) AS words,
        sum(score) * CASE WHEN pool.language = %(language)s THEN 1 ELSE %(other)s END AS rank
    FROM by_word JOIN pool USING (id)
    GROUP BY pool.article_id, pool.id, pool.language
), best AS (
    SELECT DISTINCT ON (article_id) * FROM ranked ORDER BY article_id, rank DESC, id
)
SELECT id, rank, words FROM best WHERE rank >= %(least)s ORDER BY rank DESC, id LIMIT %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class Found:
    """A text that may solve the request, why, and how often it helped before."""

    text: ArticleText
    score: float
    words: tuple[str, ...]
    helped: int = 0
    tried: int = 0
    in_other_language: bool = False


def find_solutions(text: str, *, language: str, audience: str = "agents", limit: int = 3) -> list[Found]:
    """Find the published articles for that audience that fit a whole request, best first; nothing when nothing fits."""
    written = words(text)
    if not written:
        return []
    known = look_up(written)
    request = [word for word in written if word.casefold() not in known.fillers]
    if not request:
        return []
    first_line = words(text.strip().split("\n", 1)[0])
    spellings = list(forms(request, subject=sum(word.casefold() not in known.fillers for word in first_line)))
    spellings += _other_names(request, known.same)
    with connection.cursor() as cursor:
        cursor.execute(
            _RANK,
            {
                "word": [form.word for form in spellings],
                "spelling": [form.spelling for form in spellings],
                "only": [form.language for form in spellings],
                "worth": [form.worth for form in spellings],
                "audiences": audiences_up_to(audience),
                "language": language,
                "other": _OTHER_LANGUAGE,
                "most": _MOST_LEXEMES,
                "alike": _ALIKE,
                "shortest_typo": _SHORTEST_TYPO,
                "least": _LEAST_SCORE if len(request) > _FEW_WORDS else _LEAST_SCORE_OF_FEW_WORDS,
                "limit": limit,
            },
        )
        rows = cursor.fetchall()
    rows = [row for row in rows if row[1] >= rows[0][1] * _TAIL]
    texts = ArticleText.objects.select_related("article").in_bulk([pk for pk, _, _ in rows])
    return [
        Found(
            text=texts[pk],
            score=round(score, 3),
            words=tuple(request[number] for number in numbers[:_MOST_WORDS_SHOWN]),
            in_other_language=texts[pk].language != language,
        )
        for pk, score, numbers in rows
        if pk in texts
    ]


def _other_names(request: list[str], same: dict[str, list[tuple[str, str]]]) -> list[Form]:
    """Look for what a word is called elsewhere, too; a name of several words is looked for by its longest."""
    found = []
    for number, word in enumerate(request):
        for other, language in same.get(word.casefold(), ()):
            name = max(other.split(), key=len)
            found.append(Form(number, name, language, _ANOTHER_NAME))
    return found[:_MOST_NAMES]
