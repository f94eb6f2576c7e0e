"""
What a draft would have meant for one ticket: pure, on the walk of `tickets.history`.

What people did stays as it was; only what was promised changes. The draft of a policy is chosen for a ticket when its
conditions hold, unless a policy before it was chosen, and without conditions in place of the policy it is to replace.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sla.conditions import Condition, meets
from sla.promises import Terms
from sla.worktime import Hours
from tickets import history
from tickets.history import Happening, Lookup, Promise

# Events after which a ticket is in another queue.
MOVES = ("routed", "escalated", "returned", "withdrawn", "given_back")
KINDS = (*history.KINDS, "routed", "escalated", "given_back", "classified")
Facts = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """
    A policy, a calendar or both as they might be.

    `terms` are those of the policy (None: only a calendar is drafted), `position` its place. `policies` gives for each
    policy its place if it has conditions; `named` the policy a queue names, `standing` the terms of a policy now.
    """

    terms: Terms | None = None
    conditions: Sequence[Condition] = ()
    position: int = 0
    is_default: bool = False
    policies: Mapping[int, int] = field(default_factory=dict)
    default: int | None = None
    named: Callable[[int | None], int | None] = lambda queue: None
    standing: Callable[[int], Terms | None] = lambda policy: None
    hours: Hours | None = None
    revisions: frozenset[int] = frozenset()

    def choose(self, facts: Facts, was: Terms | None) -> Terms | None:
        """Give the terms a ticket would have had instead of those it had."""
        return self._by_hours(self._chosen(facts, was))

    def _chosen(self, facts: Facts, was: Terms | None) -> Terms | None:
        if self.terms is None:
            return was
        mine = self.terms.policy
        if self.conditions and meets(facts, self.conditions):
            before = self.policies.get(was.policy) if was is not None and was.policy != mine else None
            return was if before is not None and before < self.position else self.terms
        if was is not None and was.policy != mine:
            # Chosen by its conditions or named by its queue it stays; the default gives way to another default.
            gives_way = self.is_default and not self.conditions and was.policy == self.default
            return self.terms if gives_way and self.named(facts.get("queue")) is None else was
        if was is None:
            return self.terms if self.is_default and not self.conditions else None
        if not self.conditions:
            return self.terms
        for policy in (self.named(facts.get("queue")), mine if self.is_default else self.default):
            if policy is not None:
                return self.terms if policy == mine else self.standing(policy)
        return None

    def _by_hours(self, terms: Terms | None) -> Terms | None:
        if terms is None or self.hours is None or terms.calendar not in self.revisions:
            return terms
        return replace(terms, hours=self.hours)


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One promise as it was and as it would have been; one of both may be missing."""

    metric: str
    started_at: datetime
    now: Promise | None
    then: Promise | None
    broken_now: bool
    broken_then: bool

    @property
    def priority(self) -> int:
        """Give the priority it ran at."""
        promise = self.now or self.then
        return promise.priority if promise else 0

    @property
    def is_changed(self) -> bool:
        """Tell whether it would have been kept instead of broken, or the other way round."""
        return self.broken_now != self.broken_then


@dataclass(frozen=True)
class Outcome:
    """What came out for a ticket; not computable if its events don't name their terms."""

    is_computable: bool
    is_chosen: bool = False
    pairs: tuple[Pair, ...] = ()


def compare(happenings: Sequence[Happening], start: Facts, lookup: Lookup, draft: Draft, *, now: datetime) -> Outcome:
    """
    Compare the promises of a ticket with those it would have had.

    `happenings` are of `KINDS`, in order; `start` are the facts of the ticket that its events do not tell, as they are now.
    """
    was = history.replay(happenings, lookup)
    if not was.is_known or not happenings:
        return Outcome(is_computable=False)
    retold = list(retell(happenings, start, lookup, draft))
    then = history.replay(retold, lambda facts: facts.get("terms_then"))
    mine = draft.terms
    chosen = any(
        (terms := facts.get("terms_then")) is not None and (terms is mine or terms.hours is draft.hours)
        for one in retold
        for facts in (one.facts, one.facts.get("terms") or {})
    )
    return Outcome(is_computable=True, is_chosen=chosen, pairs=tuple(_pairs(was, then, now)))


def retell(happenings: Sequence[Happening], start: Facts, lookup: Lookup, draft: Draft) -> Iterator[Happening]:
    """
    Tell the events anew, each choice of terms made as with the draft.

    Like the core: terms are chosen when a ticket is opened, and anew when a change selects another policy. What an event
    names stands in its facts as `terms_then`.
    """
    facts = _first_facts(happenings, start)
    own: Terms | None = None
    then: Terms | None = None
    offers = {one.at: one for one in happenings if one.kind == "escalated" and "handover" in one.facts}
    for one in happenings:
        facts = _follow(facts, one)
        if "terms" in one.facts:
            own = lookup(one.facts["terms"])
            then = draft.choose(facts, own)
            yield replace(one, facts={**one.facts, "terms": {**one.facts["terms"], "terms_then": then}})
            continue
        if one.kind == "promised":
            metric = one.facts.get("metric")
            if metric is None:
                own = lookup(one.facts)
                for other in happenings:  # what caused it stands behind it, in the same moment
                    facts = _follow(facts, other) if other.at == one.at else facts
            elif metric == history.ACCEPTANCE and one.at in offers and one.facts.get("version"):
                continue  # told with the hand-over, below
            else:
                terms = None
                if one.facts.get("version"):
                    terms = draft.choose(facts, lookup(one.facts)) if metric == history.ACCEPTANCE else then
                yield replace(one, facts={**one.facts, "version": terms is not None, "terms_then": terms})
                continue
        chosen = draft.choose(facts, own)
        if (chosen and chosen.policy) != (then and then.policy):
            then = chosen
            agreed = {"terms_then": then, "priority": facts.get("priority", 0)}
            yield Happening("promised", one.at, agreed)
        if one.at in offers and offers[one.at] is one:
            offered = _offered(happenings, one, lookup)
            terms = draft.choose(facts, offered or own)
            if terms is not None and terms.minutes(history.ACCEPTANCE, facts.get("priority", 0)) is not None:
                accepts = {"metric": history.ACCEPTANCE, "version": True, "terms_then": terms}
                yield Happening("promised", one.at, {**accepts, "priority": facts.get("priority", 0)})
        if one.kind != "promised":
            yield one


def is_broken(promise: Promise, now: datetime) -> bool:
    """Tell whether a promise is broken, whether or not anything happened since."""
    is_up = promise.state == "running" and promise.due_at is not None and promise.due_at <= now
    return promise.is_broken or is_up


def _offered(happenings: Sequence[Happening], offer: Happening, lookup: Lookup) -> Terms | None:
    """Find the terms a hand-over was to be accepted under."""
    for one in happenings:
        if one.at == offer.at and one.kind == "promised" and one.facts.get("metric") == history.ACCEPTANCE:
            return lookup(one.facts)
    return None


def _first_facts(happenings: Sequence[Happening], start: Facts) -> dict[str, Any]:
    """Go back to what the ticket was when it began: what the first change of something says it was before."""
    facts = dict(start)
    for one in reversed(happenings):
        if one.kind == "classified":
            facts |= one.facts.get("origin", {})
        elif one.kind in MOVES and "origin" in one.facts:
            facts["queue"] = one.facts["origin"]
        elif one.kind == "prioritised" and "origin" in one.facts:
            facts["priority"] = one.facts["origin"]
    return facts


def _follow(facts: Mapping[str, Any], one: Happening) -> dict[str, Any]:
    """Give the facts of the ticket after an event."""
    found = dict(facts)
    for name in ("queue", "channel", "vip"):
        if one.kind in ("opened", "voided") and name in one.facts:
            found[name] = one.facts[name]
    if "terms" in one.facts:
        found["priority"] = one.facts["terms"].get("priority", found.get("priority"))
    if one.kind in MOVES and "target" in one.facts:
        found["queue"] = one.facts["target"]
    elif one.kind == "prioritised":
        found["priority"] = one.facts.get("target", found.get("priority"))
    elif one.kind == "classified":
        found |= one.facts.get("target", {})
    return found


def _pairs(was: history.Walk, then: history.Walk, now: datetime) -> Iterator[Pair]:
    """Pair the promises by what they promise and when they began; what was taken back unbroken is none."""
    before, after = _by_start(was), _by_start(then)
    for metric, started_at in sorted(before.keys() | after.keys(), key=lambda key: (key[1], key[0])):
        one, other = before.get((metric, started_at)), after.get((metric, started_at))
        yield Pair(
            metric=metric, started_at=started_at, now=one, then=other,
            broken_now=one is not None and is_broken(one, now), broken_then=other is not None and is_broken(other, now),
        )  # fmt: skip


def _by_start(walk: history.Walk) -> dict[tuple[str, datetime], Promise]:
    return {(one.metric, one.started_at): one for one in walk.promises if one.state != "cancelled" or one.is_broken}
