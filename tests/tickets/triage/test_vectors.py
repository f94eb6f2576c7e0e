"""Comparing by meaning, with a small maker of vectors that knows a few words in two languages."""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest
from django.conf import LazySettings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from numpy.typing import NDArray

from tests.factories import NOW, make_agent, make_article, make_queue, make_ticket
from tests.tickets.triage.test_learning import PAPERS, solved, words
from tickets.models import SolutionAttempt, Ticket, TriageModel
from tickets.triage import assessing, extras, meaning, training, versions
from tickets.triage.assessing import assess
from tickets.triage.learning import packing, ranking, wording
from tickets.triage.learning.vectors import LONGEST, Encoder

TOPICS = [("jam", "papier", "paper", "wellen"), ("password", "kennwort", "losung"), ("vpn", "tunnel", "809")]


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = [[0.1, *(sum(word in text.lower() for word in topic) for topic in TOPICS)] for text in texts]
    found = np.array(rows, dtype=np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def learnt(count: int) -> tuple[ranking.Learnt, Encoder]:
    encoder, rows = Encoder(encode), solved(count)
    told = [wording.tokens(wording.clean(one.subject, one.body), one.language) for one in rows]
    known = ranking.learn(
        PAPERS, [one.number for one in rows], [one.articles for one in rows], told,
        meanings=encoder.solved([one.body for one in rows], count), encoder=encoder,
    )  # fmt: skip
    return known, encoder


@pytest.mark.parametrize("count", [0, 200])
def test_what_shares_no_word_is_found_by_its_meaning(count: int) -> None:
    known, encoder = learnt(count)
    text = "losung weg"

    blind = ranking.Ranking(PAPERS, known).rank(words(text), text)
    seeing = ranking.Ranking(PAPERS, known, encoder).rank(words(text), text)

    assert blind == [] or blind[0].confidence < seeing[0].confidence
    assert seeing[0].article == 1


def test_what_is_near_nothing_finds_nothing_on_the_first_day() -> None:
    known, encoder = learnt(0)

    assert ranking.Ranking(PAPERS, known, encoder).rank(words("xyzzy"), "xyzzy") == []


def test_without_the_package_a_version_with_vectors_ranks_by_words() -> None:
    known, _ = learnt(200)

    assert ranking.Ranking(PAPERS, known).rank(words("my printer has a paper jam"))[0].article == 2


def test_vectors_are_kept_with_the_version_and_articles_are_not_encoded_anew() -> None:
    known, encoder = learnt(200)
    again = packing.unpack(packing.pack(packing.Packed(known))).solutions
    asked: list[str] = []

    def counting(texts: Sequence[str]) -> NDArray[np.float32]:
        asked.extend(texts)
        return encode(texts)

    text = "losung weg"
    before = ranking.Ranking(PAPERS, known, encoder).rank(words(text), text)
    after = ranking.Ranking(PAPERS, again, Encoder(counting)).rank(words(text), text)

    assert asked == [text]
    assert [one.article for one in after] == [one.article for one in before]
    assert after[0].confidence == pytest.approx(before[0].confidence, abs=0.02)


def test_only_the_beginning_of_a_text_counts_and_forgotten_articles_are_forgotten() -> None:
    encoder = Encoder(encode)
    long = "x" * LONGEST

    one, other = encoder.many([f"{long} paper", f"{long} vpn"])
    encoder.many(["vpn"])

    assert np.array_equal(one, other)
    assert len(encoder.known) == 1


def test_tickets_left_out_of_a_part_are_not_remembered_by_their_meaning() -> None:
    every = Encoder(encode).solved(["paper", "vpn", "password"], 5)

    kept = every.among([0, 2, 4])

    assert every.rows.tolist() == [2, 3, 4]
    assert kept.rows.tolist() == [1, 2]
    assert np.array_equal(kept.vectors, every.vectors[[0, 2]])
    assert len(every.among([]).rows) == 0


# --- in the product -------------------------------------------------------------------------------------------------


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType(extras.MODULE)
    module.__spec__ = ModuleSpec(extras.MODULE, None)

    class Use:
        def __init__(self, threads: int) -> None:
            assert threads == 1

        encode = staticmethod(encode)

    module.USE = Use  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, extras.MODULE, module)
    meaning._load.cache_clear()
    assessing._keeper.cache_clear()


@pytest.mark.django_db
def test_the_setting_turns_vectors_on_and_off_and_learning_follows(package: None, settings: LazySettings) -> None:
    queue, agent = make_queue(is_default=True), make_agent()
    texts = [
        make_article("Clear a paper jam", "en", symptom="", steps="Open the tray."),
        make_article("VPN error", "en"),
    ]
    for number in range(60):
        ticket = make_ticket(queue, subject=f"{('jam', 'tunnel')[number % 2]} {number}", text="x")
        Ticket.objects.filter(pk=ticket.pk).update(state="closed", resolved_at=NOW)
        SolutionAttempt.objects.create(ticket=ticket, text=texts[number % 2], by=agent, outcome="worked", at=NOW)
    training.train(now=NOW)
    later = NOW + versions.SOON * 2
    blind = {one.article: one.confidence for one in assess("", "wellen").solutions}
    assert not versions.is_due(later)

    settings.TRIAGE_VECTORS = True
    assert versions.is_due(later)
    assert not versions.is_due(NOW)
    model = training.train(now=later)

    assert model is not None
    assert (model.state, model.figures["vectors"]) == (TriageModel.State.ACTIVE, 1)
    seen = assess("", "wellen").solutions[0]
    assert seen.article == texts[0].article_id
    assert (seen.confidence or 0) > (blind.get(seen.article) or 0) + 0.1
    assert not versions.is_due(later + versions.SOON * 2)
    settings.TRIAGE_VECTORS = False
    assert versions.is_due(later + versions.SOON * 2)


def test_vectors_that_cannot_be_made_are_complained_about_at_the_start(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "MODULE", "no_such_package")
    assert extras.MISSING not in run_checks(tags=["triage"])

    settings.TRIAGE_VECTORS = True

    assert run_checks(tags=["triage"]) == [extras.MISSING]
    assert not extras.has_vectors()
    assert meaning.encoder() is None
    with pytest.raises(CommandError, match="TRIAGE_VECTORS"):
        call_command("triage_eval", articles="a", history="b", requests="c", out="d")
