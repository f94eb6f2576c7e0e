"""Says of each promise of a ticket why it is due when it is, in words; what is said is computed from the events."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from people.models import User
from sla.models import CalendarRevision, PolicyVersion
from sla.promises import Terms
from tickets import clocks, deriving, history
from tickets.deriving import Change, Derivation, Halt
from tickets.help import spell
from tickets.models import Clock, EscalationFire, Event, Pause, Queue, Ticket
from tickets.reconciling import look_up

FOLDED = 7  # days


@dataclass(frozen=True, kw_only=True)
class Step:
    """An escalation step that was taken, and what each of its actions did, in words."""

    fire: EscalationFire
    did: list[str]

    @property
    def late(self) -> timedelta:
        """Tell how long after its moment it was taken."""
        return max(self.fire.at - self.fire.due_at, timedelta())

    @property
    def when(self) -> str:
        """Say which step it is."""
        return offset_words(self.fire.step.offset_minutes)


@dataclass(frozen=True, kw_only=True)
class Explained:
    """A promise with all that makes its deadline; `is_exact` says that the events name their terms."""

    clock: Clock
    derivation: Derivation
    version: PolicyVersion | None
    calendar: CalendarRevision | None
    is_exact: bool
    steps: list[Step] = field(default_factory=list)
    names: Mapping[int, str] = field(default_factory=dict)

    @property
    def differs(self) -> bool:
        """Tell whether the stored deadline is another than the computed one."""
        stands = self.clock.state in (Clock.State.RUNNING, Clock.State.BREACHED)
        return stands and self.clock.due_at != self.derivation.due_at

    @property
    def metric(self) -> str:
        """Name the promise, with its number if there are several."""
        name = str(Clock.Metric(self.derivation.metric).label)
        return name if self.derivation.cycle == 1 else f"{name} ({self.derivation.cycle})"

    @property
    def is_over(self) -> bool:
        """Tell whether nothing is to be kept any more."""
        return self.derivation.ended_at is not None

    @property
    def is_long(self) -> bool:
        """Tell whether the days are folded."""
        return len(self.derivation.days) > FOLDED

    @property
    def colour(self) -> str:
        """Give the colour of what came of it."""
        colours = {"met": "ok", "missed": "bad", "overdue": "bad", "cancelled": "", "paused": "calm", "due": "info"}
        return colours[self.derivation.state]

    @property
    def result(self) -> str:
        """Say in a few words what came of it, or how it stands."""
        one = self.derivation
        said = {
            "met": gettext("met"),
            "missed": gettext("met late, by %(time)s"),
            "overdue": gettext("overdue by %(time)s"),
            "cancelled": gettext("taken back"),
            "paused": gettext("paused, %(left)s of working time left"),
            "due": gettext("runs, %(left)s of working time left") if one.left is not None else gettext("runs"),
        }
        return said[one.state] % {"time": spell(one.late), "left": spell(one.left or timedelta())}

    @property
    def sentence(self) -> str:
        """Say plainly why it is due when it is."""
        one = self.derivation
        facts = {
            "metric": self.metric, "due": moment(one.due_at) if one.due_at else "", "start": moment(one.started_at),
            "what": start_words(one.start), "target": spell(one.target or timedelta()), "paused": spell(one.paused),
            "policy": _policy(one.terms) if one.terms else "",
            "priority": str(Ticket.Priority(one.priority).label) if one.priority else "", "used": spell(one.used),
        }  # fmt: skip
        if one.target is None:
            said = gettext("%(metric)s: promised for %(due)s outright, on %(start)s.")
        elif one.state == "cancelled":
            said = gettext("%(metric)s: this promise was taken back; nothing is due any more.")
        elif one.due_at is None:
            said = gettext(
                "%(metric)s stands still: %(used)s of %(target)s of working time are used since %(start)s (%(what)s)."
            )
        elif one.paused:
            said = gettext(
                "%(metric)s: due %(due)s, that is %(target)s of working time after %(start)s (%(what)s), as %(policy)s "
                "promises for priority %(priority)s; %(paused)s of pauses don't count."
            )
        else:
            said = gettext(
                "%(metric)s: due %(due)s, that is %(target)s of working time after %(start)s (%(what)s), as %(policy)s "
                "promises for priority %(priority)s."
            )
        return said % facts

    def of_change(self, change: Change) -> str:
        """Say what a change was."""
        return change_words(change, self.names)

    @property
    def rows(self) -> list[tuple[Change, str]]:
        """Give the changes with their words."""
        return [(change, self.of_change(change)) for change in self.derivation.changes]

    @property
    def halts(self) -> list[tuple[Halt, str]]:
        """Give the pauses with their reason in words."""
        return [(halt, pause_words(halt.state)) for halt in self.derivation.halts]


def explain(ticket: Ticket, *, now: datetime) -> list[Explained]:
    """Explain all promises of a ticket, those to be kept first; in a fixed number of queries."""
    latest = {(row.metric, row.cycle): row for row in ticket.clocks.order_by("generation")}
    if not latest:
        return []
    walk = history.Walk()
    derived = {one.key: one for one in deriving.derive(_occurrences(ticket), look_up, now=now, walk=walk)}
    if not walk.is_known:
        stored = list(ticket.pauses.values_list("state", "began_at", "ended_at"))
        derived = {key: _as_stored(clock, stored, now) for key, clock in latest.items()}
    fires = list(EscalationFire.objects.filter(ticket=ticket).select_related("step"))
    pairs = [(clock, derived[key]) for key, clock in latest.items() if key in derived]
    terms = [change.terms for _clock, one in pairs for change in one.changes] + [one.terms for _clock, one in pairs]
    versions = PolicyVersion.objects.select_related("policy").in_bulk({one.version for one in terms if one})
    calendars = CalendarRevision.objects.select_related("calendar").in_bulk({one.calendar for one in terms if one})
    queues = {queue.pk: queue.name for queue in Queue.objects.all()}
    people = _people(fires)
    found = [
        Explained(
            clock=clock,
            derivation=one,
            version=versions.get(one.terms.version) if one.terms else None,
            calendar=calendars.get(one.terms.calendar) if one.terms else None,
            is_exact=walk.is_known,
            names=queues,
            steps=[
                Step(fire=fire, did=[_did(act, queues, people) for act in fire.outcome])
                for fire in fires
                if (fire.metric, fire.cycle) == one.key
            ],
        )
        for clock, one in pairs
    ]
    far = max((one.derivation.due_at for one in found if one.derivation.due_at), default=now)
    return sorted(found, key=lambda one: (one.is_over, one.derivation.due_at or far, one.derivation.started_at))


def moment(at: datetime) -> str:
    """Say a moment with its weekday and date."""
    there = timezone.localtime(at)
    return f"{date_format(there, 'D')} {date_format(there, 'SHORT_DATETIME_FORMAT')}"


def day_words(day: date) -> str:
    """Say a day with its weekday."""
    return f"{date_format(day, 'D')} {date_format(day, 'SHORT_DATE_FORMAT')}"


def pause_words(state: str) -> str:
    """Say why a clock stood still."""
    return gettext("solved, until it was reopened") if state == Pause.RESOLVED else str(Ticket.State(state).label)


def offset_words(minutes: int) -> str:
    """Say when a step is taken."""
    if not minutes:
        return gettext("at the deadline")
    length = spell(timedelta(minutes=abs(minutes)))
    said = gettext("%(time)s before the deadline") if minutes < 0 else gettext("%(time)s after the deadline")
    return said % {"time": length}


def start_words(change: Change | None) -> str:
    """Say what made a promise begin."""
    said = {
        "opened": gettext("opened"),
        "received": gettext("the requester wrote"),
        "reopened": gettext("reopened"),
        "resumed": gettext("no spam after all"),
        "escalated": gettext("handed over"),
        "callback": gettext("call back promised"),
    }
    if change is None:
        return gettext("its start")
    return said.get(change.kind) or str(dict(Event.Kind.choices).get(change.kind, change.kind))


def change_words(change: Change, queues: Mapping[int, str]) -> str:
    """Say what changed a promise."""
    if change.kind == "prioritised":
        return gettext("set the priority to %(name)s") % {"name": _priority(change.facts.get("target"))}
    target = change.facts.get("target")
    if change.kind in ("routed", "escalated") and isinstance(target, int):
        return gettext("moved the ticket to %(queue)s") % {"queue": queues.get(target, "")}
    return start_words(change)


def _occurrences(ticket: Ticket) -> list[deriving.Occurrence]:
    rows = ticket.events.filter(kind__in={*history.KINDS, *deriving.CAUSES}).order_by("at", "id").select_related("by")
    return [deriving.Occurrence(row.kind, row.at, row.facts, by=row.by.display_name if row.by else "") for row in rows]


def _as_stored(clock: Clock, stored: list[deriving.Stretch], now: datetime) -> Derivation:
    """Derive a promise whose events don't name its terms: its start and its target count as they are stored."""
    terms = clocks.terms_behind(clock)
    promise = history.Promise(
        metric=clock.metric, cycle=clock.cycle, started_at=clock.started_at, minutes=clock.minutes, terms=terms,
        due_at=clock.due_at, state="running" if clock.state == Clock.State.BREACHED else clock.state,
        ended_at=clock.ended_at, is_broken=clock.breached_at is not None or clock.state == Clock.State.MISSED,
        priority=clock.priority,
    )  # fmt: skip
    walk = history.Walk(stretches=list(stored))
    return deriving.derivation(promise, history.stretches_of(walk, promise), now=now)


def _policy(terms: Terms) -> str:
    return gettext("%(policy)s (version %(number)s)") % {"policy": terms.name, "number": terms.number}


def _people(fires: Iterable[EscalationFire]) -> dict[int, str]:
    named: set[int] = set()
    for fire in fires:
        for act in fire.outcome:
            if act["do"] in ("notify", "assign_on_call"):
                to = act.get("to", [])
                named |= set(to) if isinstance(to, list) else {to}
    return {user.pk: user.display_name for user in User.objects.filter(pk__in=named)} if named else {}


def _did(act: Mapping[str, Any], queues: Mapping[int, str], people: Mapping[int, str]) -> str:
    """Say what an action did, or why it did nothing."""
    skipped = {
        "nobody": gettext("nobody was there to be told"),
        "highest": gettext("the priority was the highest already"),
        "nowhere": gettext("there was no queue to move to"),
        "called": gettext("a lead was called already"),
    }
    if "skipped" in act:
        return skipped.get(str(act["skipped"]), str(act["skipped"]))
    to = act.get("to")
    several = [one for one in (to if isinstance(to, list) else [to]) if isinstance(one, int)]
    name = ", ".join(people.get(one, "?") for one in several)
    said = {
        "notify": lambda: gettext("told %(names)s") % {"names": name},
        "raise_priority": lambda: gettext("raised the priority to %(name)s") % {"name": _priority(to)},
        "move": lambda: (
            gettext("moved the ticket to %(queue)s") % {"queue": queues.get(several[0], "") if several else ""}
        ),
        "assign_on_call": lambda: gettext("gave it to %(name)s, who is on call") % {"name": name},
        "tell_requester": lambda: gettext("told the requester"),
        "call_lead": lambda: gettext("called a lead"),
    }
    say = said.get(act["do"])
    return say() if say else str(act["do"])


def _priority(value: object) -> str:
    return str({choice.value: choice.label for choice in Ticket.Priority}.get(value, ""))  # type: ignore[call-overload]
