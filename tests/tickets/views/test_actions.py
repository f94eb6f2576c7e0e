"""What agents do to a ticket, and how refusals read."""

import pytest

from tests.factories import NOW, make_agent, make_article, make_levels, make_queue, make_ticket
from tests.tickets.views.test_list import as_
from tickets.models import SolutionAttempt, Ticket
from tickets.operations import assigning, resolution

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.mark.parametrize(
    "path",
    [
        "assignment",
        "routing",
        "escalation",
        "handover/return",
        "handover/result",
        "lead-call",
        "hold",
        "resolution",
        "reopening",
        "void",
        "priority",
    ],
)
def test_every_action_asks_on_a_page_and_in_a_dialog(path: str) -> None:
    first, _ = make_levels()
    ticket = make_ticket(first)
    client = as_(make_agent(first))

    page = client.get(f"/tickets/{ticket.pk}/{path}/")
    dialog = client.get(f"/tickets/{ticket.pk}/{path}/", headers=HTMX)

    assert b"<h1>" in page.content
    assert b"<dialog" in dialog.content
    assert dialog["HX-Retarget"] == "#dialogs"


def test_taking_is_for_the_first() -> None:
    queue = make_queue()
    agent, colleague = make_agent(queue), make_agent(queue)
    ticket = make_ticket(queue)

    won = as_(agent).post(f"/tickets/{ticket.pk}/taking/", headers=HTMX)
    lost = as_(colleague).post(f"/tickets/{ticket.pk}/taking/", headers=HTMX)

    ticket.refresh_from_db()
    assert (won.status_code, lost.status_code, ticket.assignee) == (200, 422, agent)
    assert lost["HX-Retarget"] == "#refusal"


def test_a_ticket_goes_only_to_people_of_its_queue() -> None:
    queue = make_queue()
    agent, colleague, stranger = make_agent(queue), make_agent(queue), make_agent(make_queue())
    ticket = make_ticket(queue)
    client = as_(agent)

    refused = client.post(f"/tickets/{ticket.pk}/assignment/", {"to": stranger.pk})
    given = client.post(f"/tickets/{ticket.pk}/assignment/", {"to": colleague.pk})

    ticket.refresh_from_db()
    assert (refused.status_code, given.status_code, ticket.assignee) == (422, 302, colleague)


def test_handing_over_needs_a_reason() -> None:
    first, second = make_levels()
    ticket = make_ticket(first)
    client = as_(make_agent(first))
    form = {"to": second.pk, "summary": "Server defekt"}

    without = client.post(f"/tickets/{ticket.pk}/escalation/", form | {"reason": ""})
    with_one = client.post(f"/tickets/{ticket.pk}/escalation/", form | {"reason": "no_rights"})

    ticket.refresh_from_db()
    assert (without.status_code, with_one.status_code, ticket.queue) == (422, 302, second)


def test_who_hands_a_ticket_away_is_sent_back_to_the_list() -> None:
    first, other = make_queue(), make_queue()
    ticket = make_ticket(first)
    address = f"http://testserver/tickets/{ticket.pk}/?view=unassigned"

    response = as_(make_agent(first)).post(
        f"/tickets/{ticket.pk}/routing/", {"to": other.pk}, headers={**HTMX, "HX-Current-URL": address}
    )

    assert response["HX-Redirect"] == "/tickets/?view=unassigned"


def test_waiting_going_on_solving_and_opening_again() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    client = as_(make_agent(queue))
    states = []

    for path, data in [
        ("hold", {"state": "pending_third"}),
        ("resumption", {}),
        ("hold", {"state": "scheduled", "until": "2999-01-01T08:00"}),
        ("resolution", {"solution": "Neustart"}),
        ("reopening", {}),
        ("priority", {"priority": 4}),
        ("void", {"reason": "spam"}),
    ]:
        assert client.post(f"/tickets/{ticket.pk}/{path}/", data).status_code == 302
        ticket.refresh_from_db()
        states.append(ticket.state)

    assert states == ["pending_third", "open", "scheduled", "resolved", "open", "open", "void"]
    assert ticket.priority == Ticket.Priority.CRITICAL


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("hold", {"state": "scheduled"}),
        ("hold", {"state": "scheduled", "until": "2001-01-01T08:00"}),
        ("hold", {"state": "closed"}),
        ("resolution", {"solution": " "}),
        ("reopening", {}),
        ("resumption", {}),
        ("priority", {"priority": 9}),
        ("void", {"reason": ""}),
        ("void", {"reason": "duplicate", "goes_on_in": 999999}),
        ("routing", {"to": 999999}),
    ],
)
def test_what_makes_no_sense_is_refused(path: str, data: dict[str, object]) -> None:
    queue = make_queue()
    ticket = make_ticket(queue)

    response = as_(make_agent(queue)).post(f"/tickets/{ticket.pk}/{path}/", data)

    ticket.refresh_from_db()
    assert (response.status_code, ticket.state, ticket.version) == (422, Ticket.State.NEW, 1)


def test_a_duplicate_does_not_go_on_in_a_ticket_one_cannot_see() -> None:
    queue = make_queue()
    ticket, hidden = make_ticket(queue), make_ticket(make_queue())

    response = as_(make_agent(queue)).post(
        f"/tickets/{ticket.pk}/void/", {"reason": "duplicate", "goes_on_in": hidden.pk}
    )

    ticket.refresh_from_db()
    assert (response.status_code, ticket.merged_into) == (422, None)


def test_a_change_sends_the_parts_that_changed() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = make_ticket(queue)

    part = as_(agent).post(f"/tickets/{ticket.pk}/priority/", {"priority": 3}, headers=HTMX).content.decode()

    assert "<html" not in part
    assert all(f'id="{name}"' in part for name in ["head", "thread", "panel", "dialogs", f"row-{ticket.pk}"])
    assert 'id="answer"' not in part


def test_a_row_that_left_its_view_fades() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    address = f"http://testserver/tickets/{ticket.pk}/?view=unassigned"

    part = (
        as_(make_agent(queue))
        .post(f"/tickets/{ticket.pk}/taking/", headers={**HTMX, "HX-Current-URL": address})
        .content.decode()
    )

    assert 'class="t new left"' in part


def test_a_solution_is_inserted_and_remembered() -> None:
    queue = make_queue()
    agent = make_agent(queue)
    ticket = make_ticket(queue)
    text = make_article()
    client = as_(agent)

    inserted = client.post(f"/tickets/{ticket.pk}/attempts/", {"text": text.pk}, headers=HTMX).content.decode()
    client.post(f"/tickets/{ticket.pk}/attempts/", {"text": text.pk}, headers=HTMX)
    plain = client.post(f"/tickets/{ticket.pk}/attempts/", {"text": text.pk}, follow=True)
    client.post(f"/tickets/{ticket.pk}/attempts/", {"text": text.pk, "outcome": "worked"}, headers=HTMX)

    attempt = SolutionAttempt.objects.get()
    assert "<li>Software Center öffnen.</li>" in inserted
    assert ticket.requester.name in inserted
    assert "Software Center öffnen." in plain.context["reply_text"]
    assert (attempt.by, attempt.outcome) == (agent, "worked")


def test_a_draft_of_an_article_is_not_inserted() -> None:
    queue = make_queue()
    ticket = make_ticket(queue)
    text = make_article(state="draft")

    response = as_(make_agent(queue)).post(f"/tickets/{ticket.pk}/attempts/", {"text": text.pk}, headers=HTMX)

    assert response.status_code == 422
    assert not SolutionAttempt.objects.exists()


def test_done_tickets_are_not_taken_or_moved() -> None:
    first, _ = make_levels()
    agent = make_agent(first)
    ticket = make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    resolution.resolve(ticket, solution="x", by=agent, now=NOW)
    client = as_(agent)

    for path, data in [("assignment", {"to": ""}), ("escalation", {"reason": "x"}), ("priority", {"priority": 1})]:
        assert client.post(f"/tickets/{ticket.pk}/{path}/", data).status_code == 422
