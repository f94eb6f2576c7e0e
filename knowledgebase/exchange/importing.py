"""Importing texts, or only trying to: the same code writes, and a trial takes it back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from knowledgebase.exchange.checking import checked, facts_of
from knowledgebase.exchange.rows import WORDS, Raw, Values, find, tidy
from knowledgebase.models import Article, ArticleText, Origin
from knowledgebase.operations import (
    AlreadyThere,
    Content,
    Facts,
    NotReady,
    Outdated,
    ReviewNeeded,
    archive,
    describe,
    publish,
    revise,
    translate,
    write_article,
)
from knowledgebase.permissions import can
from people.models import User

NEW, CHANGED, SAME, REFUSED = "new", "changed", "same", "refused"


@dataclass
class Line:
    """What becomes of one text: where it stands in the file, which it is, and why not."""

    raw: Raw
    verdict: str = SAME
    reasons: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    article: int | None = None

    @property
    def title(self) -> str:
        """Say which text it is."""
        return self.raw.values.get("title", "")[:200] or self.raw.values.get("id", "")[:200] or self.raw.file


@dataclass
class Report:
    """What became of every text of a file."""

    lines: list[Line]

    @property
    def counts(self) -> dict[str, int]:
        """Count the verdicts."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in (NEW, CHANGED, SAME, REFUSED)}


class _TakenBack(Exception):
    """Ends a trial."""


def run(raws: list[Raw], *, by: User, now: datetime, apply: bool) -> Report:
    """Import what is right and say what is wrong with the rest; without `apply`, nothing stays."""
    lines = [Line(raw) for raw in raws]
    groups: dict[str, list[Line]] = {}
    seen: set[tuple[str, str]] = set()
    for line in lines:
        line.reasons = checked(line.raw, seen)
        if line.reasons:
            line.verdict = REFUSED
        else:
            groups.setdefault(line.raw.values["id"], []).append(line)
    try:
        with transaction.atomic():
            for external, group in groups.items():
                _import(external, group, by, now)
            if not apply:
                raise _TakenBack
    except _TakenBack:
        for line in lines:
            line.article = None if line.verdict == NEW else line.article
    return Report(lines)


def _import(external: str, group: list[Line], by: User, now: datetime) -> None:
    """Import the texts of one article together: all of them, or none."""
    try:
        with transaction.atomic():
            _write(external, group, by, now)
    except ReviewNeeded:
        _refuse(group, gettext("Changes of this article are read by somebody else first; propose them in the article."))
    except Outdated:
        _refuse(group, gettext("Somebody changed it at this moment. Try again."))


def _write(external: str, group: list[Line], by: User, now: datetime) -> None:
    article = find(external)
    facts = facts_of(group[0].raw.values, article)
    if article is None:
        article = _begin(external, group[0], facts, by, now)
        rest = group[1:]
    else:
        if not _may_change(article, facts, by):
            _refuse(group, gettext("An article of this id is there, and it is not yours to change."))
            return
        if facts != Facts.of(article):
            article = describe(article, facts=facts, by=by, now=now)
            group[0].verdict = CHANGED
        rest = group
    for line in rest:
        _put(article, line, by, now)
    _move(article, group, by, now)
    for line in group:
        line.article = article.pk


def _may_change(article: Article, facts: Facts, by: User) -> bool:
    if not Article.objects.visible_to(by).filter(pk=article.pk).exists() or not can(by, "edit", article):
        return False
    return facts == Facts.of(article) or can(by, "describe", article)


def _begin(external: str, line: Line, facts: Facts, by: User, now: datetime) -> Article:
    values = line.raw.values
    article = write_article(language=values["language"], content=_content(values), facts=facts, by=by, now=now)
    if facts.key != external:
        Origin.objects.create(article=article, external_id=external)
    line.verdict = NEW
    return article


def _put(article: Article, line: Line, by: User, now: datetime) -> None:
    values = line.raw.values
    text = ArticleText.objects.filter(article=article, language=values["language"]).first()
    if text is None:
        translate(article, language=values["language"], content=_content(values), by=by, now=now)
        line.verdict = NEW
        return
    before = Content.of(text)
    content = _content(values, before)
    if content != before:
        revise(text, content=content, by=by, now=now, base_version=text.version)
        line.verdict = CHANGED


def _content(values: Values, before: Content | None = None) -> Content:
    """Give what the text shall say; a column that is not there, or differs by its line ends alone, changes nothing."""
    said = {}
    for name in WORDS:
        old = getattr(before, name) if before else ""
        new = values.get(name, old)
        said[name] = old if tidy(old) == new else new
    return Content(**said)


def _move(article: Article, group: list[Line], by: User, now: datetime) -> None:
    """Publish or archive as the file says; what cannot be published stays a draft, with a note why."""
    wanted = group[0].raw.values.get("state", "")
    article = Article.objects.get(pk=article.pk)
    if wanted == article.state or wanted not in (Article.State.PUBLISHED, Article.State.ARCHIVED):
        return
    action, move = ("publish", publish) if wanted == Article.State.PUBLISHED else ("archive", archive)
    if not can(by, action, article):
        group[0].notes.append(gettext("It stays as it is: publishing it is not yours to do."))
        return
    try:
        with transaction.atomic():
            move(article, by=by, now=now)
    except NotReady:
        group[0].notes.append(gettext("It stays a draft: each language needs its steps first."))
    except ReviewNeeded:
        group[0].notes.append(gettext("It stays a draft: its category demands a review."))
    except AlreadyThere:
        return
    else:
        for line in group:
            line.verdict = CHANGED if line.verdict == SAME else line.verdict


def _refuse(group: list[Line], why: str) -> None:
    for line in group:
        line.verdict, line.reasons, line.article = REFUSED, [(line.raw.line, why)], None
