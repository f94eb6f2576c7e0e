"""How well an article helps, for pages of agents."""

from typing import Any

from django import template
from django.utils import timezone

from knowledgebase.models import Article
from tickets.effectiveness import Week, by_week, effect_of

register = template.Library()
_TALL = 24


@register.inclusion_tag("tickets/_effect.html")
def effect(article: Article) -> dict[str, Any]:
    """Draw what came of an article, with its last weeks."""
    weeks = by_week([article.pk], timezone.now()).get(article.pk, [])
    return {"effect": effect_of(article.pk), "weeks": weeks, "article": article}


@register.inclusion_tag("tickets/_trend.html")
def trend(weeks: list[Week]) -> dict[str, Any]:
    """Draw the share that helped week by week; the numbers stand in its name."""
    bars = [
        {"week": week, "x": number * 11, "height": height, "y": _TALL - height}
        for number, week in enumerate(weeks)
        for height in [max(2, week.percent * _TALL // 100) if week.tried else 0]
    ]
    return {"bars": bars, "width": max(1, len(weeks) * 11), "tall": _TALL, "is_empty": not any(w.tried for w in weeks)}
