"""Rules about mails in the settings: their conditions, their order, the test run, and the list of senders."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_intake.email import arriving
from channels_intake.models import Arrival, Block, MailRule
from people.models import AuditEntry, User
from tests.channels_intake.mails import bounce, mail
from tests.factories import make_agent, make_user
from tests.settings.conftest import Everything, entries
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def _sent(*conditions: tuple[str, str, str], **more: str) -> dict[str, str]:
    sent = {"name": "Shop", "needed": "any", "outcome": "ticket", "is_active": "on", "is_last": "on", **more}
    for number, (field, op, value) in enumerate(conditions):
        name, _, header = field.partition(":")
        sent |= {f"c{number}-field": name, f"c{number}-header": header, f"c{number}-op": op, f"c{number}-value": value}
    return sent


def test_a_rule_is_saved_with_its_conditions_and_comes_last(client: Client, everything: Everything) -> None:
    client.post(
        reverse("settings:mail_rule_new"),
        _sent(("header:X-Source", "contains", "shop"), ("size", "is", "500"), queue=str(everything.second.pk)),
    )

    rule = MailRule.objects.get(name="Shop")
    assert rule.conditions == [
        {"field": "header:x-source", "op": "contains", "value": "shop"},
        {"field": "size", "op": "larger", "value": "500"},
    ]
    assert rule.matches == "any"
    assert (rule.queue, rule.position > 100, entries()) == (
        everything.second,
        True,
        [("channels_intake.mailrule", "created")],
    )


@pytest.mark.parametrize(
    ("field", "op", "value", "said"),
    [
        ("size", "larger", "much", "Write a number of kilobytes."),
        ("has_attachment", "is", "perhaps", "Write one of these: yes, no."),
        ("authentication", "is", "ok", "Write one of these: pass, fail, none."),
        ("header", "contains", "x", "Write the name of a header, such as X-Source."),
        ("subject", "contains", "", "This field is required."),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    client: Client, everything: Everything, field: str, op: str, value: str, said: str
) -> None:
    answer = client.post(reverse("settings:mail_rule_new"), _sent((field, op, value)))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not MailRule.objects.filter(name="Shop").exists()


def test_a_rule_without_conditions_is_refused(client: Client, everything: Everything) -> None:
    answer = client.post(reverse("settings:mail_rule_new"), _sent())

    assert (answer.status_code, MailRule.objects.filter(name="Shop").exists()) == (422, False)


def test_conditions_are_added_and_removed_by_plain_buttons(client: Client, everything: Everything) -> None:
    two = _sent(("subject", "contains", "first"), ("subject", "contains", "second"))
    del two["is_active"]

    added = client.post(reverse("settings:mail_rule_new"), two | {"add": "1"})
    dropped = client.post(reverse("settings:mail_rule_new"), two | {"drop": "0"})

    assert [one["value"].value() for one in added.context["conditions"]] == ["first", "second", None]
    assert [one["value"].value() for one in dropped.context["conditions"]] == ["second"]
    kept = added.context["form"]
    assert [bool(kept[name].value()) for name in ("name", "is_last", "is_active")] == [True, True, False]
    assert not MailRule.objects.filter(name="Shop").exists()


def test_rules_move_are_turned_off_and_deleted(client: Client, everything: Everything) -> None:
    first = MailRule.objects.get()
    second = MailRule.objects.create(name="Second", conditions=[], position=200)

    client.post(reverse("settings:mail_rule_position", args=[second.pk]), {"direction": "up"})
    client.post(reverse("settings:mail_rule_switch", args=[first.pk]))
    client.post(reverse("settings:mail_rule_removal", args=[second.pk]))

    rule = MailRule.objects.get()
    assert (rule, rule.is_active, rule.position) == (first, False, 20)
    assert [action for _, action in entries()] == ["changed", "changed", "removed"]


def test_the_test_run_says_which_rule_matches_by_which_condition(client: Client, everything: Everything) -> None:
    rule = MailRule.objects.get()
    MailRule.objects.filter(pk=rule.pk).update(outcome="spam")
    arrival = arriving.store(mail(subject="Lottery <b>"), now=timezone.now()).arrival

    stored = client.get(reverse("settings:mail_rule_trial"), {"arrival": arrival.pk}).content.decode()
    pasted = client.post(
        reverse("settings:mail_rule_trial"), {"raw": mail(subject="Printer").decode()}
    ).content.decode()

    assert "Spam, by the rule “Lottery”." in stored
    assert "subject contains “lottery”" in stored
    assert "Lottery &lt;b&gt;" in stored
    assert "It becomes a ticket." in pasted
    assert "No rule matches." in pasted
    assert Ticket.objects.count() == 0
    assert Arrival.objects.get().state == Arrival.State.STORED


def test_the_test_run_knows_blocked_senders(client: Client, everything: Everything) -> None:
    raw = mail("a@spam.example").decode()

    page = client.post(reverse("settings:mail_rule_trial"), {"raw": raw}).content.decode()

    assert "The sender is blocked by the entry @spam.example." in page


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"Subject: Hello\r\n\r\nWho am I?", "There is no address of a sender."),
        (mail("support@helpdesk.example"), "The sender is one of our own addresses."),
        (mail("gone@kunde.example"), "The sender is blocked."),
        (mail(Auto_Submitted="auto-replied"), "An automatic reply that belongs to no ticket."),
        (bounce("<nothing@elsewhere.example>"), "A delivery report about a mail that is not ours."),
    ],
)
def test_the_test_run_says_what_makes_no_ticket_before_any_rule_is_asked(
    client: Client, everything: Everything, raw: bytes, said: str
) -> None:
    make_user("gone@kunde.example", is_active=False)

    page = client.post(reverse("settings:mail_rule_trial"), {"raw": raw.decode()}).content.decode()

    assert said in page
    assert "It becomes a ticket." not in page


def test_a_test_run_without_a_mail_asks_for_one(client: Client, everything: Everything) -> None:
    answer = client.post(reverse("settings:mail_rule_trial"), {"raw": " "})
    untouched = client.get(reverse("settings:mail_rule_trial"))

    assert (answer.status_code, untouched.status_code) == (422, 200)
    assert "Choose a mail, or paste one." in answer.content.decode()
    assert "Choose a mail, or paste one." not in untouched.content.decode()


def test_what_a_rule_leaves_alone_is_said_in_words(client: Client, everything: Everything) -> None:
    page = client.get(reverse("settings:mail_rule_new")).content.decode()
    client.post(reverse("settings:mail_rule_new"), _sent(("subject", "contains", "shop")))

    rule = MailRule.objects.get(name="Shop")
    assert page.count("as without the rule") == 6
    assert "---------" not in page
    assert (rule.impact, rule.urgency, rule.language) == (None, None, "")


def test_a_rule_counts_what_it_would_have_hit(client: Client, everything: Everything) -> None:
    now = timezone.now()
    for days, subject in ((1, "Lottery"), (2, "Your lottery win"), (3, "Printer"), (40, "Lottery")):
        arriving.store(mail(subject=subject, text="lottery"), now=now - timedelta(days=days))
    rule = MailRule.objects.get()

    page = client.get(reverse("settings:mail_rule", args=[rule.pk]), {"count": "1"}).content.decode()
    MailRule.objects.filter(pk=rule.pk).update(conditions=[{"field": "text", "op": "contains", "value": "lottery"}])
    by_text = client.get(reverse("settings:mail_rule", args=[rule.pk]), {"count": "1"}).content.decode()

    assert "it would have hit 2 of 3 mails" in page
    assert "it would have hit 0 of 3 mails" in by_text
    assert "conditions about text, language and files are left out" in by_text


@pytest.mark.parametrize(
    ("pattern", "kept"),
    [
        ("Bad@Spam.Example", "bad@spam.example"),
        ("@Bad.example", "@bad.example"),
        ("bad", ""),
        ("@bad", ""),
        ("@a b.de", ""),
    ],
)
def test_addresses_and_domains_are_put_on_the_list(
    client: Client, everything: Everything, pattern: str, kept: str
) -> None:
    answer = client.post(reverse("settings:blocks"), {"pattern": pattern, "kind": "block", "note": "rude"})

    found = list(Block.objects.exclude(pattern="@spam.example").values_list("pattern", flat=True))
    assert (answer.status_code, found) == ((302, [kept]) if kept else (422, []))


def test_the_list_is_searched_and_entries_are_taken_off(client: Client, everything: Everything, admin: User) -> None:
    client.post(reverse("settings:blocks"), {"pattern": "good@kunde.example", "kind": "allow", "note": "our best"})
    entry = Block.objects.get(kind="allow")

    found = client.get(reverse("settings:blocks"), {"q": "best"}).content.decode()
    client.post(reverse("settings:block_removal", args=[entry.pk]))

    assert "good@kunde.example" in found
    assert "@spam.example" not in found
    assert (entry.by, Block.objects.filter(kind="allow").exists()) == (admin, False)
    assert AuditEntry.objects.latest("pk").changes["pattern"] == ["good@kunde.example", None]


@pytest.mark.parametrize(
    "pattern", ["anna@helpdesk.example", "@helpdesk.example", "@example", "support@helpdesk.example"]
)
def test_who_works_here_and_our_own_addresses_are_never_blocked(
    client: Client, everything: Everything, pattern: str
) -> None:
    make_agent(email="anna@helpdesk.example")
    sent = {"pattern": pattern.replace("@example", "@it.example"), "kind": "block", "note": ""}
    make_agent(email="bert@first.it.example")

    refused = client.post(reverse("settings:blocks"), sent)
    allowed = client.post(reverse("settings:blocks"), sent | {"kind": "allow"})

    assert (refused.status_code, allowed.status_code) == (422, 302)
    assert "belongs here; its mail cannot be refused." in refused.content.decode()
    assert list(Block.objects.filter(kind="block").values_list("pattern", flat=True)) == ["@spam.example"]


def test_a_search_that_finds_nobody_does_not_say_that_the_list_is_empty(client: Client, everything: Everything) -> None:
    page = client.get(reverse("settings:blocks"), {"q": "<nobody>"}).content.decode()

    assert "No entry has “&lt;nobody&gt;” in it." in page
    assert "Nobody is listed" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count - 1):
        MailRule.objects.create(name=f"Rule {number}", conditions=[], queue=everything.queue)
        Block.objects.create(pattern=f"a{number}@spam.example", at=timezone.now())

    with django_assert_num_queries(3):
        client.get(reverse("settings:mail_rules"))
    with django_assert_num_queries(4):
        client.get(reverse("settings:blocks"))
