"""Sets up the example company: queues, promises, people, rules and articles."""

import tomllib
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password

from knowledgebase.models import ArticleText, Category
from knowledgebase.operations import Content, Facts, publish, translate, write_article
from people.models import Domain, Organisation, User
from sla.models import Calendar, Metric, Policy
from sla.operations.calendars import Opening, save_calendar
from sla.operations.policies import START_STEPS, Minutes, Step, Wording, save_policy
from tickets.models import Membership, Queue, RoutingRule

PASSWORD = "helpdesk-demo"  # noqa: S105 printed by `make up`, for the example company only
_HERE = Path(__file__).parent
_LEVELS = {level.name.lower(): level for level in Membership.Level}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_COLOURS = {"first-level": "info", "service-desk-uk": "ok", "network": "warn", "workplace": "calm", "accounts": "wait"}


@dataclass(frozen=True)
class Company:
    """What stories refer to by key."""

    queues: dict[str, Queue]
    people: dict[str, User]
    topics: dict[str, Queue]
    categories: dict[str, Category]

    def solution(self, key: str, language: str) -> ArticleText:
        """Find an article's text by its key."""
        text: ArticleText = ArticleText.objects.get(article__key=key, language=language)
        return text


def read(name: str) -> dict[str, Any]:
    """Read one of the content files."""
    return tomllib.loads((_HERE / f"{name}.toml").read_text(encoding="utf-8"))


def found(now: datetime) -> Company:
    """Make everything but the tickets."""
    content = read("queues")
    policy = _policy(content, now)
    queues = _queues(content["queues"], policy)
    topics = {topic["key"]: queues[topic["queue"]] for topic in content["topics"]}
    _rules(content["topics"], queues)
    content_of_people = read("people")
    people = _people(content_of_people, queues, _organisations(content_of_people["organisations"]))
    categories = _categories(content["topics"])
    _articles(read("articles")["articles"], categories, people["jana.petersen"], now)
    return Company(queues, people, topics, categories)


def _policy(content: dict[str, Any], now: datetime) -> Policy:
    hours = content["calendar"]
    openings = [
        Opening(_DAYS.index(day), time.fromisoformat(start), time.fromisoformat(end))
        for day in hours["weekdays"]
        for start, end in hours["hours"]
    ]
    calendar = save_calendar(
        Calendar(name=hours["name_de"], timezone=hours["time_zone"]),
        openings=openings,
        holidays={holiday["day"]: holiday["name_de"] for holiday in hours["holidays"]},
        now=now,
    )
    warnings = tuple(Step(metric, -30, ({"do": "notify", "whom": ["assignee", "queue_lead"]},)) for metric in Metric)
    call = Step(
        Metric.RESOLUTION, -60, ({"do": "assign_on_call"},), ({"field": "tier", "op": "not_in", "values": [1]},)
    )
    standard = Wording(calendar=calendar, targets=_targets(content["sla"]), steps=(*warnings, *START_STEPS))
    urgent = Wording(
        calendar=calendar,
        targets=_targets(content["phone"]),
        steps=(*warnings, call, *START_STEPS),
        conditions=(
            {"field": "channel", "op": "in", "values": ["phone"]},
            {"field": "priority", "op": "in", "values": [3, 4]},
        ),
    )
    save_policy(Policy(name="Telefon, dringend", position=10), urgent, now=now)
    return save_policy(Policy(name="Standard", is_default=True, position=20), standard, now=now).policy


def _targets(rows: list[dict[str, Any]]) -> dict[int, Minutes]:
    return {
        5 - int(row["priority"][1]): Minutes(**{metric.value: row[metric.value] for metric in Metric}) for row in rows
    }


def _queues(rows: list[dict[str, Any]], policy: Policy) -> dict[str, Queue]:
    queues = {
        row["key"]: Queue.objects.create(
            slug=row["key"],
            name_de=row["name_de"],
            name_en=row["name_en"],
            tier=row["tier"],
            policy=policy,
            colour=_COLOURS.get(row["key"], "calm"),
            is_default=row["key"] == "first-level",
        )
        for row in rows
    }
    for row in rows:
        if target := row.get("escalates_to"):
            Queue.objects.filter(pk=queues[row["key"]].pk).update(escalates_to=queues[target])
    return {queue.slug: queue for queue in Queue.objects.all()}


def _rules(topics: list[dict[str, Any]], queues: dict[str, Queue]) -> None:
    RoutingRule.objects.bulk_create(
        RoutingRule(
            name=topic["name_de"],
            position=10 * place,
            words="\n".join(dict.fromkeys([*topic["words_de"], *topic["words_en"]])),
            queue=queues[topic["queue"]],
        )
        for place, topic in enumerate(topics, start=1)
    )


def _organisations(rows: list[dict[str, Any]]) -> dict[str, Organisation]:
    """Make them, and give the one of each location."""
    by_location: dict[str, Organisation] = {}
    for row in rows:
        organisation = Organisation.objects.create(name=row["name"], note=row.get("note", ""))
        Domain.objects.bulk_create(Domain(organisation=organisation, name=name) for name in row["domains"])
        by_location |= dict.fromkeys(row["locations"], organisation)
    return by_location


def _people(
    content: dict[str, Any], queues: dict[str, Queue], organisations: dict[str, Organisation]
) -> dict[str, User]:
    password = make_password(PASSWORD)
    facts = ("name", "language", "role", "phone", "department", "location")
    rows = [*content["agents"], *content["requesters"]]
    User.objects.bulk_create(
        User(
            email=row["email"],
            password=password,
            is_vip=row.get("vip", False),
            organisation=organisations.get(row.get("location", "")),
            **{fact: row[fact] for fact in facts if fact in row},
        )
        for row in rows
    )
    by_email = {user.email: user for user in User.objects.all()}
    people = {row["key"]: by_email[row["email"]] for row in rows}
    Membership.objects.bulk_create(
        Membership(queue=queues[key], user=people[row["key"]], level=_LEVELS[level])
        for row in content["agents"]
        for key, level in row["queues"].items()
    )
    return people


def _categories(topics: list[dict[str, Any]]) -> dict[str, Category]:
    return {
        topic["key"]: Category.objects.create(
            key=topic["key"], name_de=topic["name_de"], name_en=topic["name_en"], position=10 * place
        )
        for place, topic in enumerate(topics, start=1)
    }


def _articles(rows: list[dict[str, Any]], categories: dict[str, Category], by: User, now: datetime) -> None:
    for row in rows:
        facts = Facts(
            key=row["key"],
            kind=row["kind"],
            audience=row["audience"],
            category_id=categories[row["topic"]].pk,
            minutes=row["minutes"],
        )
        article = write_article(language="de", content=_content(row["de"]), facts=facts, by=by, now=now)
        translate(article, language="en", content=_content(row["en"]), by=by, now=now)
        publish(article, by=by, now=now)


def _content(text: dict[str, Any]) -> Content:
    words = ("title", "symptom", "environment", "cause", "steps", "expected_result")
    return Content(**{word: text[word].strip() for word in words}, keywords=", ".join(text["keywords"])[:500])
