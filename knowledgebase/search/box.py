"""The search box: a few typed words, the last one perhaps half typed or misspelt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import BooleanField, Case, F, Field, FloatField, Func, Q, TextField, Value, When
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from knowledgebase.models import Article, ArticleQuerySet, ArticleText
from knowledgebase.search.expanding import Known, look_up
from knowledgebase.search.meaning import spell
from knowledgebase.search.remembering import remember
from knowledgebase.search.wording import with_umlauts, words
from people.models import User

_CONFIGS = {"de": "helpdesk_german", "en": "helpdesk_english"}
_MOST_TYPED, _MOST_NAMES = 10, 12
_ALIKE = 0.5
# Of the best score: what has all words needs less than what has some.
_TAIL, _TAIL_OF_SOME = 0.2, 0.45
# Signs that no keyboard types: they survive escaping and become <mark> after it.
_BEGIN, _END = "\ue000", "\ue001"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A text that was searched for, with the words marked."""

    text: ArticleText
    title: SafeString
    excerpt: SafeString


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a search gives: hits, and what was perhaps meant; `instead`: the hits are for that."""

    hits: list[Hit]
    meant: str = ""
    instead: bool = False


def ask(
    query: str, user: User | AnonymousUser, language: str, *, place: str, within: ArticleQuerySet | None = None
) -> Answer:
    """Search for somebody: forgive what was mistyped, and write down what was searched for."""
    hits = search(query, user, language, within=within)
    meant = spell(words(query)[:_MOST_TYPED])
    # A spelling is offered only when it leads somewhere this person may read: it gives no word of other texts away.
    better = search(meant, user, language, within=within) if meant else []
    remember(query, hits=len(hits), user=user, language=language, place=place, now=timezone.now())
    return Answer(hits=hits or better, meant=meant if better else "", instead=not hits and bool(better))


def search(
    query: str, user: User | AnonymousUser, language: str, *, within: ArticleQuerySet | None = None, limit: int = 20
) -> list[Hit]:
    """Find what this person may read, one text an article; all words before some words, typing errors forgiven."""
    typed = words(query)[:_MOST_TYPED]
    if not typed:
        return []
    known = look_up(typed)
    typed = known.telling(typed)
    articles = Article.objects.visible_to(user) if within is None else within.visible_to(user)
    every, some = ({spoken: _query(typed, known, spoken, joint) for spoken in _CONFIGS} for joint in (" & ", " | "))
    found = (
        ArticleText.objects.of(articles)
        .select_related("article__owner", "article__category")
        .annotate(alike=TrigramWordSimilarity(" ".join(typed), "title"))
        .filter(Q(alike__gte=_ALIKE) | _matches(some))
        .annotate(
            complete=Case(When(_matches(every), then=True), default=False, output_field=BooleanField()),
            rank=_by_language(
                {spoken: SearchRank(F("search_vector"), asked) for spoken, asked in some.items()}, FloatField()
            )
            + F("alike")
            + Case(When(language=language, then=0.05), default=0.0, output_field=FloatField()),
            marked_title=_marked(F("title"), some, highlight_all=True),
            marked_body=_marked(_body(), some, max_fragments=1, max_words=28, min_words=12),
        )
        .order_by("-complete", "-rank", "pk")[: 2 * limit]
    )
    hits: dict[int, Hit] = {}
    for text in _without_tail(list(found)):
        hits.setdefault(
            text.article_id, Hit(text=text, title=_safe(text.marked_title), excerpt=_safe(text.marked_body))
        )
    return list(hits.values())[:limit]


def _without_tail(found: list[Any]) -> list[Any]:
    """Leave out what is far weaker than the best: a long list hides what helps."""
    best = max((text.rank for text in found), default=0.0)
    has_complete = any(text.complete for text in found)
    return [
        text for text in found if text.rank >= best * (_TAIL if text.complete or not has_complete else _TAIL_OF_SOME)
    ]


def _query(typed: list[str], known: Known, language: str, joint: str) -> SearchQuery:
    parts = []
    for word in typed:
        small = word.casefold()
        spellings = {word, with_umlauts(word)} if language == "de" else {word}
        names = [f"'{spelling}':*" for spelling in sorted(spellings)]
        names += [
            _phrase(other) for other, spoken in known.same.get(small, ())[:_MOST_NAMES] if spoken in ("", language)
        ]
        if small in known.halves:
            names.append("(" + " & ".join(f"'{half}':*" for half in known.halves[small]) + ")")
        parts.append("(" + " | ".join(names) + ")")
    return SearchQuery(joint.join(parts), config=_CONFIGS[language], search_type="raw")


def _phrase(text: str) -> str:
    inside = [f"'{word}'" for word in words(text)]
    return "(" + " <-> ".join(inside) + ")" if inside else "''"


def _matches(asked: dict[str, SearchQuery]) -> Q:
    found = Q()
    for language, query in asked.items():
        found |= Q(language=language, search_vector=query)
    return found


def _by_language(expressions: Mapping[str, Func], output: "Field[Any, Any]") -> Case:
    return Case(*(When(language=key, then=value) for key, value in expressions.items()), output_field=output)


def _body() -> Func:
    parts = [F("symptom"), F("cause"), F("steps"), F("keywords")]
    joined = Concat(*(piece for part in parts for piece in (part, Value(" "))), output_field=TextField())
    return Func(joined, Value("*#`>|"), Value(""), function="translate", output_field=TextField())


def _marked(source: F | Func, asked: dict[str, SearchQuery], **options: Any) -> Case:
    clean = Func(source, Value(_BEGIN + _END), Value(""), function="translate", output_field=TextField())
    headlines = {
        language: SearchHeadline(clean, query, config=_CONFIGS[language], start_sel=_BEGIN, stop_sel=_END, **options)
        for language, query in asked.items()
    }
    return _by_language(headlines, TextField())


def _safe(marked: str) -> SafeString:
    return mark_safe(escape(marked).replace(_BEGIN, "<mark>").replace(_END, "</mark>"))  # noqa: S308 escaped first
