"""Which queue is it for? By the rules administrators write."""

import re
from dataclasses import dataclass

from tickets.models import Queue, RoutingRule


@dataclass(frozen=True)
class Route:
    """A queue and the word of the request that led there."""

    queue: Queue
    directly: bool
    word: str


def route_for(text: str) -> Route | None:
    """Find the first rule one of whose words or phrases stands in the text."""
    lowered = " ".join(text.lower().split())[:20_000]
    for rule in RoutingRule.objects.filter(is_active=True, queue__is_active=True).select_related("queue"):
        for word in (line.strip().lower() for line in rule.words.splitlines()):
            # German compounds: "drucker" is also found in "etikettendrucker" and "druckertreiber", "vpn" only as a word.
            pattern = re.escape(word) if len(word) > 4 else rf"(?<!\w){re.escape(word)}(?!\w)"
            if word and re.search(pattern, lowered):
                return Route(rule.queue, rule.directly, word)
    return None
