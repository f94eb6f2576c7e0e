"""Made-up articles, solved tickets and requests, many of them: the same arguments always make the same ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from tickets.triage.evaluating.rows import ArticleRow, RequestRow, SolvedRow

QUEUES = tuple(f"queue {number}" for number in range(1, 13))
_SYLLABLES = (
    "ba de fi go lu ma ne pi ro su ta vi wo ka le mo ni qua stri bler tung heit ment tor ler sen fer gan".split()
)
_COMMON = (
    "the and is not my it since after when please can we this with no more help again today update office screen message "
    "works error open start user account printer outlook laptop connection password meeting file server der die und ist "
    "nicht mein seit nach bitte wir kann mehr wieder heute fehler drucker anmeldung rechner verbindung datei kennwort"
).split()
_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class _Topic:
    words: list[str]
    queue: str


class World:
    """A company with that many articles."""

    def __init__(self, articles: int, seed: int = 1) -> None:
        self._dice = Random(seed)
        self._words = ["".join(self._dice.choices(_SYLLABLES, k=self._dice.randint(2, 4))) for _ in range(_WORDS)]
        self._often = list(accumulate(1 / (rank + 20) for rank in range(_WORDS)))
        self._topics = [
            _Topic([*self._some(10), *self._dice.choices(_COMMON, k=4)], self._dice.choice(QUEUES))
            for _ in range(articles)
        ]
        self._asked = list(accumulate(1 / (rank + 5) for rank in range(articles)))

    def articles(self) -> list[ArticleRow]:
        """Write an article on each topic."""
        return [
            ArticleRow(f"kb-{number}", " ".join(topic.words[:4]), self._text(topic, 120), "en")
            for number, topic in enumerate(self._topics)
        ]

    def solved(self, count: int) -> Iterator[SolvedRow]:
        """Write solved tickets; of seven in ten the article is known, to one in ten none fits."""
        for number in range(count):
            at, topic = self._topic()
            kind = number % 10
            yield SolvedRow(
                f"t{number}", " ".join(self._dice.sample(topic.words, 4)), self._text(topic, 40),
                (f"kb-{at}",) if kind < 7 else (), kind < 8, topic.queue, self._dice.choice(("low", "medium", "high")),
                float(300 * number),
            )  # fmt: skip

    def requests(self, count: int) -> list[RequestRow]:
        """Write new requests."""
        found = []
        for number in range(count):
            _, topic = self._topic()
            found.append(RequestRow(f"r{number}", " ".join(self._dice.sample(topic.words, 4)), self._text(topic, 40)))
        return found

    def _topic(self) -> tuple[int, _Topic]:
        at = self._dice.choices(range(len(self._topics)), cum_weights=self._asked)[0]
        return at, self._topics[at]

    def _some(self, count: int) -> list[str]:
        return self._dice.choices(self._words, cum_weights=self._often, k=count)

    def _text(self, topic: _Topic, length: int) -> str:
        words = [*self._dice.choices(topic.words, k=length // 4), *self._some(length // 4)]
        words += self._dice.choices(_COMMON, k=length - len(words))
        self._dice.shuffle(words)
        return " ".join(words)
