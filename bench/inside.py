"""What runs inside the product: sessions for the clients, and the work of the background measured on its own."""

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.utils import timezone  # noqa: E402

from people.models import User  # noqa: E402
from tickets import relay, timers  # noqa: E402
from tickets.loading import AGENT  # noqa: E402
from tickets.models import Clock, Event, Queue, Ticket  # noqa: E402

CLIENTS = 8
CLOCKS = 400


def world() -> dict[str, Any]:
    """Log the clients in and find what they look at."""
    agent = User.objects.get(email=AGENT)
    agent.language = "en"
    agent.save(update_fields=["language"])
    requesters = list(User.objects.filter(role=User.Role.REQUESTER, requests__isnull=False).distinct()[:CLIENTS])
    open_ = Ticket.objects.open()
    busiest = open_.values("queue__slug").annotate(n=Count("pk")).order_by("-n")[0]
    newest = Ticket.objects.order_by("-pk").values_list("pk", flat=True)[0]
    twenty = Ticket.objects.filter(pk__in=range(500, newest + 1, 500), version=20)
    return {
        "agents": [_session(agent) for _ in range(CLIENTS)],
        "requesters": [_session(person) for person in requesters],
        "queue": busiest["queue__slug"],
        "twenty": list(twenty.order_by("-pk").values_list("pk", flat=True)[:50]),
        "reply": [pk for pk in open_.exclude(assignee=None).order_by("-pk").values_list("pk", flat=True) if pk % 500],
        "codes": list(range(1000, newest + 1, 1000))[-50:],
    }


def _session(person: User) -> str:
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)


def escalation() -> dict[str, Any]:
    """Let many clocks run out, each ticket with a level to go to, and fire them."""
    now = timezone.now()
    experts = Queue.objects.create(slug="experts", name_de="Experten", name_en="Experts", tier=Queue.Tier.SECOND)
    Queue.objects.exclude(pk=experts.pk).update(escalates_to=experts, tier=Queue.Tier.FIRST)
    running = Clock.objects.filter(state=Clock.State.RUNNING).exclude(ticket__queue=experts)
    chosen = list(running.order_by("pk").values_list("pk", flat=True)[:CLOCKS])
    moment = now - timedelta(minutes=1)
    Clock.objects.filter(pk__in=chosen).update(due_at=moment, wake_at=moment)
    timers.fire_due(now, limit=5)  # the first ones fill caches
    return _measured(lambda: timers.fire_due(now, limit=CLOCKS))


def relaying() -> dict[str, Any]:
    """Tell the subscribers of what the clients did before."""
    relay.relay_due(timezone.now(), limit=5)
    due = Event.objects.filter(relay_at__isnull=False).count()
    return _measured(lambda: relay.relay_due(timezone.now(), limit=min(due, 400)))


def _measured(work: Callable[[], int]) -> dict[str, Any]:
    wall, cpu = time.monotonic(), time.process_time()
    print("begin", flush=True)
    sys.stdin.readline()
    done = work()
    print("end", flush=True)
    sys.stdin.readline()
    return {"done": done, "seconds": time.monotonic() - wall, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    print(json.dumps({"world": world, "escalation": escalation, "relaying": relaying}[sys.argv[1]]()))
