"""What a text says and what an article is, as one value each; and putting them into their rows."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

from knowledgebase.models import Article, ArticleText, Category, Picture, narrower
from people.models import User

PICTURE_ADDRESS = re.compile(r"/knowledge/attachments/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/")


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a text says."""

    title: str
    symptom: str = ""
    environment: str = ""
    cause: str = ""
    steps: str = ""
    expected_result: str = ""
    keywords: str = ""

    @classmethod
    def of(cls, text: ArticleText) -> Self:
        """Read what a text says today."""
        return cls(**{field.name: getattr(text, field.name) for field in fields(cls)})

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Read what a revision or a proposal kept."""
        return cls(**{field.name: kept[field.name] for field in fields(cls)})


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What an article is, in every language; its category may make the audience narrower than the chosen one."""

    key: str | None = None
    kind: str = Article.Kind.STANDARD_SOLUTION
    audience: str = Article.Audience.PUBLIC
    category_id: int | None = None
    minutes: int = 5

    @classmethod
    def of(cls, article: Article) -> Self:
        """Read what an article is today."""
        return cls(
            key=article.key,
            kind=article.kind,
            audience=article.chosen_audience or article.audience,
            category_id=article.category_id,
            minutes=article.minutes,
        )


def lock_category(pk: int | None) -> Category | None:
    """Lock a category, so that its audience stays what it is until the article is saved; before the article."""
    return None if pk is None else Category.objects.select_for_update().get(pk=pk)


def put_facts(article: Article, facts: Facts, category: Category | None) -> None:
    """Make the article what the facts say; of its own audience and its category's the narrower one counts."""
    for name, value in asdict(facts).items():
        if name != "audience":
            setattr(article, name, value)
    article.category = category
    article.chosen_audience = facts.audience
    article.audience = narrower(facts.audience, category.audience) if category else facts.audience


def keep_pictures(article: Article, content: Content, *, by: User | None) -> None:
    """Give the article the pictures its writer pasted into this text; those of other articles stay theirs."""
    keys = {key for words in asdict(content).values() for key in PICTURE_ADDRESS.findall(words)}
    if keys and by is not None:
        Picture.objects.filter(key__in=keys, article__isnull=True, added_by=by).update(article=article)
