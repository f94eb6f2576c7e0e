"""What is going on in the example company's knowledge base: reviews, a schedule, translations that fell behind."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from knowledgebase.models import Article, ArticleText, Category
from knowledgebase.operations import (
    Content,
    Facts,
    entrust,
    give_feedback,
    propose,
    publish,
    revise,
    schedule,
    submit,
    translate,
    write_article,
)
from knowledgebase.operations.categories import Shelf, save_category
from people.models import User


def tell(content: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    """Set up the categories' own rules and put articles on their way."""
    for row in content["categories"]:
        _category(row, now)
    for row in content["articles"]:
        _article(row, people[row["owner"]], now)
    _revise(content["revision"], people, now)
    _propose(content["proposal"], people, now)
    overdue = content["overdue"]
    check_on = (now - timedelta(days=overdue["days"])).date()
    entrust(_known(overdue["article"]), owner=people[overdue["owner"]], check_on=check_on, now=now)
    for row in content["feedback"]:
        for is_helpful, name in ((True, "helped"), (False, "failed")):
            for reader in row[name]:
                give_feedback(_known(row["article"]), is_helpful=is_helpful, person=people[reader], now=now)


def _category(row: dict[str, Any], now: datetime) -> None:
    known = Category.objects.filter(key=row["key"]).first()
    shelf = Shelf(**{name: getattr(known, name) for name in Shelf.__dataclass_fields__}) if known else None
    save_category(known, replace(shelf, **row) if shelf else Shelf(**row), by=None, now=now)


def _article(row: dict[str, Any], owner: User, now: datetime) -> None:
    category = Category.objects.get(key=row["category"])
    facts = Facts(
        key=row["key"], kind=row["kind"], audience=row["audience"], category_id=category.pk, minutes=row["minutes"]
    )
    article = write_article(language="de", content=_content(row["de"]), facts=facts, by=owner, now=now)
    if "en" in row:
        translate(article, language="en", content=_content(row["en"]), by=owner, now=now)
    if row["way"] == "review":
        submit(article, by=owner, now=now, comment=row["comment"])
    elif row["way"] == "scheduled":
        schedule(article, publish_at=now + timedelta(days=row["in_days"]), by=owner, now=now)
    else:
        publish(article, by=owner, now=now)


def _content(text: dict[str, Any]) -> Content:
    words = {name: value.strip() for name, value in text.items() if name != "keywords"}
    return Content(**words, keywords=", ".join(text["keywords"]))


def _revise(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    text = _text(row)
    revise(text, content=_longer(text, row), by=people[row["by"]], now=now, base_version=text.version)


def _propose(row: dict[str, Any], people: dict[str, User], now: datetime) -> None:
    text = _text(row)
    propose(
        text.article,
        language=text.language,
        content=_longer(text, row),
        base_version=text.version,
        by=people[row["by"]],
        now=now,
    )


def _longer(text: ArticleText, row: dict[str, Any]) -> Content:
    number = len(text.steps.splitlines()) + 1
    return Content(**{**asdict(Content.of(text)), "steps": f"{text.steps}\n{number}. {row['add_to_steps']}"})


def _text(row: dict[str, Any]) -> ArticleText:
    text: ArticleText = ArticleText.objects.get(article__key=row["article"], language=row["language"])
    return text


def _known(key: str) -> Article:
    return Article.objects.get(key=key)
