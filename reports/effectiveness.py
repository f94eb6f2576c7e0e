"""Which articles help, in numbers and in words."""

from dataclasses import dataclass
from datetime import datetime

from helpdesk.lib.statistics import Difference, Verdict, difference, verdict
from knowledgebase.models import Article
from people.models import User
from tickets.effectiveness import Effect, Week, by_week, effects

ORDERS = ("helped", "tried", "minutes")


@dataclass(frozen=True, kw_only=True)
class Row:
    """An article and what came of it."""

    article: Article
    title: str
    effect: Effect
    weeks: list[Week]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two articles side by side."""

    one: Row
    other: Row
    difference: Difference | None
    verdict: Verdict

    @property
    def better(self) -> Row | None:
        """Give the one that helped more often, if one did."""
        if self.difference is None or self.difference.value == 0:
            return None
        return self.one if self.difference.value > 0 else self.other

    @property
    def points(self) -> int:
        """Give the difference in percentage points."""
        return abs(round(self.difference.value * 100)) if self.difference else 0

    @property
    def low(self) -> int:
        """Give the lower end of the interval, seen from the better one."""
        return min(self._ends)

    @property
    def high(self) -> int:
        """Give the upper end of the interval, seen from the better one."""
        return max(self._ends)

    @property
    def _ends(self) -> tuple[int, int]:
        if self.difference is None:
            return 0, 0
        sign = -1 if self.difference.value < 0 else 1
        return round(self.difference.low * 100 * sign), round(self.difference.high * 100 * sign)


def rows(user: User, language: str, now: datetime, order: str = ORDERS[0], most: int = 200) -> list[Row]:
    """Give the articles this person may read that were tried, by what is sure of their share, by number or minutes."""
    known = effects()
    articles = Article.objects.visible_to(user).filter(pk__in=known).with_texts()
    weeks = by_week(list(known), now)
    found = [_row(article, language, known[article.pk], weeks.get(article.pk, [])) for article in articles]
    if order == "tried":
        found.sort(key=lambda row: (-row.effect.tried, row.title))
    elif order == "minutes":
        found.sort(key=lambda row: (row.effect.minutes is None, row.effect.minutes or 0, row.title))
    else:
        # By the lower end: two of two are less than 41 of 45.
        found.sort(key=lambda row: (-row.effect.interval.low, row.title))
    return found[:most]


def compare(one: Article, other: Article, language: str, now: datetime) -> Comparison:
    """Put two articles side by side."""
    pks = [one.pk, other.pk]
    known, weeks = effects(pks), by_week(pks, now)
    first, second = (
        _row(article, language, known.get(article.pk, Effect(article=article.pk)), weeks.get(article.pk, []))
        for article in (one, other)
    )
    shares = (first.effect.helped, first.effect.tried, second.effect.helped, second.effect.tried)
    both = first.effect.tried and second.effect.tried
    return Comparison(
        one=first, other=second, difference=difference(*shares) if both else None, verdict=verdict(*shares)
    )


def _row(article: Article, language: str, effect: Effect, weeks: list[Week]) -> Row:
    text = article.text_in(language)
    return Row(article=article, title=text.title if text else str(article), effect=effect, weeks=weeks)
