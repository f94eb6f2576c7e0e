"""Tells one of a few labels, such as a queue or a priority, from the words of a request."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tickets.triage.learning import softmax

FEWEST = 50
MOST_LEARNT = 20_000
_ROWS = 1 << 16
_EPOCHS, _FEWEST_EPOCHS, _MOST_STEPS = 10, 4, 80_000
_BALANCE = 0.75  # between every text alike (0) and every label alike (1)


@dataclass(frozen=True, slots=True)
class Guess:
    """A label and how likely it is."""

    label: str
    confidence: float


class Labelling:
    """What `fit` learnt."""

    def __init__(self, labels: list[str], hashing: softmax.Hashing, model: softmax.Softmax, heat: float) -> None:
        self.labels, self.hashing, self.model, self.heat = labels, hashing, model, heat

    def guess(self, words: Sequence[str]) -> list[Guess]:
        """Give all labels, the likeliest first."""
        shares = softmax.softmax(self.model.logits(self.hashing.vector(words)) * np.float32(self.heat))
        return [Guess(self.labels[at], float(shares[at])) for at in np.argsort(-shares, kind="stable")]


def fit(texts: Sequence[Sequence[str]], labels: Sequence[str], *, seed: int = 1) -> Labelling | None:
    """Learn labels, oldest first; `None` where there is too little to learn from."""
    texts, labels = texts[-MOST_LEARNT:], labels[-MOST_LEARNT:]
    count = Counter(labels)
    if len(texts) < FEWEST or len(count) < 2:
        return None
    names = sorted(count)
    number_of = {name: number for number, name in enumerate(names)}
    hashing = softmax.hashing(texts, _ROWS)
    vectors = [hashing.vector(words) for words in texts]
    numbers = [number_of[label] for label in labels]
    usual = len(texts) / len(names)
    weights = [(usual / count[label]) ** _BALANCE for label in labels]
    model = softmax.Softmax(_ROWS, len(names))
    epochs = max(_FEWEST_EPOCHS, min(_EPOCHS, _MOST_STEPS // len(texts)))
    held = np.arange(len(texts)) % 10 == 9
    kept = [at for at in range(len(texts)) if not held[at]]
    model.train(
        [vectors[at] for at in kept], [numbers[at] for at in kept], weights=[weights[at] for at in kept],
        epochs=epochs, seed=seed,
    )  # fmt: skip
    out = np.flatnonzero(held)
    heat = _heat(np.array([model.logits(vectors[at]) for at in out]), np.array([numbers[at] for at in out]))
    model = softmax.Softmax(_ROWS, len(names))
    model.train(vectors, numbers, weights=weights, epochs=epochs, seed=seed)
    return Labelling(names, hashing, model, heat)


def _heat(logits: softmax.Floats, right: np.ndarray) -> float:
    """Find how much to believe the logits: what makes the held-out labels likeliest (Guo et al. 2017)."""
    tried = [float(heat) for heat in np.geomspace(0.1, 3, 25)]

    def loss(heat: float) -> float:
        scaled = logits * heat
        top = scaled.max(axis=1, keepdims=True)
        sums = np.log(np.exp(scaled - top).sum(axis=1)) + top[:, 0]
        return float((sums - scaled[np.arange(len(right)), right]).mean())

    return min(tried, key=loss)
