"""Whether somebody works in the second level; the knowledge base asks, as named in the settings."""

from people.models import User
from tickets.models import Membership, Queue
from tickets.models.queue import levels_of


def is_second_level(user: User) -> bool:
    """Tell whether this agent answers in a queue behind the first level; read once for each loaded person."""
    known: bool | None = getattr(user, "_is_second_level", None)
    if known is None:
        queues = [queue for queue, level in levels_of(user).items() if level >= Membership.Level.REPLY]
        known = Queue.objects.filter(pk__in=queues, tier__gt=Queue.Tier.FIRST).exists() if queues else False
        user._is_second_level = known  # type: ignore[attr-defined]
    return known
