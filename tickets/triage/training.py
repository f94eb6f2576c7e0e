"""
Learns a new version from the solved tickets, once a night and on demand.

One training runs at a time (a lock of the database's session). What a killed worker left behind is marked as failed by the
next one. A new version is used when it does no worse on tickets it had not seen than the one in use; otherwise it waits for
an administrator, who may also go back to any version whose content is still there.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from tickets.models import SolutionAttempt, Ticket, TriageModel
from tickets.triage import lessons
from tickets.triage.learning import labels, packing, ranking
from tickets.triage.learning.memory import Memory

log = logging.getLogger(__name__)

EVERY = timedelta(hours=24)
FEWEST_TICKETS = 50
KEPT = 5  # versions whose content is kept, to go back to
TOLERATED = 0.02
WAITING = "waiting"
_LOCK = 0x7121A6E
State = TriageModel.State


def is_due(now: datetime) -> bool:
    """Tell whether someone asked for a training, or the last is a day old and there is something new to learn."""
    if TriageModel.objects.filter(state=State.TRAINING, step=WAITING).exists():
        return True
    last = TriageModel.objects.exclude(state=State.FAILED).aggregate(at=Max("made_at"))["at"]
    tried = TriageModel.objects.aggregate(at=Max("made_at"))["at"]
    if tried is not None and now - tried < EVERY:
        return False
    solved = Ticket.objects.filter(state__in=["resolved", "closed"])
    if last is not None:
        return solved.filter(resolved_at__gt=last).exists()
    return solved[FEWEST_TICKETS - 1 : FEWEST_TICKETS].exists() or SolutionAttempt.objects.exists()


def ask_for(*, now: datetime) -> TriageModel:
    """Ask for a training; asking twice asks once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE tickets_triagemodel IN SHARE ROW EXCLUSIVE MODE")
        asked = TriageModel.objects.filter(state=State.TRAINING, step=WAITING).first()
        if asked is not None:
            return asked
        version = (TriageModel.objects.aggregate(last=Max("version"))["last"] or 0) + 1
        return TriageModel.objects.create(version=version, made_at=now, step=WAITING)


def train(*, now: datetime) -> TriageModel | None:
    """Learn a new version; `None` when another training is running."""
    with _alone() as alone:
        if not alone:
            return None
        _give_up(State.TRAINING)
        model = ask_for(now=now)
        try:
            return _learn(model, now)
        except Exception as error:
            log.exception("Training %s failed.", model)
            _note(model, type(error).__name__, state=State.FAILED)
            raise


def use(model: TriageModel) -> None:
    """Use this version from now on, in place of the one in use."""
    with transaction.atomic():
        model = TriageModel.objects.select_for_update().get(pk=model.pk)
        if not model.size or model.state == State.ACTIVE:
            return
        TriageModel.objects.filter(state=State.ACTIVE).update(state=State.RETIRED)
        TriageModel.objects.filter(pk=model.pk).update(state=State.ACTIVE)


def _learn(model: TriageModel, now: datetime) -> TriageModel:
    _note(model, "reading")
    taught = lessons.read(now)
    articles = lessons.papers()
    _note(model, "solutions")
    solutions = ranking.learn(articles, taught.numbers, taught.solved_by, taught.words)
    _note(model, "queues")
    texts = list(taught.texts)
    packed = packing.Packed(
        solutions,
        queues=labels.fit(texts, list(taught.queues)),
        priorities=labels.fit(texts, list(taught.priorities)),
        others=Memory(taught.other_words, *packing.numbered(taught.others)),
    )
    _note(model, "writing")
    content = packing.pack(packed)
    figures = {**solutions.figures, "tickets": taught.count, "solved": len(taught.numbers), "articles": len(articles)}
    _store(model, content, figures)
    _clear_old()
    model.refresh_from_db(fields=["state", "step", "figures", "size"])
    return model


@transaction.atomic
def _store(model: TriageModel, content: bytes, figures: dict[str, float]) -> None:
    seconds = (timezone.now() - model.made_at).total_seconds()
    TriageModel.objects.filter(pk=model.pk).update(
        content=content,
        size=len(content),
        figures={**figures, "seconds": round(seconds, 1)},
        state=State.DRAFT,
        step="",
    )
    rival = TriageModel.objects.filter(state=State.ACTIVE).first()
    if rival is None or _is_no_worse(figures, rival.figures):
        use(model)


def _is_no_worse(figures: dict[str, float], than: dict[str, float]) -> bool:
    return "hit1" not in than or figures.get("hit1", 0.0) >= than["hit1"] - TOLERATED


def _clear_old() -> None:
    """Keep the content of the newest versions and of the one in use; the figures stay for good."""
    newest = list(TriageModel.objects.exclude(size=0).values_list("pk", flat=True)[:KEPT])
    old = TriageModel.objects.exclude(pk__in=newest).exclude(state=State.ACTIVE).exclude(size=0)
    old.update(content=b"", size=0, state=State.RETIRED)


def _give_up(state: str) -> None:
    """Mark what a killed worker left."""
    TriageModel.objects.filter(state=state).exclude(step=WAITING).update(state=State.FAILED, step="killed")


def _note(model: TriageModel, step: str, **more: str) -> None:
    TriageModel.objects.filter(pk=model.pk).update(step=step[:80], **more)


@contextmanager
def _alone() -> Iterator[bool]:
    """Hold the lock of the session; it falls with the connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        got = bool(cursor.fetchone()[0])
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
