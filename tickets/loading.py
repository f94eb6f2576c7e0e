"""Loads many tickets at once by COPY, from JSON lines (format: `bench/README.md`)."""

import json
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import IO, Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.db.models import Max

from people.models import User
from sla.models import Calendar, Policy, PolicyVersion
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import Minutes, Wording, save_policy
from tickets.models import Clock, Event, Membership, Message, Queue, Ticket
from tickets.priorities import priority_of

AGENT = "bench@helpdesk.example"
_STATES = {"new": "new", "open": "open", "pending": "pending_third", "waiting": "pending_customer"}
_PRIORITIES = {"critical": 4, "high": 3, "normal": 2, "low": 1}
_SCALES = {4: (3, 3), 3: (1, 3), 2: (1, 2), 1: (1, 1)}
_KINDS = {"request": "customer", "customer": "customer", "reply": "reply", "note": "note"}
_CAP = 100_000


class NotEmpty(Exception):
    """There are tickets already; loading would mix them with made-up ones."""


@dataclass
class _Copy:
    """Rows of one table on their way into COPY; kept in a file, so memory does not grow with them."""

    table: str
    columns: Sequence[str]
    rows: IO[str] = field(default_factory=lambda: tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 `send` closes it

    def add(self, *values: object) -> None:
        self.rows.write("\t".join(map(_copy_text, values)) + "\n")

    def send(self) -> None:
        self.rows.seek(0)
        with connection.cursor() as cursor:
            names = ", ".join(self.columns)
            cursor.cursor.copy_expert(f"COPY {self.table} ({names}) FROM STDIN", self.rows)
        self.rows.close()


def load(lines: Iterable[str], *, now: datetime, password: str) -> int:
    """
    Load queues, people and tickets and return how many tickets; the newest one is as old as the file says, from `now`.

    :raises NotEmpty: if there are tickets already.
    :raises ValueError: if a line is not of the format.
    """
    if Ticket.objects.exists():
        raise NotEmpty("There are tickets already; load into an empty database.")
    assert priority_of(*_SCALES[4]) == Ticket.Priority.CRITICAL
    with transaction.atomic():
        count = _Loader(now, password).load(json.loads(line) for line in lines if line.strip())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return count


class _Loader:
    def __init__(self, now: datetime, password: str) -> None:
        self.now, self.password = now, password
        self.shift = timedelta()
        self.queues: dict[int, int] = {}
        self.agents: dict[int, int] = {}
        self.requesters: dict[int, tuple[int, str]] = {}
        self.version = _policy(now)
        self.calendar = self.version.calendar.revision_at(now).pk
        self.person_id = User.objects.aggregate(last=Max("id"))["last"] or 0
        self.people = _Copy(
            "people_user",
            "id email name role language theme single_keys phone department location is_vip is_suspect is_active "
            "created_at password".split(),
        )
        self.memberships = _Copy("tickets_membership", "queue_id user_id level".split())
        self.tickets = _Copy(
            "tickets_ticket",
            "id subject requester_id queue_id state impact urgency priority assignee_id case_owner_id channel language "
            "token snippet void_reason resolution resolved_tier reopen_count pending_until created_at updated_at "
            "first_response_at resolved_at closed_at last_customer_at last_agent_at next_due_at next_due_paused "
            "breached version terms_version_id terms_calendar_id".split(),
        )
        self.messages = _Copy(
            "tickets_message",
            "id ticket_id kind channel author_id is_from_staff text full_text html auto_generated message_id in_reply_to "
            "notes created_at".split(),
        )
        self.events = _Copy(
            "tickets_event", "ticket_id kind at by_id message_id facts relay_at relay_tries relay_error".split()
        )
        self.clocks = _Copy(
            "tickets_clock",
            "ticket_id metric generation cycle version_id calendar_id priority minutes started_at armed_at due_at wake_at "
            "state ended_at breached_at".split(),
        )
        self.pauses = _Copy("tickets_pause", "ticket_id began_at".split())
        self.message_id = 0

    def load(self, rows: Iterator[dict[str, Any]]) -> int:
        count, ticket, messages = 0, None, []
        for row in rows:
            kind = row.get("t")
            if kind == "message":
                messages.append(row)
                continue
            if ticket is not None:
                self._ticket(ticket, messages)
                ticket, messages, count = None, [], count + 1
            if kind == "ticket":
                ticket = row
            elif kind in ("meta", "queue", "agent", "requester"):
                getattr(self, f"_{kind}")(row)
            else:
                raise ValueError(f"Not a line of the format: {row!r:.100}")
        if ticket is not None:
            self._ticket(ticket, messages)
            count += 1
        for copy in (self.people, self.memberships, self.tickets, self.messages, self.events, self.clocks, self.pauses):
            copy.send()
        _fix_sequences()
        self._own_agent()
        _index()
        return count

    def _meta(self, row: dict[str, Any]) -> None:
        self.shift = self.now - datetime.fromtimestamp(row["until"], UTC)

    def _queue(self, row: dict[str, Any]) -> None:
        queue = Queue.objects.create(
            slug=row["slug"],
            name_de=row["name"],
            name_en=row["name"],
            policy=self.version.policy,
            is_default=not self.queues,
        )
        self.queues[row["id"]] = queue.pk

    def _agent(self, row: dict[str, Any]) -> None:
        self.agents[row["id"]] = self._person(row, User.Role.AGENT)
        for queue in row["queues"]:
            self.memberships.add(self.queues[queue], self.agents[row["id"]], Membership.Level.WORK)

    def _requester(self, row: dict[str, Any]) -> None:
        self.requesters[row["id"]] = self._person(row, User.Role.REQUESTER), row["lang"]

    def _person(self, row: dict[str, Any], role: str) -> int:
        self.person_id += 1
        self.people.add(
            self.person_id, row["email"].lower(), f"{row['first']} {row['last']}", role, row["lang"], "auto", True,
            row.get("phone", ""), row.get("dept", ""), "", row.get("vip", False), False, True, self.now, "!",
        )  # fmt: skip
        return self.person_id

    def _own_agent(self) -> None:
        agent = User.objects.create(
            email=AGENT, name="Bea Bench", role=User.Role.AGENT, password=make_password(self.password)
        )
        Membership.objects.bulk_create(Membership(queue_id=q, user=agent) for q in self.queues.values())

    def _at(self, seconds: int | None) -> datetime | None:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC) + self.shift

    def _ticket(self, row: dict[str, Any], messages: list[dict[str, Any]]) -> None:
        state = _STATES.get(row["status"], row["status"])
        priority = _PRIORITIES[row["priority"]]
        requester, language = self.requesters[row["requester"]]
        agent = self.agents.get(row["agent"]) if row["agent"] else None
        created, due = self._at(row["created"]), self._at(row["resolution_due"])
        open_, paused = state not in ("resolved", "closed"), state == "pending_customer"
        breached = open_ and not paused and due is not None and due <= self.now
        by_whom = {who: [m["at"] for m in messages if (m["kind"] == "reply") == (who == "agent") and m["kind"] != "note"]
                   for who in ("agent", "customer")}  # fmt: skip
        public = [m for m in messages if m["kind"] != "note"]
        self.tickets.add(
            row["id"], row["subject"], requester, self.queues[row["queue"]], state, *_SCALES[priority], priority, agent,
            agent, row["channel"], language, secrets.token_urlsafe(24), " ".join(public[-1]["body"].split())[:160], "",
            "", None if open_ else 1, 0, None, created, self._at(row["updated"]), self._at(row["first_response"]),
            self._at(row["resolved"]), self._at(row["closed"]), self._at(max(by_whom["customer"], default=None)),
            self._at(max(by_whom["agent"], default=None)), due if open_ and not paused else None, paused, breached,
            len(messages), self.version.pk, self.calendar,
        )  # fmt: skip
        self._messages(row, requester, messages)
        if open_:
            self._clock(row, priority, created, due, "paused" if paused else "breached" if breached else "running")
            if paused:
                self.pauses.add(row["id"], self._at(row["updated"]))
        else:
            self._event(row["id"], Event.Kind.RESOLVED, self._at(row["resolved"]), agent, None)

    def _messages(self, ticket: dict[str, Any], requester: int, messages: list[dict[str, Any]]) -> None:
        for row in messages:
            self.message_id += 1
            kind, at = _KINDS[row["kind"]], self._at(row["at"])
            staff = row["from_type"] == "agent"
            author = self.agents[row["from_id"]] if staff else requester
            self.messages.add(
                self.message_id, row["ticket"], kind, ticket["channel"], author, staff, row["body"], "", "", False,
                row["mid"], "", "[]", at,
            )  # fmt: skip
            event = {"reply": Event.Kind.REPLIED, "note": Event.Kind.NOTED}.get(kind, Event.Kind.RECEIVED)
            self._event(row["ticket"], Event.Kind.OPENED if row["n"] == 1 else event, at, author, self.message_id)

    def _event(self, ticket: int, kind: str, at: datetime | None, by: int | None, message: int | None) -> None:
        self.events.add(ticket, kind, at, by, message, "{}", None, 0, "")

    def _clock(
        self, row: dict[str, Any], priority: int, started: datetime | None, due: datetime | None, state: str
    ) -> None:
        minutes = (row["resolution_due"] - row["created"]) // 60
        breached_at = due if state == Clock.State.BREACHED else None
        self.clocks.add(
            row["id"],
            Clock.Metric.RESOLUTION,
            1,
            1,
            self.version.pk,
            self.calendar,
            priority,
            minutes,
            started,
            started,
            due,
            due if state == Clock.State.RUNNING else None,
            state,
            None,
            breached_at,
        )


def _policy(now: datetime) -> PolicyVersion:
    openings = [Opening(day, time(8), time(17)) for day in range(5)]
    calendar = save_calendar(Calendar(name="Loaded", timezone="Europe/Berlin"), openings=openings, holidays={}, now=now)
    targets = {4: Minutes(30, 240), 3: Minutes(240, 1440), 2: Minutes(480, 4320), 1: Minutes(1440, 14400)}
    is_default = not Policy.objects.filter(is_default=True).exists()
    policy = Policy(name="Loaded", is_default=is_default)
    return save_policy(policy, Wording(calendar=calendar, targets=targets), now=now)


def _index() -> None:
    """Fill the search rows in one statement; `tickets.search.index` does the same for one message."""
    words = (
        """to_tsvector(CASE t.language WHEN 'en' THEN 'helpdesk_english' ELSE 'helpdesk_german' END::regconfig, {})"""
    )
    text = "left(string_agg(m.text, ' ' ORDER BY m.id) FILTER (WHERE m.kind {} 'note'), %s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            INSERT INTO tickets_searchtext (ticket_id, public, internal)
            SELECT t.id, setweight({words.format("t.subject")}, 'A') || {words.format("x.public")},
                   {words.format("x.internal")}
            FROM tickets_ticket t
            JOIN (SELECT m.ticket_id, {text.format("<>")} AS public, {text.format("=")} AS internal
                  FROM tickets_message m GROUP BY m.ticket_id) x ON x.ticket_id = t.id
            """,  # noqa: S608 made of literals
            [_CAP, _CAP],
        )


def _fix_sequences() -> None:
    with connection.cursor() as cursor:
        for model in (User, Ticket, Message):
            table = model._meta.db_table
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")  # noqa: S608


_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})


def _copy_text(value: object) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value).translate(_ESCAPES)
