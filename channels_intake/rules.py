"""
Which rules a mail meets, and what follows. Pure: no database, no clock; the work grows with the length of the mail.

There are no regular expressions, so that no rule and no mail can make the intake slow.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from channels_intake.authentication import dmarc
from channels_intake.envelope import Envelope
from channels_intake.models import MailRule
from knowledgebase.models import Category
from tickets.models import Queue, Ticket
from tickets.triage.language import language_of

MOST_CONDITIONS = 20
LONGEST_VALUE = 1_000
_MOST_RULES = 200
_LONGEST_TEXT = 100_000
TEXTS = ("from", "to", "cc", "subject", "text", "mailbox", "attachment_name")
FLAGS = ("has_attachment", "auto_generated")
CHOICES = {"language": ("de", "en"), "authentication": ("pass", "fail", "none")}
HEADER = "header:"
BY_CONTENT = ("text", "attachment_name", "has_attachment", "language")


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that is asked of a mail."""

    field: str
    op: str
    value: str

    @classmethod
    def read(cls, stored: dict[str, str]) -> "Condition":
        """Read a condition as a rule keeps it."""
        return cls(str(stored.get("field", "")), str(stored.get("op", "")), str(stored.get("value", "")))

    @property
    def stored(self) -> dict[str, str]:
        """Give it as a rule keeps it."""
        return {"field": self.field, "op": self.op, "value": self.value}


@dataclass(frozen=True)
class Mail:
    """What conditions ask about: the mail, where it came in and how large it is."""

    envelope: Envelope
    mailbox: str = ""
    size: int = 0

    def texts(self, name: str) -> tuple[str, ...]:
        """Give what this field of the mail says, in lower case and of bounded length."""
        if name.startswith(HEADER):
            found: Iterable[str] = self.envelope.header(name.removeprefix(HEADER))
        else:
            found = self._fields.get(name, ())
        return tuple(one[:_LONGEST_TEXT].casefold() for one in found)

    @cached_property
    def _fields(self) -> dict[str, tuple[str, ...]]:
        mail = self.envelope
        return {
            "from": (mail.from_address, mail.from_name),
            "to": mail.to,
            "cc": mail.cc,
            "subject": (mail.subject,),
            "text": (mail.full_text or mail.text,),
            "mailbox": (self.mailbox,),
            "attachment_name": tuple(file.name for file in mail.attachments),
        }

    @cached_property
    def known(self) -> dict[str, str]:
        """Give what can be only one of a few words."""
        mail = self.envelope
        verdict = dmarc(mail.authentication_results, mail.from_address)
        return {
            "language": language_of(f"{mail.subject}\n{mail.text}", mail.language_hint[:2])[0],
            "authentication": {"": "none", "none": "none", "pass": "pass"}.get(verdict, "fail"),
            "has_attachment": "yes" if mail.attachments else "no",
            "auto_generated": "yes" if mail.auto_generated or mail.auto_reply else "no",
        }


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that matched, and the conditions that made it match."""

    rule: MailRule
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rules say about a mail; a later rule fills only what no earlier one said."""

    hits: tuple[Hit, ...] = ()
    rejected_by: str = ""
    spam_by: str = ""
    queue: Queue | None = None
    ticket_kind: Ticket.Kind | None = None
    category: Category | None = None
    impact: int | None = None
    urgency: int | None = None
    language: str = ""
    is_silent: bool = False


def judge(mail: Mail, rules: Iterable[MailRule]) -> Ruling:
    """Ask the rules in their order, up to one that ends it."""
    ruling = Ruling()
    for rule in list(rules)[:_MOST_RULES]:
        met = meets(mail, rule)
        if met is None:
            continue
        ruling = _with(ruling, Hit(rule, met))
        if rule.is_last or rule.outcome == MailRule.Outcome.REJECT:
            break
    return ruling


def meets(mail: Mail, rule: MailRule) -> tuple[Condition, ...] | None:
    """Give the conditions that hold when the rule matches, else nothing; one without conditions never does."""
    asked = [Condition.read(one) for one in rule.conditions[:MOST_CONDITIONS]]
    held = tuple(condition for condition in asked if holds(mail, condition))
    enough = len(held) == len(asked) if rule.matches == MailRule.Matches.ALL else bool(held)
    return held if asked and enough else None


def holds(mail: Mail, condition: Condition) -> bool:
    """Tell whether one condition holds; what is not understood never does."""
    name, op, value = condition.field, condition.op, condition.value.strip().casefold()[:LONGEST_VALUE]
    if name == "size":
        return op == "larger" and value.isdecimal() and mail.size > int(value[:12]) * 1024
    if name in FLAGS or name in CHOICES:
        return op == "is" and mail.known[name] == value
    if not value:
        return False
    texts = mail.texts(name)
    if op == "contains":
        return any(value in text for text in texts)
    if op == "equals":
        return value in texts
    if op == "starts":
        return any(text.startswith(value) for text in texts)
    if op == "ends":
        return any(text.endswith(value) for text in texts)
    wanted = {one.strip() for one in value.replace("\n", ",").split(",")} - {""}
    return op == "one_of" and not wanted.isdisjoint(texts)


def _with(ruling: Ruling, hit: Hit) -> Ruling:
    rule = hit.rule
    return replace(
        ruling,
        hits=(*ruling.hits, hit),
        rejected_by=rule.name if rule.outcome == MailRule.Outcome.REJECT else "",
        spam_by=ruling.spam_by or (rule.name if rule.outcome == MailRule.Outcome.SPAM else ""),
        queue=ruling.queue or (rule.queue if rule.queue is not None and rule.queue.is_active else None),
        ticket_kind=ruling.ticket_kind or (Ticket.Kind(rule.ticket_kind) if rule.ticket_kind else None),
        category=ruling.category or rule.category,
        impact=ruling.impact or rule.impact,
        urgency=ruling.urgency or rule.urgency,
        language=ruling.language or rule.language,
        is_silent=ruling.is_silent or rule.is_silent,
    )
