"""
Which requests are about the same? Pure: words in, groups with their words out.

Each request is its telling words, weighed by how rare they are (tf-idf). One after another joins the group it is most
like, if it is like enough, else begins one; then everybody chooses again among the finished groups. An inverted index
keeps a request from being compared with groups it shares no word with.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

_WORD = re.compile(r"[^\W_]+(?:[-.+&'][^\W_]+)*")
_MOST_WORDS_READ = 160
_WORDS_A_REQUEST = 18
_WORDS_A_GROUP = 40
_COMMON = 0.12  # words in more of the requests than this tell nothing
_IS_LIKE, _JOINS = 0.30, 0.45
_SUBJECT = 2.5

Weights = dict[str, float]


@dataclass(frozen=True)
class Request:
    """One request: its number, who asked, and what it says."""

    key: int
    requester: int
    subject: str
    text: str
    language: str


@dataclass
class Group:
    """Requests about the same, the most typical first, and the words that say so, as they were written."""

    members: list[int]
    words: list[str]
    language: str


@dataclass
class _Growing:
    weights: Weights = field(default_factory=dict)
    members: list[int] = field(default_factory=list)

    def add(self, place: int, weights: Weights) -> None:
        """Let the centre move towards a new member."""
        share = 1 / (len(self.members) + 1)
        moved = {word: weight * (1 - share) for word, weight in self.weights.items()}
        for word, weight in weights.items():
            moved[word] = moved.get(word, 0.0) + weight * share
        self.weights = _unit(dict(sorted(moved.items(), key=lambda one: -one[1])[:_WORDS_A_GROUP]))
        self.members.append(place)


def cluster(
    requests: Sequence[Request], stems: Callable[[str, str], list[str]], *, ignored: frozenset[str] = frozenset()
) -> list[Group]:
    """Group the requests of each language; `stems(word, language)` gives what is compared, `ignored` are no words."""
    found: list[Group] = []
    for language in sorted({request.language for request in requests}):
        spoken = [request for request in requests if request.language == language]
        found += _cluster(spoken, stems, ignored, language)
    return found


def _cluster(
    requests: list[Request], stems: Callable[[str, str], list[str]], ignored: frozenset[str], language: str
) -> list[Group]:
    counted, spelling = _count(requests, stems, ignored)
    vectors = _weigh(counted)
    groups = _gather(vectors)
    groups = _merge([group for group in groups if group.members])
    groups = _choose_again(vectors, groups)
    return [_shown(group, requests, vectors, spelling, language) for group in groups if group.members]


def _count(
    requests: list[Request], stems: Callable[[str, str], list[str]], ignored: frozenset[str]
) -> tuple[list[Weights], dict[str, Counter[str]]]:
    known: dict[str, list[str]] = {}
    spelling: dict[str, Counter[str]] = defaultdict(Counter)
    counted = []
    for request in requests:
        often: Weights = {}
        for part, worth in ((request.subject, _SUBJECT), (request.text, 1.0)):
            for match in list(_WORD.finditer(part[:6000]))[:_MOST_WORDS_READ]:
                written = match[0]
                word = written.lower()
                if word in ignored or len(word) < 2 or (word.replace(".", "").isdigit() and len(word) < 3):
                    continue
                if word not in known:
                    known[word] = stems(word, request.language)
                for stem in known[word]:
                    often[stem] = often.get(stem, 0.0) + worth
                    spelling[stem][written] += 1
        counted.append(often)
    return counted, spelling


def _weigh(counted: list[Weights]) -> list[Weights]:
    spread = Counter(word for often in counted for word in often)
    total = len(counted)
    most = max(8, total * _COMMON)
    vectors = []
    for often in counted:
        weights = {
            word: (1 + math.log(times)) * math.log(1 + total / spread[word])
            for word, times in often.items()
            if 1 < spread[word] <= most or total < 12
        }
        vectors.append(_unit(dict(sorted(weights.items(), key=lambda one: -one[1])[:_WORDS_A_REQUEST])))
    return vectors


def _gather(vectors: list[Weights]) -> list[_Growing]:
    groups: list[_Growing] = []
    index: dict[str, set[int]] = defaultdict(set)
    for place, weights in enumerate(vectors):
        if not weights:
            continue
        best, like = _nearest(weights, groups, index)
        if like < _IS_LIKE:
            best = len(groups)
            groups.append(_Growing())
        groups[best].add(place, weights)
        for word in weights:
            if word in groups[best].weights:
                index[word].add(best)
    return groups


def _choose_again(vectors: list[Weights], groups: list[_Growing]) -> list[_Growing]:
    index: dict[str, set[int]] = defaultdict(set)
    for number, group in enumerate(groups):
        group.members = []
        for word in group.weights:
            index[word].add(number)
    for place, weights in enumerate(vectors):
        best, like = _nearest(weights, groups, index)
        if like >= _IS_LIKE:
            groups[best].members.append(place)
    return groups


def _merge(groups: list[_Growing]) -> list[_Growing]:
    groups = sorted(groups, key=lambda group: -len(group.members))
    kept: list[_Growing] = []
    index: dict[str, set[int]] = defaultdict(set)
    for group in groups:
        best, like = _nearest(group.weights, kept, index)
        if like >= _JOINS:
            into = kept[best]
            share = len(group.members) / (len(group.members) + len(into.members))
            both = {w: v * (1 - share) for w, v in into.weights.items()}
            for word, weight in group.weights.items():
                both[word] = both.get(word, 0.0) + weight * share
            into.weights = _unit(dict(sorted(both.items(), key=lambda one: -one[1])[:_WORDS_A_GROUP]))
            into.members += group.members
        else:
            best = len(kept)
            kept.append(group)
        for word in kept[best].weights:
            index[word].add(best)
    return kept


def _nearest(weights: Weights, groups: list[_Growing], index: dict[str, set[int]]) -> tuple[int, float]:
    scores: dict[int, float] = {}
    for word, weight in weights.items():
        for number in index.get(word, ()):
            scores[number] = scores.get(number, 0.0) + weight * groups[number].weights.get(word, 0.0)
    if not scores:
        return -1, 0.0
    best = max(scores, key=lambda number: (scores[number], -number))
    return best, scores[best]


def _shown(
    group: _Growing, requests: list[Request], vectors: list[Weights], spelling: dict[str, Counter[str]], language: str
) -> Group:
    typical = sorted(group.members, key=lambda place: (-_like(vectors[place], group.weights), requests[place].key))
    asked: dict[str, set[int]] = defaultdict(set)
    for place in group.members:
        for word in vectors[place]:
            asked[word].add(requests[place].requester)
    # A word of one person alone may be their name; it is shown to nobody.
    shared = [word for word in group.weights if len(asked[word]) > 1 or len(group.members) == 1]
    words: list[str] = []
    for word in sorted(shared, key=lambda word: (-group.weights[word], word)):
        written = spelling[word].most_common(1)[0][0]
        if not any(written.lower() in one.lower() or one.lower() in written.lower() for one in words):
            words.append(written)
    return Group([requests[place].key for place in typical], words[:6], language)


def _like(one: Weights, other: Weights) -> float:
    return sum(weight * other.get(word, 0.0) for word, weight in one.items())


def _unit(weights: Weights) -> Weights:
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {word: weight / length for word, weight in weights.items()}
