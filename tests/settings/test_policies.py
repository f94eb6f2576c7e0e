"""The editor of service levels: conditions, steps, versions, and trying them out."""

from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from helpdesk.administration.forms.policies import MOMENT, data_of
from helpdesk.administration.operations.promising import record_policy
from people.models import AuditEntry, Organisation
from sla.models import Policy
from sla.operations.policies import Minutes, Step, Wording, save_policy, wording_of
from sla.promises import choose
from tests.factories import NOW
from tests.settings.conftest import Everything, entries

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
NOTIFY = {"do": "notify", "whom": ["assignee", "queue_lead"]}


def stored(policy: Policy) -> QueryDict:
    """Give what the page sends when nothing is touched."""
    policy = Policy.objects.get(pk=policy.pk)
    data = data_of(policy, wording_of(policy.versions.latest("number")))
    data.pop("valid_from", None)
    return data


def send(client: Client, policy: Policy, data: QueryDict) -> Any:
    """Save the page."""
    return client.post(
        reverse("settings:policy", args=[policy.pk]), data.urlencode(), content_type="application/x-www-form-urlencoded"
    )


def everything_said(everything: Everything) -> Wording:
    """Make a version with one of everything."""
    tell = {"do": "tell_requester", "text_de": "Wir sind dran.", "text_en": "We are on it."}
    people = {"do": "notify", "people": [everything.agent.pk]}
    steps = (
        Step("first_response", -30, (NOTIFY,), ({"field": "vip", "op": "in", "values": [True]},)),
        Step("resolution", 0, ({"do": "raise_priority"}, {"do": "move", "queue": everything.second.pk})),
        Step("callback", 60, ({"do": "assign_on_call"}, tell, {"do": "call_lead"}, people)),
    )
    return Wording(
        calendar=everything.calendar,
        targets={4: Minutes(15, 120, 30, 20, 45), 1: Minutes(callback=90)},
        steps=steps,
        conditions=({"field": "channel", "op": "in", "values": ["phone"]},),
        pauses=("pending_customer", "scheduled"),
    )


def test_everything_is_entered_and_stored(client: Client, everything: Everything) -> None:
    organisation = Organisation.objects.create(name="Nord GmbH")
    data = stored(everything.policy)
    data.update(
        {
            "next_response_4": "30 min", "acceptance_4": "20 min", "callback_3": "1:30",
            "c0-field": "organisation", "c0-op": "not_in", "c1-field": "channel", "c1-op": "in",
            "s5-metric": "acceptance", "s5-when": "before", "s5-length": "10 min", "s5-move": "next",
            "s5-raise_priority": "on", "s5-text_de": "Gleich.", "s5-text_en": "Soon.", "s5-call_lead": "on",
            "s5-c3-field": "tier", "s5-c3-op": "in",
        }
    )  # fmt: skip
    for name, values in {
        "c": ["0", "1"], "c0-values": [str(organisation.pk)], "c1-values": ["phone", "chat"], "s": ["5"], "s5-c": ["3"],
        "s5-c3-values": ["1"], "s5-whom": ["on_call"], "s5-people": [str(everything.agent.pk)],
        "pauses": ["pending_third", "pending_customer"],
    }.items():  # fmt: skip
        data.setlist(name, values)

    response = send(client, everything.policy, data)

    assert response.status_code == 302, response.content.decode()
    said = wording_of(everything.policy.versions.get(number=2))
    assert said.targets == {3: Minutes(60, 480, callback=90), 4: Minutes(next_response=30, acceptance=20)}
    assert said.conditions == (
        {"field": "organisation", "op": "not_in", "values": [organisation.pk]},
        {"field": "channel", "op": "in", "values": ["phone", "chat"]},
    )
    assert said.pauses == ("pending_customer", "pending_third")
    assert said.steps == (
        Step(
            "acceptance", -10,
            (
                {"do": "notify", "whom": ["on_call"], "people": [everything.agent.pk]}, {"do": "raise_priority"},
                {"do": "move"}, {"do": "tell_requester", "text_de": "Gleich.", "text_en": "Soon."}, {"do": "call_lead"},
            ),
            ({"field": "tier", "op": "in", "values": [1]},),
        ),
    )  # fmt: skip


def test_saving_without_a_change_makes_no_version(client: Client, everything: Everything) -> None:
    said = save_policy(everything.policy, everything_said(everything), now=NOW + timedelta(hours=1))

    response = send(client, everything.policy, stored(everything.policy))

    assert response.status_code == 302, response.content.decode()
    assert everything.policy.versions.latest("number") == said
    assert entries() == []


def test_what_is_not_touched_stays_as_it_was_stored(client: Client, everything: Everything) -> None:
    before = everything_said(everything)
    save_policy(everything.policy, before, now=NOW + timedelta(hours=1))
    data = stored(everything.policy)
    data["s0-length"] = "1 h"

    send(client, everything.policy, data)

    after = wording_of(everything.policy.versions.latest("number"))
    assert after.steps[0].offset == -60
    # Its actions stand in another order than the editor's own.
    assert after.steps[1:] == before.steps[1:]


def test_the_record_says_in_words_what_changed(client: Client, everything: Everything) -> None:
    data = stored(everything.policy)
    data.update({"callback_3": "1 h", "c0-field": "priority", "c0-op": "in", "s1-metric": "first_response"})
    data.setlist("c", ["0"])
    data.setlist("c0-values", ["4", "3"])
    data.setlist("s", ["0"])

    send(client, everything.policy, data)

    assert AuditEntry.objects.get().changes == {
        "promised for high": [
            "First response 1 h, Resolution 8 h",
            "First response 1 h, Resolution 8 h, Call back 1 h",
        ],
        "conditions": [[], ["Priority is one of critical, high"]],
        "steps": [
            [
                "First response, at the deadline: move to the next level – only if Support level is one of 1st level",
                "Resolution, at the deadline: move to the next level – only if Support level is one of 1st level",
            ],
            ["First response, at the deadline: move to the next level – only if Support level is one of 1st level"],
        ],
    }


@pytest.mark.parametrize(
    ("act", "rows"),
    [
        ("add:s", {"s": ["0", "1", "2"]}),
        ("drop:s:0", {"s": ["1"]}),
        ("down:s:0", {"s": ["1", "0"]}),
        ("up:s:0", {"s": ["0", "1"]}),
        ("add:c", {"c": ["0"]}),
        ("add:s1-c", {"s1-c": ["0", "1"]}),
        ("drop:s1-c:0", {"s1-c": []}),
        ("nonsense:s:x", {"s": ["0", "1"]}),
    ],
)
def test_rows_come_and_go_and_nothing_typed_is_lost(
    client: Client, everything: Everything, act: str, rows: dict[str, list[str]]
) -> None:
    data = stored(everything.policy)
    data.update({"act": act, "name": "Half typ", "callback_3": "nonsense", "c-new": "channel", "s1-c-new": "vip"})

    response = send(client, everything.policy, data)

    page = response.content.decode()
    assert response.status_code == 200
    assert 'value="Half typ"' in page
    assert 'value="nonsense"' in page
    for name, numbers in rows.items():
        found = [line.split('value="')[1].split('"')[0] for line in page.split(f'name="{name}" ')[1:]]
        assert found == numbers
    assert everything.policy.versions.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"callback_3": "soon"}, "callback_3", "Write it as 45 min"),
        ({"resolution_3": "10 min"}, "resolution_3", "cannot be due before"),
        ({"valid_from": "2020-01-01T10:00"}, "valid_from", "This moment has passed"),
        ({"s0-when": "before"}, "s0-length", "Write how long"),
        ({"s0-length": "soon"}, "s0-length", "Write it as 45 min"),
        ({"s0-length": "1 h"}, "s0-when", "or leave the working time empty"),
        ({"s0-move": ""}, "s0-whom", "at least one thing"),
        ({"s0-move": "999"}, "s0-move", "Select a valid choice"),
        ({"s0-text_de": "Hallo"}, "s0-text_en", "in both languages"),
        ({"s0-c": "7", "s0-c7-field": "vip", "s0-c7-op": "in"}, "s0-c7-values", "Choose at least one"),
        ({"c": "7", "c7-field": "queue", "c7-op": "in", "c7-values": "999"}, "c7-values", "Select a valid choice"),
    ],
)
def test_mistakes_are_explained_at_their_field(
    client: Client, everything: Everything, changes: dict[str, str], field: str, words: str
) -> None:
    data = stored(everything.policy)
    for name, value in changes.items():
        data[name] = value

    response = send(client, everything.policy, data)

    page = unescape(response.content.decode())
    assert response.status_code == 422
    assert words in page.split(f'id="id_{field}-error">')[1].split("</p>")[0]
    assert (everything.policy.versions.count(), entries()) == (1, [])


def test_a_default_cannot_be_turned_off(client: Client, everything: Everything) -> None:
    data = stored(everything.policy)
    del data["is_active"]

    response = send(client, everything.policy, data)

    assert "cannot be turned off" in response.content.decode()
    assert Policy.objects.get().is_active


def later(days: int) -> datetime:
    """Give a moment that has not come yet, to the minute."""
    return (timezone.now() + timedelta(days=days)).replace(second=0, microsecond=0)


def plan(client: Client, everything: Everything, moment: datetime) -> None:
    """Plan a stricter version."""
    data = stored(everything.policy)
    data.update({"first_response_3": "30 min", "valid_from": moment.astimezone(BERLIN).strftime(MOMENT)})
    assert send(client, everything.policy, data).status_code == 302


def test_a_version_can_be_planned_and_is_shown_as_planned(client: Client, everything: Everything) -> None:
    moment = later(3)

    plan(client, everything, moment)

    page = client.get(reverse("settings:policy", args=[everything.policy.pk])).content.decode()
    assert everything.policy.versions.get(number=2).valid_from == moment
    for now, number in ((timezone.now(), 1), (moment, 2)):
        terms = choose({"priority": 3}, named=everything.policy.pk, now=now)
        assert terms is not None
        assert terms.number == number
    assert "version 1 is in force" in page
    assert "version 2 is planned" in page
    assert 'value="30 min"' in page
    assert f'value="{moment.astimezone(BERLIN).strftime(MOMENT)}"' in page


def test_what_is_planned_can_be_dropped(client: Client, everything: Everything) -> None:
    plan(client, everything, later(3))

    client.post(reverse("settings:policy_planned_removal", args=[everything.policy.pk]))

    assert [one.number for one in everything.policy.versions.all()] == [1]
    assert entries() == [("sla.policy", "changed")] * 2


def test_the_versions_say_who_changed_what(client: Client, everything: Everything) -> None:
    data = stored(everything.policy)
    data["first_response_3"] = "45 min"
    send(client, everything.policy, data)
    plan(client, everything, later(3))

    page = client.get(reverse("settings:policy_versions", args=[everything.policy.pk])).content.decode()

    words = [
        page.index(word)
        for word in (
            ">planned<",
            "<ins>First response 30 min",
            ">in force<",
            "<ins>First response 45 min",
            ">past<",
            "The system",
        )
    ]
    assert words == sorted(words)
    assert page.count("Ada Admin") > 2


def test_the_order_is_changed_and_recorded(client: Client, everything: Everything) -> None:
    client.post(
        reverse("settings:policy_new"), {"name": "Phone", "calendar": everything.calendar.pk, "is_active": "on"}
    )
    phone = Policy.objects.get(name="Phone")
    before = [str(one) for one in Policy.objects.all()]

    client.post(reverse("settings:policy_position", args=[phone.pk]), {"direction": "up"})
    client.post(reverse("settings:policy_position", args=[phone.pk]), {"direction": "up"})

    assert (before, [str(one) for one in Policy.objects.all()]) == (["Standard", "Phone"], ["Phone", "Standard"])
    assert AuditEntry.objects.latest("pk").changes == {"position": [2, 1]}


def test_every_promise_is_said_in_working_words(client: Client, everything: Everything) -> None:
    data = {"calendar": everything.calendar.pk, "first_response_4": "1 h", "next_response_4": "30 min",
            "resolution_4": "4 h", "acceptance_4": "15 min", "callback_4": "20 h"}  # fmt: skip

    text = client.post(reverse("settings:policy_preview"), data).content.decode()

    assert "A ticket of priority “critical” opened Friday 16:30 must be answered by Monday 08:30." in text
    assert "What its requester writes Friday 16:30 after a first answer must be answered by Friday 17:00." in text
    assert "Opened Friday 16:30, it must be solved by Monday 11:30." in text
    assert "A hand-over offered Friday 16:30 must be accepted or returned by Friday 16:45." in text
    assert "A call back promised Friday 16:30 must be made by Wednesday 09:30." in text


def test_the_trial_says_which_version_holds_why_and_what_happens_when(client: Client, everything: Everything) -> None:
    phone = save_policy(Policy(name="Phone", position=1), everything_said(everything), now=NOW).policy
    asked = {"moment": "2026-11-27T16:30", "priority": "4", "channel": "phone", "queue": everything.queue.pk}

    page = unescape(client.get(reverse("settings:policy_trial"), asked).content.decode())

    for words in (
        "Phone</a>, version 1",
        "It is the first whose conditions all hold: Channel is one of Phone",
        "Resolution: Mon, 30 Nov 2026, 09:30",
        "16:30–17:00", "08:00–09:30",
        "Fri, 27 Nov 2026, 16:30</b> (30 min before the deadline): notify assignee, lead of the queue",
        "Only if: Requester is a VIP is one of yes",
        "Mon, 30 Nov 2026, 09:30</b> (at the deadline): raise the priority; move to Second",
        "call the lead; notify",
    ):  # fmt: skip
        assert words in page
    assert phone.versions.count() == 1
    assert entries() == []

    asked["channel"] = "email"
    page = client.get(reverse("settings:policy_trial"), asked).content.decode()
    assert "Standard</a>, version 1" in page
    assert "it holds where no other is chosen" in page
    assert "It promises nothing for this priority" in page


def test_the_trial_explains_what_it_does_not_understand(client: Client, everything: Everything) -> None:
    response = client.get(reverse("settings:policy_trial"), {"moment": "1066-10-14T09:00", "priority": "9"})

    assert response.status_code == 422
    assert "between 2000 and 2100" in response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_of_a_page_do_not_grow_with_its_rows(
    client: Client, everything: Everything, count: int, django_assert_num_queries: Any
) -> None:
    policy = everything.policy
    wording = everything_said(everything)
    for number in range(count):
        steps = wording.steps * (number + 1)
        said = Wording(calendar=wording.calendar, targets=wording.targets, steps=steps, conditions=wording.conditions)
        save_policy(policy, said, now=NOW + timedelta(days=number))

    with django_assert_num_queries(18):
        client.get(reverse("settings:policy", args=[policy.pk]))
    with django_assert_num_queries(5):
        client.get(reverse("settings:policy_versions", args=[policy.pk]))


def test_who_saves_a_policy_does_not_undo_that_it_was_moved_meanwhile(everything: Everything) -> None:
    seen = Policy.objects.get(pk=everything.policy.pk)
    Policy.objects.filter(pk=seen.pk).update(position=seen.position + 50)

    wording = replace(wording_of(seen.versions.get()), valid_from=None)
    record_policy(seen, wording, by=everything.agent, now=timezone.now())

    assert Policy.objects.get(pk=seen.pk).position == everything.policy.position + 50
