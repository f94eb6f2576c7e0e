"""
The versions of what was learnt: asked for, used, gone back to, cleared away.

A new version is used when it does no worse on tickets it had not seen than the one in use; otherwise it waits for an
administrator, who may also go back to any version whose content is still there. The pages use this module: the model itself
is not loaded here.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from knowledgebase.models import ArticleText
from tickets.models import Ticket, TriageModel
from tickets.triage.extras import has_vectors

EVERY = timedelta(hours=24)
SOON = timedelta(minutes=10)
FEWEST_TICKETS = 50
KEPT = 5  # versions whose content is kept, to go back to
TOLERATED = 0.02
WAITING = "waiting"
State = TriageModel.State


def is_due(now: datetime) -> bool:
    """Tell whether someone asked for a training, or the last is a day old and there is something new to learn."""
    if TriageModel.objects.filter(state=State.TRAINING, step=WAITING).exists():
        return True
    last = TriageModel.objects.exclude(state=State.FAILED).aggregate(at=Max("made_at"))["at"]
    tried = TriageModel.objects.aggregate(at=Max("made_at"))["at"]
    if tried is not None and now - tried > SOON and _is_newest_of_other_kind():
        return True
    if tried is not None and now - tried < EVERY:
        return False
    solved = Ticket.objects.filter(state__in=["resolved", "closed"])
    if last is not None:
        return solved.filter(resolved_at__gt=last).exists()
    # The first version needs no tickets: it ranks by the words, likeness and meaning of the articles.
    published = ArticleText.objects.filter(article__state="published")
    return published.exists() or solved[FEWEST_TICKETS - 1 : FEWEST_TICKETS].exists()


def ask_for(*, now: datetime) -> TriageModel:
    """Ask for a training; asking twice asks once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE tickets_triagemodel IN SHARE ROW EXCLUSIVE MODE")
        asked = TriageModel.objects.filter(state=State.TRAINING, step=WAITING).first()
        if asked is not None:
            return asked
        version = (TriageModel.objects.aggregate(last=Max("version"))["last"] or 0) + 1
        return TriageModel.objects.create(version=version, made_at=now, step=WAITING)


def use(model: TriageModel) -> None:
    """Use this version from now on, in place of the one in use."""
    with transaction.atomic():
        model = TriageModel.objects.select_for_update().get(pk=model.pk)
        if not model.size or model.state == State.ACTIVE:
            return
        TriageModel.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
        TriageModel.objects.filter(pk=model.pk).update(state=State.ACTIVE)


def is_no_worse(figures: dict[str, float], than: dict[str, float]) -> bool:
    """Tell whether a version may take the place of another by itself."""
    return "hit1" not in than or figures.get("hit1", 0.0) >= than["hit1"] - TOLERATED


def is_other_kind(figures: dict[str, float]) -> bool:
    """Tell whether a version was learnt with vectors and there are none now, or the other way round."""
    return bool(figures.get("vectors")) != has_vectors()


def _is_newest_of_other_kind() -> bool:
    learnt = TriageModel.objects.exclude(state__in=[State.FAILED, State.TRAINING]).order_by("-version")
    newest = learnt.values_list("figures", flat=True).first()
    return newest is not None and is_other_kind(newest)


def clear_old() -> None:
    """Keep the content of the newest versions and of the one in use; the figures stay for good."""
    newest = list(TriageModel.objects.exclude(size=0).values_list("pk", flat=True)[:KEPT])
    old = TriageModel.objects.exclude(pk__in=newest).exclude(state=State.ACTIVE).exclude(size=0)
    old.update(content=b"", size=0, state=State.RETIRED)
