"""Logistic regression by Newton's method, for a handful of features."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Logistic:
    """Weights of standardised features; the last one is the constant."""

    mean: Floats
    scale: Floats
    weights: Floats

    def logits(self, features: NDArray[np.floating]) -> Floats:
        """Give a number a row; above zero means likelier than not."""
        found: Floats = ((features - self.mean) / self.scale) @ self.weights[:-1] + self.weights[-1]
        return found

    def probabilities(self, features: NDArray[np.floating]) -> Floats:
        """Give a probability a row."""
        found: Floats = 1 / (1 + np.exp(-np.clip(self.logits(features), -30, 30)))
        return found


def fit(features: NDArray[np.floating], labels: NDArray[np.floating], *, ridge: float = 1.0) -> Logistic:
    """Fit the weights; `ridge` pulls them towards zero where there is little to learn from."""
    features = np.asarray(features, dtype=np.float64)
    mean, scale = features.mean(axis=0), features.std(axis=0)
    scale[scale < 1e-9] = 1.0
    table = np.hstack([(features - mean) / scale, np.ones((len(features), 1))])
    weights = np.zeros(table.shape[1])
    penalty = np.full(table.shape[1], ridge)
    penalty[-1] = 1e-6
    for _ in range(30):
        found = 1 / (1 + np.exp(-np.clip(table @ weights, -30, 30)))
        slope = table.T @ (found - labels) + penalty * weights
        curve = (table * (found * (1 - found))[:, None]).T @ table + np.diag(penalty)
        step = np.linalg.solve(curve, slope)
        weights -= step
        if np.abs(step).max() < 1e-6:
            break
    return Logistic(mean, scale, weights)
