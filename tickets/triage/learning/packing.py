"""
What was learnt as bytes, and back: arrays and plain words only, so that reading it can never run anything.

The words and answers of solved tickets are kept (not the tickets), the classifier in half precision; the articles are not:
they are read from their tables, so that a new one counts at once.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tickets.triage.learning import softmax
from tickets.triage.learning.bm25 import Postings
from tickets.triage.learning.labels import Labelling
from tickets.triage.learning.logistic import Logistic
from tickets.triage.learning.memory import NOTHING, Classifier, Memory, remember
from tickets.triage.learning.ranking import Learnt
from tickets.triage.learning.vectors import Floats, Meanings

FORMAT, WITH_VECTORS = 2, 3
_MOST_TIMES = 255
Arrays = dict[str, NDArray[Any]]


class Unreadable(Exception):
    """These bytes were written by another version of the product."""


@dataclass(frozen=True, slots=True)
class Packed:
    """Everything one training gives."""

    solutions: Learnt
    queues: Labelling | None = None
    priorities: Labelling | None = None
    others: Memory = field(default_factory=lambda: remember([], [], []))


def pack(packed: Packed) -> bytes:
    """Write what was learnt."""
    learnt = packed.solutions
    arrays: Arrays = {"format": np.array(FORMAT if learnt.memory.meanings is None else WITH_VECTORS)}
    arrays |= _vectors(learnt.memory.meanings, learnt.known)
    arrays |= _memory("", learnt.memory) | _memory("other.", packed.others)
    if learnt.classifier is not None:
        arrays |= _softmax("classifier", learnt.classifier.hashing, learnt.classifier.model)
        arrays["classifier.articles"] = learnt.classifier.articles
    for name, logistic in (("fusion", learnt.fusion), ("trust", learnt.trust)):
        if logistic is not None:
            arrays |= {f"{name}.{part}": getattr(logistic, part) for part in ("mean", "scale", "weights")}
    arrays["plain"] = _text(json.dumps({"proven": learnt.proven, "figures": learnt.figures}))
    for name, labels in (("queues", packed.queues), ("priorities", packed.priorities)):
        if labels is not None:
            arrays |= _softmax(name, labels.hashing, labels.model)
            arrays |= {f"{name}.labels": _text(json.dumps(labels.labels)), f"{name}.heat": np.array(labels.heat)}
    target = BytesIO()
    np.savez_compressed(target, allow_pickle=False, **arrays)
    return target.getvalue()


def numbered(numbers: Sequence[int]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the two columns of a memory of tickets whose solution is unknown."""
    return np.array(numbers, dtype=np.int64), np.full((len(numbers), 1), NOTHING, dtype=np.int64)


def unpack(content: bytes) -> Packed:
    """
    Read what was learnt.

    :raises Unreadable: if it is in another format.
    """
    try:
        with np.load(BytesIO(content), allow_pickle=False) as arrays:
            if int(arrays["format"]) not in (FORMAT, WITH_VECTORS):
                raise Unreadable(f"Format {arrays['format']}, not {FORMAT} or {WITH_VECTORS}.")
            return _read({name: arrays[name] for name in arrays.files})
    except (ValueError, KeyError, OSError, EOFError) as error:
        raise Unreadable(str(error)) from error


def _read(arrays: Arrays) -> Packed:
    plain = json.loads(_untext(arrays["plain"]))
    classifier = None
    if "classifier.articles" in arrays:
        classifier = Classifier(*_unsoftmax("classifier", arrays), arrays["classifier.articles"])
    meanings, known = _unvectors(arrays)
    solutions = Learnt(
        replace(_unmemory("", arrays), meanings=meanings), classifier, _logistic("fusion", arrays),
        _logistic("trust", arrays), bool(plain["proven"]), known, plain["figures"],
    )  # fmt: skip
    return Packed(
        solutions, _labelling("queues", arrays), _labelling("priorities", arrays), _unmemory("other.", arrays)
    )


def _memory(name: str, memory: Memory) -> Arrays:
    counted = memory.words
    return {
        f"{name}words": _text("\n".join(counted.words)),
        f"{name}starts": counted.starts,
        f"{name}documents": counted.documents,
        f"{name}times": np.minimum(counted.times, _MOST_TIMES).astype(np.uint8),
        f"{name}numbers": memory.numbers,
        f"{name}articles": memory.articles,
    }


def _unmemory(name: str, arrays: Arrays) -> Memory:
    words = _untext(arrays[f"{name}words"]).split("\n") if arrays[f"{name}words"].size else []
    numbers = arrays[f"{name}numbers"]
    counted = Postings(
        {word: place for place, word in enumerate(words)}, arrays[f"{name}starts"], arrays[f"{name}documents"],
        arrays[f"{name}times"], len(numbers),
    )  # fmt: skip
    return Memory(counted, numbers, arrays[f"{name}articles"])


def _vectors(meanings: Meanings | None, known: dict[bytes, Floats]) -> Arrays:
    if meanings is None:
        return {}
    return {
        "meanings.rows": meanings.rows,
        "meanings.vectors": meanings.vectors,
        "known.keys": np.frombuffer(b"".join(known), dtype=np.uint8),
        "known.vectors": np.array(list(known.values()), dtype=np.float16),
    }


def _unvectors(arrays: Arrays) -> tuple[Meanings | None, dict[bytes, Floats]]:
    if "meanings.rows" not in arrays:
        return None, {}
    vectors = arrays["known.vectors"].astype(np.float32)
    keys = [key.tobytes() for key in arrays["known.keys"].reshape(len(vectors), -1)] if len(vectors) else []
    return Meanings(arrays["meanings.rows"], arrays["meanings.vectors"]), dict(zip(keys, vectors, strict=True))


def _softmax(name: str, hashing: softmax.Hashing, model: softmax.Softmax) -> Arrays:
    return {
        f"{name}.idf": hashing.idf,
        f"{name}.weights": model.weights.astype(np.float16),
        f"{name}.bias": model.bias,
    }


def _unsoftmax(name: str, arrays: Arrays) -> tuple[softmax.Hashing, softmax.Softmax]:
    model = softmax.Softmax(0, 0)
    model.weights, model.bias = arrays[f"{name}.weights"], arrays[f"{name}.bias"]
    return softmax.Hashing(len(model.weights), arrays[f"{name}.idf"]), model


def _logistic(name: str, arrays: Arrays) -> Logistic | None:
    if f"{name}.weights" not in arrays:
        return None
    return Logistic(arrays[f"{name}.mean"], arrays[f"{name}.scale"], arrays[f"{name}.weights"])


def _labelling(name: str, arrays: Arrays) -> Labelling | None:
    if f"{name}.labels" not in arrays:
        return None
    labels = json.loads(_untext(arrays[f"{name}.labels"]))
    return Labelling(labels, *_unsoftmax(name, arrays), float(arrays[f"{name}.heat"]))


def _text(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


def _untext(array: NDArray[Any]) -> str:
    return array.tobytes().decode()
