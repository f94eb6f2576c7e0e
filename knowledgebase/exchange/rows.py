"""One text of one article as plain values: what every format writes and reads."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from knowledgebase.models import Article, ArticleQuerySet, Category
from knowledgebase.operations import Content

FACTS = ("id", "language", "kind", "audience", "category", "minutes", "state")
WORDS = ("title", "symptom", "environment", "cause", "steps", "expected_result", "keywords")
LONG = ("symptom", "environment", "cause", "steps", "expected_result")
COLUMNS = (*FACTS, *WORDS)

Values = dict[str, str]
_OWN = re.compile(r"article-(\d{1,18})@(.+)")


@dataclass
class Raw:
    """What stands in a file, unchecked: values, where they stand, and what was wrong already."""

    values: Values
    file: str
    line: int = 1
    lines: dict[str, int] = field(default_factory=dict)
    problem: str = ""

    def line_of(self, name: str) -> int:
        """Say in which line a value stands."""
        return self.lines.get(name, self.line)


def rows_of(articles: ArticleQuerySet) -> Iterator[Values]:
    """Give every text of these articles as values, article by article."""
    for article in articles.with_texts().select_related("origin").order_by("pk"):
        for text in sorted(article.texts.all(), key=lambda one: one.pk):
            facts = {
                "id": external_id(article),
                "language": text.language,
                "kind": article.kind,
                "audience": article.chosen_audience or article.audience,
                "category": _key(article.category),
                "minutes": str(article.minutes),
                "state": article.state,
            }
            yield facts | {name: tidy(value) for name, value in asdict(Content.of(text)).items()}


def external_id(article: Article) -> str:
    """Give the name an article is known by outside."""
    origin = getattr(article, "origin", None)
    return str(origin or article.key or f"article-{article.pk}@{_host()}")


def find(external: str) -> Article | None:
    """Find the article known by that name."""
    found = Article.objects.filter(origin__external_id=external).first()
    found = found or Article.objects.filter(key=external).first()
    own = _OWN.fullmatch(external)
    if found is None and own is not None and own[2] == _host():
        found = Article.objects.filter(pk=int(own[1]), key__isnull=True, origin__isnull=True).first()
    return found


def tidy(text: str) -> str:
    """Give a text as every format keeps it: our line ends, nothing empty around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _key(category: Category | None) -> str:
    return category.key if category else ""


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).netloc or "helpdesk"
