"""People, queues and promises of the example company fit together."""

from datetime import date

from tests.demo.content import AGENTS, CALENDAR, QUEUES, REQUESTERS, SLA, TOPICS, keys


def test_there_are_eight_agents_and_forty_requesters_with_addresses_of_their_own() -> None:
    addresses = {person["email"] for person in AGENTS + REQUESTERS}

    assert (len(AGENTS), len(REQUESTERS), len(addresses)) == (8, 40, 48)
    assert all(address.isascii() and address.endswith("@nordlicht.example") for address in addresses)
    assert sum(person.get("vip", False) for person in REQUESTERS) == 2


def test_both_languages_and_all_roles_and_sites_occur() -> None:
    assert {person["language"] for person in AGENTS} == {person["language"] for person in REQUESTERS} == {"de", "en"}
    assert {agent["role"] for agent in AGENTS} == {"agent", "lead", "admin"}
    assert {person["location"] for person in REQUESTERS} == {"Hamburg", "Köln", "Leeds"}


def test_every_queue_has_a_lead_and_every_membership_a_queue() -> None:
    memberships = [(queue, level) for agent in AGENTS for queue, level in agent["queues"].items()]

    assert {queue for queue, level in memberships if level == "lead"} == keys(QUEUES)
    assert {level for _, level in memberships} == {"view", "reply", "work", "lead"}


def test_queues_escalate_to_the_next_tier() -> None:
    tiers = {queue["key"]: queue["tier"] for queue in QUEUES}

    for queue in QUEUES:
        target = queue.get("escalates_to")
        assert (target is None) if queue["tier"] == 3 else (tiers[target] == queue["tier"] + 1)


def test_every_topic_has_words_in_both_languages_and_a_queue_behind_first_level() -> None:
    specialised = {queue["key"] for queue in QUEUES if queue["tier"] > 1}

    for topic in TOPICS:
        assert topic["queue"] in specialised
        assert len(topic["words_de"]) >= 5
        assert len(topic["words_en"]) >= 5


def test_hamburg_has_ten_holidays_a_year() -> None:
    days = [holiday["day"] for holiday in CALENDAR["holidays"]]

    assert [sum(day.year == year for day in days) for year in (2026, 2027)] == [10, 10]
    assert date(2027, 3, 26) in days
    assert days == sorted(set(days))


def test_the_more_urgent_the_shorter_the_promise() -> None:
    assert [row["priority"] for row in SLA] == ["P1", "P2", "P3", "P4"]
    for metric in ("first_response", "resolution"):
        minutes = [row[metric] for row in SLA]
        assert minutes == sorted(set(minutes))
