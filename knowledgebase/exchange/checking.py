"""Is a text from outside one we can keep? Every value is looked at; each objection names its line."""

import re

from django.utils.translation import gettext

from knowledgebase.exchange.rows import LONG, Raw, Values, tidy
from knowledgebase.models import Article, ArticleText, Audience, Category
from knowledgebase.operations import Facts

_LONGEST, _LONGEST_TITLE, _LONGEST_KEYWORDS, _LONGEST_ID = 20_000, 200, 500, 200
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_KEY = re.compile(r"[-a-zA-Z0-9_]{1,80}")
_STATES = Article.State.values

Objections = list[tuple[int, str]]


def checked(raw: Raw, seen: set[tuple[str, str]]) -> Objections:
    """Give what is wrong with a text, by line; `seen` are the ids and languages of this file so far."""
    if raw.problem:
        return [(raw.line, raw.problem)]
    raw.values = {name: tidy(value) for name, value in raw.values.items()}
    values, found = raw.values, list[tuple[str, str]]()
    found += _named(values, seen)
    found += _chosen(values)
    for name in values:
        most = {"title": _LONGEST_TITLE, "keywords": _LONGEST_KEYWORDS}.get(name, _LONGEST if name in LONG else 200)
        if len(values[name]) > most:
            found.append((name, gettext("%(name)s is longer than %(most)s letters.") % {"name": name, "most": most}))
        if _CONTROL.search(values[name]):
            found.append((name, gettext("%(name)s holds control characters.") % {"name": name}))
    return [(raw.line_of(name), why) for name, why in found]


def facts_of(values: Values, article: Article | None) -> Facts:
    """Give what the article shall be; what the file does not say stays as it is."""
    known = Facts.of(article) if article else Facts(key=_free_key(values["id"]), audience=Audience.AGENTS)
    category = values.get("category")
    return Facts(
        key=known.key,
        kind=values.get("kind") or known.kind,
        audience=values.get("audience") or known.audience,
        category_id=known.category_id
        if category is None
        else (Category.objects.values_list("pk", flat=True).get(key=category) if category else None),
        minutes=int(values.get("minutes") or known.minutes),
    )


def _named(values: Values, seen: set[tuple[str, str]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    external, language = values.get("id", ""), values.get("language", "")
    if not external:
        found.append(("id", gettext("The id is missing: by it the article is known again.")))
    elif len(external) > _LONGEST_ID:
        found.append(("id", gettext("The id is too long.")))
    if language not in ArticleText.Language.values:
        found.append(("language", gettext("The language is neither “de” nor “en”.")))
    elif external and (external, language) in seen:
        found.append(("id", gettext("This id stands in the file twice in the same language.")))
    seen.add((external, language))
    if not values.get("title"):
        found.append(("title", gettext("The title is missing.")))
    return found


def _chosen(values: Values) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    choices = (("kind", Article.Kind.values), ("audience", Audience.values), ("state", _STATES))
    for name, known in choices:
        if values.get(name) and values[name] not in known:
            words = {"name": name, "known": ", ".join(known)}
            found.append((name, gettext("%(name)s is none of: %(known)s.") % words))
    minutes = values.get("minutes") or "5"
    if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 5 and 1 <= int(minutes) <= 480):
        found.append(("minutes", gettext("minutes is no number from 1 to 480.")))
    category = values.get("category")
    if category and not Category.objects.filter(key=category[:80]).exists():
        found.append(("category", gettext("There is no category of this key.")))
    internal = values.get("kind") == Article.Kind.INTERNAL
    if internal and values.get("audience") in (Audience.PUBLIC, Audience.CUSTOMERS):
        found.append(("audience", gettext("An internal article is for agents only.")))
    return found


def _free_key(external: str) -> str | None:
    return external if _KEY.fullmatch(external) else None
