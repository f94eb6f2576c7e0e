"""BM25 over many short texts, in memory (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009)."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


class Index:
    """Posting lists of words, with what each word is worth in each text."""

    def __init__(self, texts: Iterable[Sequence[str]], *, k1: float, b: float) -> None:
        counts = [Counter(text) for text in texts]
        lengths = np.array([sum(count.values()) for count in counts] or [0], dtype=np.float32)
        average = float(lengths.mean()) or 1.0
        self.size = len(counts)
        self.words: dict[str, int] = {}
        rows: list[list[int]] = []
        times: list[list[int]] = []
        for number, count in enumerate(counts):
            for word, often in count.items():
                place = self.words.setdefault(word, len(self.words))
                if place == len(rows):
                    rows.append([])
                    times.append([])
                rows[place].append(number)
                times[place].append(often)
        self.starts = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(row) for row in rows], out=self.starts[1:])
        self.documents = np.array([number for row in rows for number in row], dtype=np.int32)
        frequency = np.array([time for row in times for time in row], dtype=np.float32)
        spread = np.diff(self.starts).astype(np.float32)
        self.idf = np.log1p((self.size - spread + 0.5) / (spread + 0.5)).astype(np.float32)
        norm = k1 * (1 - b + b * lengths[self.documents] / average)
        self.worth = (np.repeat(self.idf, np.diff(self.starts)) * frequency * (k1 + 1) / (frequency + norm)).astype(
            np.float32
        )

    def known(self, words: Iterable[str], most: int | None = None) -> list[int]:
        """Give the places of the words that stand in any text, each once, the rarest first."""
        places = {self.words[word] for word in words if word in self.words}
        return sorted(places, key=lambda place: -self.idf[place])[:most]

    def scores(self, words: Iterable[str], most: int | None = None) -> Scores:
        """Score every text; `most` limits the work to that many of the rarest words."""
        found: Scores = np.zeros(self.size, dtype=np.float32)
        for place in self.known(words, most):
            a, b = self.starts[place], self.starts[place + 1]
            found[self.documents[a:b]] += self.worth[a:b]
        return found

    def weight(self, words: Iterable[str]) -> float:
        """Sum up what the words are worth at all, the unknown ones as the rarest."""
        rarest = float(np.log1p((self.size + 0.5) / 0.5))
        return sum(float(self.idf[self.words[word]]) if word in self.words else rarest for word in set(words))
