"""How urgent, and for how many? The words and facts that speak for it."""

import re
from dataclasses import dataclass

from tickets.models import Ticket

_URGENT = re.compile(
    r"\b(dringend\w*|sofort|asap|urgent\w*|eilt|schnellstmöglich|notfall|emergency|stillstand|steht still|"
    r"nichts geht mehr|kann nicht arbeiten|nicht arbeitsfähig|can(?:no|')?t work|unable to work|immediately|"
    r"as soon as possible|deadline|frist|kundentermin)\b"
)
_MANY = re.compile(
    r"\b(ganze[rns]? (?:abteilung|team|büro|standort|stockwerk|etage)|alle kolleg\w+|mehrere kolleg\w+|niemand kann|"
    r"keiner kann|whole (?:team|office|department|site|floor)|everyone|everybody|nobody can|all colleagues|"
    r"several colleagues|gesamte\w* (?:team|abteilung|standort))\b"
)
_SITE = re.compile(
    r"\b(ganze[rns]? (?:standort|firma)|alle standorte|whole (?:site|company)|produktion steht|all sites)\b"
)


@dataclass(frozen=True)
class Weight:
    """Impact and urgency with the words that speak for them."""

    impact: int
    urgency: int
    words: tuple[str, ...]


def weigh(text: str, *, is_vip: bool) -> Weight:
    """Read impact and urgency from the text; without such words it is one person's ordinary request."""
    lowered = " ".join(text.lower().split())[:20_000]
    urgent, many, site = _URGENT.search(lowered), _MANY.search(lowered), _SITE.search(lowered)
    impact = Ticket.Scale.HIGH if site else Ticket.Scale.MEDIUM if many or is_vip else Ticket.Scale.LOW
    urgency = Ticket.Scale.HIGH if urgent or site else Ticket.Scale.MEDIUM
    words = [found[0] for found in (site, many, urgent) if found]
    return Weight(int(impact), int(urgency), (*dict.fromkeys(words), *(["VIP"] if is_vip else [])))
