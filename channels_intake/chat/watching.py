"""Whether anybody would see a new chat: agents whose pages are open."""

from datetime import datetime, timedelta

from channels_intake.models import Watch
from people.models import User

AWAY_AFTER = timedelta(minutes=5)
_EVERY = timedelta(seconds=30)


def watch(agent: User, now: datetime) -> None:
    """Remember that this agent's page is open."""
    fresh = Watch.objects.filter(pk=agent.pk, seen_at__gt=now - _EVERY).exists()
    if not fresh:
        Watch.objects.update_or_create(pk=agent.pk, defaults={"seen_at": now})


def is_anybody_there(now: datetime) -> bool:
    """Tell whether an agent's page was open in the last minutes."""
    return Watch.objects.filter(seen_at__gt=now - AWAY_AFTER, agent__in=User.objects.agents()).exists()
