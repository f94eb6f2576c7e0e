"""Shadow, suggest, act: what the model decides, when it may do it, how it is judged, and how it stops by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels_intake.models import AutoReply
from helpdesk.subscriptions import SUBSCRIPTIONS
from knowledgebase.models import ArticleText, Category
from notifications.letters import write
from notifications.models import Delivery
from people.models import User
from tests.factories import later, make_agent, make_article, make_levels, make_queue, make_ticket, make_user
from tickets import relay
from tickets.help import solutions
from tickets.models import (
    Event,
    Queue,
    SolutionAttempt,
    Standing,
    Subject,
    Suggestion,
    Ticket,
    TriageDecision,
    TriageMode,
    settle_mode,
)
from tickets.operations.acknowledging import acknowledge
from tickets.operations.reopening import reopen
from tickets.operations.resolution import resolve
from tickets.operations.routing import route
from tickets.operations.trying import try_solution
from tickets.triage.assessing import Assessment, Like, Solution
from tickets.triage.deciding import decide
from tickets.triage.judging import hear
from tickets.triage.learning.labels import Guess

pytestmark = pytest.mark.django_db
Mode = TriageMode.Mode
NOW = timezone.now()


@pytest.fixture
def queue() -> Queue:
    return make_levels()[0]


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue)


@pytest.fixture
def category() -> Category:
    return Category.objects.create(key="vpn", name_de="Netz", name_en="Network")


@pytest.fixture
def text(category: Category) -> ArticleText:
    return make_article(category=category)


def about(text: ArticleText | None = None, queue: Queue | None = None, sure: float = 0.98) -> Assessment:
    """Give what a model of version 7 would say."""
    solutions = (Solution(text.article_id, text.pk, sure, sure, ("vpn", "809"), (Like(1, 0.9),)),) if text else ()
    return Assessment(7, "de", solutions, (Guess(str(queue.pk), sure),) if queue else (), (Guess("3", 0.4),))


def acting(**about: object) -> TriageMode:
    """Let a mode act that has earned it."""
    subject = Subject.QUEUE if "queue" in about else Subject.ARTICLE
    return TriageMode.objects.create(subject=subject, mode=Mode.ACT, window=2, bar=0.6, acts_since=NOW, **about)


def decided(ticket: Ticket, assessed: Assessment, *, may_route: bool = True) -> Ticket:
    decide(ticket, assessed, now=NOW, may_route=may_route)
    ticket.refresh_from_db()
    return ticket


def run() -> None:
    """Let the subscribers hear what is due."""
    while relay.relay_due(timezone.now() + timedelta(minutes=1)):
        pass


def one(ticket: Ticket, subject: Subject) -> TriageDecision:
    return ticket.decisions.get(subject=subject)


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.SUGGEST, Mode.ACT])
def test_without_the_right_to_act_it_only_writes_down(queue: Queue, text: ArticleText, mode: Mode) -> None:
    other = make_queue(is_default=False)
    TriageMode.objects.create(subject=Subject.QUEUE, queue=other, mode=mode)
    TriageMode.objects.create(subject=Subject.ARTICLE, category=text.article.category, mode=mode)
    ticket = decided(make_ticket(queue), about(text, other))

    said = {one.subject: (one.would_act, one.done, one.held_back) for one in ticket.decisions.all()}
    assert said == {
        "queue": (True, False, "mode"), "article": (True, False, "mode"), "priority": (False, False, "mode"),
    }  # fmt: skip
    assert ticket.queue == queue
    assert one(ticket, Subject.QUEUE).mode == (Mode.SUGGEST if mode == Mode.ACT else mode)
    assert not Event.objects.filter(ticket=ticket, kind="triaged").exists()


def test_an_acting_queue_takes_its_tickets_and_says_why(queue: Queue) -> None:
    other = make_queue(is_default=False)
    acting(queue=other)

    ticket = decided(make_ticket(queue), about(queue=other))

    moved, why = Event.objects.filter(ticket=ticket, kind__in=("routed", "triaged")).order_by("pk")
    assert (ticket.queue, moved.by) == (other, None)
    assert (why.facts["version"], why.facts["percent"]) == (7, 98)


@pytest.mark.parametrize(
    ("held", "change"),
    [
        ("unsure", {"sure": 0.9}),
        ("touched", {"may_route": False}),
        ("higher", {"tier": 2}),
        ("there", {"same": True}),
    ],
)
def test_what_keeps_a_ticket_where_it_is(queue: Queue, held: str, change: dict) -> None:
    other = queue if change.get("same") else make_queue(is_default=False, tier=change.get("tier", 1))
    acting(queue=other)

    ticket = decided(
        make_ticket(queue), about(queue=other, sure=change.get("sure", 0.98)), may_route=change.get("may_route", True)
    )

    assert (ticket.queue, one(ticket, Subject.QUEUE).held_back) == (queue, held)


def test_the_same_ticket_is_decided_once_and_never_without_a_model(queue: Queue, text: ArticleText) -> None:
    ticket = decided(make_ticket(queue), about(text))
    decided(ticket, about(make_article("Anderes")))
    untaught = decided(make_ticket(queue), Assessment(0, "de", about(text).solutions))

    assert one(ticket, Subject.ARTICLE).said_text == text
    assert not untaught.decisions.exists()


def test_an_acting_category_answers_and_asks(queue: Queue, text: ArticleText) -> None:
    acting(category=text.article.category)
    ticket = make_ticket(queue)
    acknowledge(ticket, text="Angekommen", now=NOW)

    decided(ticket, about(text))
    run()

    attempt = SolutionAttempt.objects.get(ticket=ticket)
    assert (attempt.text, attempt.by, one(ticket, Subject.ARTICLE).done) == (text, None, True)
    mails = Delivery.objects.filter(event__ticket=ticket, medium="mail").order_by("pk")
    assert f"/solutions/{attempt.pk}/" in write(mails.last()).links[0].url
    assert AutoReply.objects.count() == 1


def _suspect(ticket: Ticket) -> None:
    User.objects.filter(pk=ticket.requester_id).update(is_suspect=True)


def _flooded(ticket: Ticket) -> None:
    for _ in range(5):
        AutoReply.objects.create(address=ticket.requester.email, is_stranger=False, at=timezone.now())


def _by_machine(ticket: Ticket) -> None:
    ticket.messages.update(auto_generated=True)


@pytest.mark.parametrize("danger", [_suspect, _flooded, _by_machine, None])
def test_no_machine_no_flood_and_nothing_unconfirmed_is_answered(queue: Queue, text: ArticleText, danger) -> None:
    acting(category=text.article.category)
    ticket = make_ticket(queue)
    if danger is not None:
        danger(ticket)
        acknowledge(ticket, text="Angekommen", now=NOW)

    decided(ticket, about(text))
    run()

    assert one(ticket, Subject.ARTICLE).held_back == "machine"
    assert not SolutionAttempt.objects.exists()


@pytest.mark.parametrize(
    ("audience", "password", "held"),
    [
        ("public", None, ""),
        ("customers", None, "audience"),
        ("customers", "x-long-enough", ""),
        ("agents", "x", "audience"),
    ],
)
def test_nobody_is_sent_what_they_may_not_read(
    queue: Queue, category: Category, audience: str, password: str | None, held: str
) -> None:
    text = make_article(category=category, audience=audience)
    acting(category=category)

    ticket = decided(make_ticket(queue, requester=make_user(password=password)), about(text))

    assert one(ticket, Subject.ARTICLE).held_back == held


def test_a_call_is_not_answered_by_mail(queue: Queue, text: ArticleText) -> None:
    acting(category=text.article.category)

    ticket = decided(make_ticket(queue, channel=Ticket.Channel.PHONE), about(text))

    assert one(ticket, Subject.ARTICLE).held_back == "channel"


# --- judging --------------------------------------------------------------------------------------------------------


def judged(ticket: Ticket) -> dict[str, str]:
    hear(Event.objects.filter(ticket=ticket).latest("pk"))
    return dict(ticket.decisions.values_list("subject", "verdict"))


def test_what_people_did_in_the_end_tells_what_was_right(queue: Queue, agent: User, text: ArticleText) -> None:
    ticket = decided(make_ticket(queue), about(text, queue))
    before = judged(ticket)
    try_solution(ticket, text=text, by=agent, now=timezone.now())
    resolve(ticket, solution="x", by=agent, now=timezone.now())

    assert set(before.values()) == {"open"}
    assert judged(ticket) == {"queue": "right", "article": "right", "priority": "wrong"}
    reopen(ticket, by=ticket.requester, now=timezone.now())
    assert judged(ticket)["article"] == "wrong"


def test_another_solution_another_queue_or_none_at_all(queue: Queue, agent: User, text: ArticleText) -> None:
    other, solution = make_queue(is_default=False), make_article("Anderes")
    moved = decided(make_ticket(queue), about(text, queue))
    route(moved, to=other, by=agent, now=timezone.now())
    assert judged(moved)["queue"] == "wrong"
    solved = decided(make_ticket(queue), about(text, queue))
    try_solution(solved, text=solution, by=agent, now=timezone.now(), outcome=SolutionAttempt.Outcome.WORKED)
    assert judged(solved)["article"] == "wrong"
    assert one(solved, Subject.ARTICLE).ended_text == solution
    alone = decided(make_ticket(queue), about(text, queue))
    resolve(alone, solution="x", by=agent, now=timezone.now())
    assert judged(alone)["article"] == "unsaid"


def test_silence_about_what_went_out_by_itself_proves_nothing(queue: Queue, agent: User, text: ArticleText) -> None:
    silent, confirmed = (decided(make_ticket(queue), about(text, queue)) for _ in range(2))
    for ticket in (silent, confirmed):
        try_solution(ticket, text=text, by=None, now=timezone.now())
    try_solution(
        confirmed, text=text, by=confirmed.requester, now=timezone.now(), outcome=SolutionAttempt.Outcome.WORKED
    )
    for ticket in (silent, confirmed):
        resolve(ticket, solution="x", by=agent, now=timezone.now())

    assert judged(silent)["article"] == "unsaid"
    assert judged(confirmed)["article"] == "right"


def test_a_rule_that_moves_is_no_correction(queue: Queue) -> None:
    ticket = decided(make_ticket(queue), about(queue=queue))
    route(ticket, to=make_queue(is_default=False), by=None, now=timezone.now())

    assert judged(ticket)["queue"] == "open"


# --- modes ----------------------------------------------------------------------------------------------------------


def test_a_mode_begins_to_act_when_it_was_right_often_enough(queue: Queue, agent: User, text: ArticleText) -> None:
    mode = TriageMode.objects.create(subject=Subject.ARTICLE, category=text.article.category, mode=Mode.ACT, window=2)
    in_force = []

    for _ in range(2):
        ticket = decided(make_ticket(queue), about(text))
        try_solution(ticket, text=text, by=agent, now=timezone.now())
        resolve(ticket, solution="x", by=agent, now=timezone.now())
        judged(ticket)
        mode.refresh_from_db()
        in_force.append(mode.in_force)

    assert in_force == ["suggest", "act"]
    assert (Standing(mode).right, Standing(mode).known) == (2, 2)


def test_a_mode_that_was_wrong_stops_and_administrators_hear_of_it(queue: Queue, agent: User) -> None:
    admin, other = make_agent(role=User.Role.ADMIN), make_queue(is_default=False)
    mode = acting(queue=other)
    ticket = decided(make_ticket(queue), about(queue=other))

    route(ticket, to=queue, by=agent, now=timezone.now())
    run()

    mode.refresh_from_db()
    told = Delivery.objects.filter(recipient=admin, event__kind="triaged")
    assert (mode.mode, mode.in_force) == ("act", "suggest")
    assert sorted(told.values_list("medium", flat=True)) == ["inapp", "mail"]
    assert mode.name in write(told.get(medium="mail")).lead
    last = decided(make_ticket(queue), about(queue=other))
    assert (last.queue, one(last, Subject.QUEUE).mode) == (queue, "suggest")


def test_guesses_below_the_threshold_earn_nothing(queue: Queue, agent: User, text: ArticleText) -> None:
    mode = TriageMode.objects.create(subject=Subject.ARTICLE, category=text.article.category, mode=Mode.ACT, window=1)
    ticket = decided(make_ticket(queue), about(text, sure=0.5))
    try_solution(ticket, text=text, by=agent, now=timezone.now(), outcome=SolutionAttempt.Outcome.WORKED)

    assert judged(ticket)["article"] == "right"
    assert settle_mode(mode, later()) is False
    assert mode.in_force == "suggest"


def test_everything_a_verdict_hangs_on_is_heard() -> None:
    for kind in ("routed", "prioritised", "tried", "resolved", "reopened"):
        assert "tickets.triage.judging.hear" in SUBSCRIPTIONS[kind]


def test_what_is_in_shadow_is_not_shown_to_agents(queue: Queue, agent: User, text: ArticleText) -> None:
    ticket, plain = make_ticket(queue), make_article("Ohne Kategorie")
    for position, one in enumerate((text, plain), start=1):
        Suggestion.objects.update_or_create(ticket=ticket, position=position, defaults={"text": one, "score": 1})
    shown = [[one.suggestion.text for one in solutions(ticket, agent)]]

    for category in (text.article.category, None):
        TriageMode.objects.create(subject=Subject.ARTICLE, category=category, mode=Mode.SHADOW)
        shown.append([one.suggestion.text for one in solutions(ticket, agent)])

    assert shown == [[text, plain], [plain], []]
