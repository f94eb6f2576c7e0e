"""Rules before the ticket exists: what they ask, and what follows."""

import time
from typing import Any

import pytest
from django.test import override_settings
from django.utils.translation import override

from channels_intake.email.parse import to_envelope
from channels_intake.models import Arrival, Block, Mailbox, MailRule
from channels_intake.reasons import worded
from channels_intake.rules import Condition, Mail, holds, judge
from tests.channels_intake.mails import mail, receive
from tests.factories import NOW, make_agent, make_category, make_queue
from tickets.models import Queue, Ticket

AUTH = "mx.helpdesk.example; dmarc={} header.from=kunde.example"


def _rule(field: str = "subject", op: str = "contains", value: str = "drucker", **fields: Any) -> MailRule:
    conditions = fields.pop("conditions", [{"field": field, "op": op, "value": value}])
    return MailRule.objects.create(name=fields.pop("name", "Printers"), conditions=conditions, **fields)


def _mail(**more: str) -> Mail:
    raw = mail(cc="Karl <karl@kunde.example>", X_Source="Shop; Order 7", **more)
    return Mail(to_envelope(raw), "support@helpdesk.example", 5_000)


@pytest.mark.parametrize(
    ("field", "op", "value", "expected"),
    [
        ("from", "equals", "PETRA@kunde.example", True),
        ("from", "ends", "@kunde.example", True),
        ("from", "contains", "Petra Person", True),
        ("from", "equals", "kunde.example", False),
        ("to", "starts", "support@", True),
        ("cc", "one_of", "anna@kunde.example, karl@kunde.example", True),
        ("cc", "one_of", "karl@kunde", False),
        ("subject", "contains", "DRUCKT", True),
        ("subject", "contains", ".*", False),
        ("text", "contains", "dritten stock", True),
        ("header:X-Source", "contains", "order 7", True),
        ("header:x-other", "contains", "order", False),
        ("mailbox", "equals", "support@helpdesk.example", True),
        ("size", "larger", "4", True),
        ("size", "larger", "5", False),
        ("size", "larger", "-1", False),
        ("has_attachment", "is", "no", True),
        ("has_attachment", "is", "yes", False),
        ("auto_generated", "is", "no", True),
        ("language", "is", "de", True),
        ("authentication", "is", "none", True),
        ("subject", "contains", "  ", False),
        ("subject", "matches", "drucker", False),
        ("unknown", "contains", "drucker", False),
    ],
)
def test_a_condition_holds_or_does_not(field: str, op: str, value: str, expected: bool) -> None:
    assert holds(_mail(), Condition(field, op, value)) is expected


@override_settings(MAIL_AUTHSERV_ID="mx.helpdesk.example")
@pytest.mark.parametrize("verdict", ["pass", "fail", "none"])
def test_the_word_of_our_own_server_is_a_condition(verdict: str) -> None:
    ours = _mail(Authentication_Results=AUTH.format(verdict))
    foreign = _mail(Authentication_Results=AUTH.format(verdict).replace("mx.", "evil."))

    assert holds(ours, Condition("authentication", "is", verdict))
    assert holds(foreign, Condition("authentication", "is", "none"))


def test_all_or_any_conditions_have_to_hold() -> None:
    both = [{"field": "subject", "op": "contains", "value": word} for word in ("drucker", "fax")]
    any_of, all_of = MailRule(conditions=both, matches="any"), MailRule(conditions=both, matches="all")

    hit = judge(_mail(), [all_of, any_of]).hits
    assert [(one.rule, [c.value for c in one.conditions]) for one in hit] == [(any_of, ["drucker"])]
    assert judge(_mail(), [MailRule(conditions=[], matches="all"), MailRule(conditions=[], matches="any")]).hits == ()


def test_later_rules_fill_only_what_earlier_ones_left_open() -> None:
    said = {"conditions": [{"field": "subject", "op": "contains", "value": "drucker"}]}
    first = MailRule(name="1", urgency=1, is_last=False, **said)
    second = MailRule(name="2", urgency=3, impact=2, language="en", **said)
    never = MailRule(name="3", outcome="reject", **said)

    ruling = judge(_mail(), [first, second, never])

    assert (ruling.urgency, ruling.impact, ruling.language, ruling.rejected_by) == (1, 2, "en", "")


def test_two_hundred_rules_over_a_large_mail_take_no_time() -> None:
    text = ("a" * 60 + " ") * 30_000
    large = Mail(to_envelope(mail(text=text)), size=len(text))
    rules = [
        MailRule(conditions=[{"field": "text", "op": "contains", "value": "a" * 61 + "b"}] * 20, matches="any")
        for _ in range(300)
    ]
    started = time.process_time()

    assert judge(large, rules).hits == ()
    assert time.process_time() - started < 2


def test_a_rule_sets_queue_priority_and_language_and_keeps_quiet(queue: Queue) -> None:
    printers = make_queue(slug="printers")
    _rule(queue=printers, impact=3, urgency=3, language="en", is_silent=True)

    taken = receive(mail())

    ticket = taken.ticket
    assert (ticket.queue, ticket.priority, ticket.language) == (printers, Ticket.Priority.CRITICAL, "en")
    assert taken.acknowledgement is None
    assert ticket.events.get(kind="opened").facts["queue_chosen"] is True


def test_a_rule_that_is_not_active_does_nothing(queue: Queue) -> None:
    _rule(outcome="reject", is_active=False)

    assert receive(mail()).outcome == "created"


def test_a_refused_mail_makes_no_ticket_and_no_person_and_its_arrival_names_the_rule(queue: Queue) -> None:
    _rule(outcome="reject", name="No printers")

    taken = receive(mail())

    assert (taken.outcome, Ticket.objects.count()) == ("rejected", 0)
    arrival = Arrival.objects.get()
    with override("en"):
        assert (arrival.state, worded(arrival.reason)) == ("rejected", "The rule “No printers” refuses it.")
    assert bytes(arrival.raw)


def test_no_rule_keeps_an_answer_of_the_requester_from_the_ticket(queue: Queue) -> None:
    first = receive(mail())
    _rule(outcome="reject")
    Block.objects.create(pattern="@kunde.example", at=NOW)

    own = receive(mail(answers=first.acknowledgement.message_id))
    other = receive(mail("eva@kunde.example", answers=first.acknowledgement.message_id))

    assert (own.outcome, own.ticket) == ("appended", first.ticket)
    assert (other.outcome, other.ticket) == ("rejected", None)


def test_a_blocked_address_reaches_not_even_its_own_ticket(queue: Queue) -> None:
    first = receive(mail())
    Block.objects.create(pattern="petra@kunde.example", at=NOW)

    taken = receive(mail(answers=first.acknowledgement.message_id))

    assert (taken.outcome, first.ticket.messages.count()) == ("rejected", 2)
    with override("en"):
        assert worded(Arrival.objects.latest("pk").reason) == "The sender is blocked by the entry petra@kunde.example."


@pytest.mark.parametrize(
    ("pattern", "outcome"),
    [
        ("@kunde.example", "rejected"),
        ("@mail.kunde.example", "rejected"),
        ("@unde.example", "created"),
        ("@example", "created"),
        ("petra@kunde.example", "created"),
    ],
)
def test_a_domain_stands_for_its_subdomains(queue: Queue, pattern: str, outcome: str) -> None:
    Block.objects.create(pattern=pattern, at=NOW)

    assert receive(mail("petra@mail.kunde.example")).outcome == outcome


def test_who_is_allowed_is_neither_blocked_nor_taken_for_spam(queue: Queue) -> None:
    Block.objects.create(pattern="@kunde.example", at=NOW)
    Block.objects.create(pattern="petra@kunde.example", kind="allow", at=NOW)
    _rule(outcome="spam")

    assert receive(mail()).ticket.state == "new"
    assert receive(mail("eva@kunde.example")).outcome == "rejected"


@override_settings(MAIL_AUTHSERV_ID="mx.helpdesk.example")
def test_a_forged_sender_is_not_allowed(queue: Queue) -> None:
    Block.objects.create(pattern="petra@kunde.example", kind="allow", at=NOW)
    _rule(outcome="spam")

    assert receive(mail(Authentication_Results=AUTH.format("fail"))).ticket.state == "void"
    assert receive(mail(Authentication_Results=AUTH.format("pass"))).ticket.state == "new"


@pytest.mark.parametrize("trusted", [True, False])
def test_headers_of_our_own_systems_count_only_in_trusted_mailboxes(queue: Queue, trusted: bool) -> None:
    printers = make_queue(slug="printers")
    box = Mailbox.objects.create(name="S", address="alerts@helpdesk.example", is_trusted=trusted)
    headers = {"X_Helpdesk_Priority": "Critical", "X_Helpdesk_Queue": "Printers", "X_OTRS_Priority": "5 very high"}

    ticket = receive(mail(**headers), mailbox=box).ticket

    expected = (Ticket.Priority.CRITICAL, printers) if trusted else (Ticket.Priority.NORMAL, queue)
    assert (ticket.priority, ticket.queue) == expected


def test_a_rule_beats_a_header(queue: Queue) -> None:
    printers = make_queue(slug="printers")
    box = Mailbox.objects.create(name="S", address="alerts@helpdesk.example", is_trusted=True)
    _rule(queue=queue, urgency=1)

    ticket = receive(mail(X_Helpdesk_Priority="critical", X_Helpdesk_Queue=printers.slug), mailbox=box).ticket

    assert (ticket.queue, ticket.priority) == (queue, Ticket.Priority.LOW)


def test_an_agents_name_alone_does_not_pass_the_rules(queue: Queue) -> None:
    first = receive(mail())
    make_agent(queue, email="anna@helpdesk.example")
    _rule(outcome="reject")

    assert receive(mail("anna@helpdesk.example", answers=first.acknowledgement.message_id)).outcome == "rejected"


def test_a_rule_says_of_what_kind_the_request_is_and_what_it_is_about(queue: Queue) -> None:
    printers, other = make_category(), make_category()
    _rule(ticket_kind="request", is_last=False)
    _rule(ticket_kind="complaint", category=printers, is_last=False)
    _rule(category=other)

    ticket = receive(mail(subject="Drucker")).ticket

    assert ticket is not None
    assert (ticket.kind, ticket.category) == (Ticket.Kind.REQUEST, printers)


def test_without_a_rule_a_mail_is_an_incident_about_nothing_known(queue: Queue) -> None:
    ticket = receive(mail(subject="Drucker")).ticket

    assert ticket is not None
    assert (ticket.kind, ticket.category) == (Ticket.Kind.INCIDENT, None)
