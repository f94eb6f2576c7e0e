"""
Learns a new version from the solved tickets, once a night and on demand.

One training runs at a time (a lock of the database's session). What a killed worker left behind is marked as failed by the
next one.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from tickets.models import TriageModel
from tickets.triage import lessons, meaning
from tickets.triage.learning import labels, packing, ranking
from tickets.triage.learning.memory import Memory
from tickets.triage.versions import WAITING, ask_for, clear_old, is_no_worse, is_other_kind, use

log = logging.getLogger(__name__)

_LOCK = 0x7121A6E
State = TriageModel.State


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


def _learn(model: TriageModel, now: datetime) -> TriageModel:
    _note(model, "reading")
    encoder = meaning.encoder()
    taught = lessons.read(now, keep_texts=encoder is not None)
    articles = lessons.papers()
    _note(model, "solutions")
    solutions = ranking.learn(
        articles, taught.numbers, taught.solved_by, taught.words,
        meanings=encoder.solved(list(taught.said), len(taught.numbers)) if encoder is not None else None, encoder=encoder,
    )  # fmt: skip
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
    if encoder is not None:
        figures["vectors"] = 1
    _store(model, content, figures)
    clear_old()
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
    if rival is None or is_other_kind(rival.figures) or is_no_worse(figures, rival.figures):
        use(model)


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
