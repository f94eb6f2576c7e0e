"""The told tickets can happen: right people, right queue, nothing in the future, no text twice."""

from collections import Counter

import pytest

from tests.demo.content import AGENTS, ARTICLES, QUEUES, REQUESTERS, STORIES, TICKETS, TOPICS, Row, keys, texts

DAY = 24 * 60
LONGEST_WAIT = {"first_response": 5 * DAY, "resolution": 9 * DAY}
FIRST_LEVEL = {"de": "first-level", "en": "service-desk-uk"}
WAITING = {"customer": "pending_customer", "third": "pending_third", "scheduled": "scheduled"}
MAY_WORK = {agent["key"]: {q for q, level in agent["queues"].items() if level in ("work", "lead")} for agent in AGENTS}
MAY_REPLY = {agent["key"]: {q for q, level in agent["queues"].items() if level != "view"} for agent in AGENTS}

each_ticket = pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket["key"])


def test_there_are_150_tickets_in_every_state_channel_and_language() -> None:
    assert len(TICKETS) == len(keys(TICKETS)) == 150
    assert {t["state"] for t in TICKETS} == {"new", "open", *WAITING.values(), "resolved", "closed", "void"}
    assert {t["channel"] for t in TICKETS} == {"email", "web", "chat", "phone"}
    assert min(Counter(t["language"] for t in TICKETS).values()) >= 40
    assert {t["topic"] for t in TICKETS} == keys(TOPICS)
    assert max(t["days_ago"] for t in TICKETS) > 50


def test_forty_stories_and_ten_breached_clocks_are_told() -> None:
    assert len(STORIES) >= 40
    assert sum(any(step["kind"] == "breach" for step in t["steps"]) for t in TICKETS) >= 10
    assert sum(any(step["kind"] == "escalate" for step in t["steps"]) for t in TICKETS) >= 25


def test_today_six_people_report_error_809() -> None:
    burst = [t for t in TICKETS if t["key"].startswith("vpn-809-") and t["days_ago"] < 0.5 and t["state"] != "void"]

    assert len({t["requester"] for t in burst}) == len(burst) == 6


def test_no_two_texts_and_no_two_subjects_are_the_same() -> None:
    told = Counter(texts())
    subjects = Counter(ticket["subject"] for ticket in TICKETS)

    assert [text for text, times in told.items() if times > 1] == []
    assert [subject for subject, times in subjects.items() if times > 1] == []


@each_ticket
def test_every_reference_resolves(ticket: Row) -> None:
    assert ticket["requester"] in keys(REQUESTERS)
    assert ticket["topic"] in keys(TOPICS)
    assert ticket["priority"] in ("P1", "P2", "P3", "P4")
    for step in ticket["steps"]:
        assert step.get("by", AGENTS[0]["key"]) in keys(AGENTS)
        assert step.get("article", ARTICLES[0]["key"]) in keys(ARTICLES)
        assert step.get("duplicate_of", TICKETS[0]["key"]) in keys(TICKETS)


@each_ticket
def test_nothing_happens_in_the_future(ticket: Row) -> None:
    passed = 0
    for step in ticket["steps"]:
        passed += LONGEST_WAIT[step["metric"]] if step["kind"] == "breach" else step["after"]

    assert passed <= ticket["days_ago"] * DAY
    if ticket["state"] == "scheduled":
        assert passed + ticket["steps"][-1]["until"] > ticket["days_ago"] * DAY


@each_ticket
def test_only_those_act_who_may_in_that_queue(ticket: Row) -> None:
    next_tier = {queue["key"]: queue.get("escalates_to") for queue in QUEUES}
    queue = FIRST_LEVEL[ticket["language"]]

    for step in ticket["steps"]:
        if "by" in step:
            allowed = MAY_REPLY if step["kind"] in ("reply", "note") else MAY_WORK
            assert queue in allowed[step["by"]], (step["kind"], step["by"], queue)
        if step["kind"] == "escalate":
            assert step["to"] != queue
            assert len(step["reason"].split()) >= 8
        if step["kind"] in ("escalate", "breach"):
            queue = step.get("to") or next_tier[queue]
        if step["kind"] == "assign":
            assert queue in MAY_WORK[step["to"]]


@each_ticket
def test_the_steps_end_in_the_promised_state(ticket: Row) -> None:
    state = "new"
    for step in ticket["steps"]:
        state = _after(state, step)

    assert state == ticket["state"]


def _after(state: str, step: Row) -> str:
    match step["kind"]:
        case "wait":
            return WAITING[step["on"]]
        case "resolve":
            assert state != "resolved"
            return "resolved"
        case "close":
            assert state == "resolved"
            return "closed"
        case "reopen":
            assert state in ("resolved", "closed")
            return "open"
        case "void":
            return "void"
        case "message" | "escalate" | "take":
            assert state not in ("closed", "void", "resolved")
            return "new" if (state, step["kind"]) == ("new", "message") else "open"
        case "breach":
            return state
        case _:
            return "open" if state == "new" else state
