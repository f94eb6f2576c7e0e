"""What triage says about each request, as lines to be scored."""

from collections.abc import Iterator, Sequence
from typing import Any

from tickets.triage.assessing import Assessment, assess
from tickets.triage.evaluating.loading import Loaded
from tickets.triage.evaluating.rows import RequestRow
from tickets.triage.proposing import topics_of


def answers(requests: Sequence[RequestRow], loaded: Loaded) -> Iterator[dict[str, Any]]:
    """Assess each request as if it had just come."""
    for request in requests:
        yield {"id": request.id, **_answer(request, assess(request.subject, request.body), loaded)}


def _answer(request: RequestRow, found: Assessment, loaded: Loaded) -> dict[str, Any]:
    likeliest = found.solutions[0].article if found.solutions else None
    answer: dict[str, Any] = {
        "language": found.language,
        "topics": topics_of(likeliest, "", request.subject, found.language),
        "solutions": [
            [loaded.texts[one.text], round(one.score if one.confidence is None else one.confidence, 6)]
            for one in found.solutions
            if one.text in loaded.texts
        ],
    }
    queues = [guess for guess in found.queues if guess.label in loaded.queues]
    if queues:
        names = [loaded.queues[guess.label] for guess in queues]
        answer |= {"queue": names[0], "queues": names, "queue_score": round(queues[0].confidence, 6)}
    priorities = [guess.label for guess in found.priorities if guess.label in loaded.priorities]
    if priorities:
        answer["priority"] = loaded.priorities[priorities[0]]
    return answer
