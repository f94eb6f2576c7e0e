"""The pages of a hand-over: what is asked, what is kept, what the other side sees and does."""

import pytest

from tests.factories import (
    NOW,
    later,
    make_agent,
    make_article,
    make_contract,
    make_handover,
    make_levels,
    make_policy,
    make_queue,
    make_ticket,
)
from tests.tickets.views.test_list import as_, subjects
from tickets.models import Draft, Handover, Membership
from tickets.operations import assigning, calling_lead, handing_over, trying

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
FORM = {"reason": "no_rights", "summary": "VPN-Fehler 809 nach Update"}


def test_the_form_begins_with_what_is_known_and_says_what_the_queue_needs() -> None:
    first, second = make_levels()
    make_contract(second, "question", hint_en="Name the device.", hint_de="Bitte das Gerät nennen.")
    ticket, agent = make_ticket(first), make_agent(first)
    trying.try_solution(ticket, text=make_article("VPN-Reparatur"), by=agent, now=NOW)

    page = as_(agent).get(f"/tickets/{ticket.pk}/escalation/")

    form = page.context["form"]
    assert form["to"].value() == second.pk
    assert form["summary"].value() == ticket.subject
    assert "komme ich nicht mehr ins VPN" in form["symptom"].value()
    assert form.missing == [str(form.fields["question"].label)]
    assert b"VPN-Reparatur" in page.content
    assert "Bitte das Gerät nennen." in page.content.decode()


def test_a_refused_hand_over_names_the_field_and_loses_nothing() -> None:
    first, second = make_levels()
    make_contract(second, "question")
    ticket, agent = make_ticket(first), make_agent(first)
    client = as_(agent)
    form = FORM | {"to": second.pk, "hypothesis": "Der Treiber", "question": "n/a"}

    refused = client.post(f"/tickets/{ticket.pk}/escalation/", form)
    again = client.get(f"/tickets/{ticket.pk}/escalation/")

    ticket.refresh_from_db()
    assert (refused.status_code, ticket.queue) == (422, first)
    assert list(refused.context["form"].errors) == ["question"]
    assert "Der Treiber" in refused.content.decode()
    assert again.context["form"]["hypothesis"].value() == "Der Treiber"


def test_what_is_typed_is_kept_and_measured() -> None:
    first, second = make_levels()
    make_contract(second, "question")
    ticket, agent = make_ticket(first), make_agent(first)
    address = f"/tickets/{ticket.pk}/escalation/completeness/"

    part = as_(agent).post(address, {"to": second.pk, "summary": "VPN", "question": "-"}, headers=HTMX)
    more = as_(agent).post(address, {"to": second.pk, "summary": "VPN", "question": "Port 500 offen?"}, headers=HTMX)

    assert part.context["form"].completeness == round(3 * 100 / 10)
    assert more.context["form"].completeness == round(6 * 100 / 10)
    assert b"<html" not in part.content
    draft = Draft.objects.get()
    assert (draft.kind, draft.user, "Port 500 offen?" in draft.body) == (Draft.Kind.HANDOVER, agent, True)
    assert "Übergabe weiterschreiben" in as_(agent).get(f"/tickets/{ticket.pk}/").content.decode()


def test_without_scripts_it_can_be_kept_for_later() -> None:
    first, second = make_levels()
    ticket, agent = make_ticket(first), make_agent(first)

    kept = as_(agent).post(f"/tickets/{ticket.pk}/escalation/", {"to": second.pk, "question": "Wer?", "then": "keep"})

    ticket.refresh_from_db()
    assert (kept.status_code, ticket.queue, Draft.objects.count()) == (302, first, 1)


def test_the_second_level_gets_one_page_and_accepts() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    make_handover(ticket, second, by=agent, question="Port 500 offen?")
    client = as_(specialist)

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    accepted = client.post(f"/tickets/{ticket.pk}/handover/acceptance/", headers=HTMX)
    late = as_(make_agent(second)).post(f"/tickets/{ticket.pk}/handover/acceptance/", headers=HTMX)

    ticket.refresh_from_db()
    assert "Port 500 offen?" in page
    assert "handover/acceptance/" in page
    assert "handover/withdrawal/" not in page
    assert (accepted.status_code, late.status_code, ticket.assignee) == (200, 422, specialist)


def test_an_offer_says_until_when_it_is_to_be_accepted() -> None:
    first, second = make_levels(make_policy(minutes={"acceptance": 30}))
    agent, ticket = make_agent(first), make_ticket(first)
    make_handover(ticket, second, by=agent)
    client = as_(make_agent(second))

    offered = client.get(f"/tickets/{ticket.pk}/").content.decode()
    client.post(f"/tickets/{ticket.pk}/handover/acceptance/", headers=HTMX)
    accepted = client.get(f"/tickets/{ticket.pk}/").content.decode()

    assert "war anzunehmen bis" in offered
    assert "anzunehmen bis" not in accepted


def test_a_return_needs_words_and_shows_them_to_whoever_gets_it_back() -> None:
    first, second = make_levels()
    agent, ticket = make_agent(first), make_ticket(first)
    assigning.take(ticket, by=agent, now=NOW)
    make_handover(ticket, second, by=agent)
    client = as_(make_agent(second))

    without = client.post(f"/tickets/{ticket.pk}/handover/return/", {"reason": "incomplete", "words": " "})
    returned = client.post(
        f"/tickets/{ticket.pk}/handover/return/", {"reason": "incomplete", "words": "Welches Gerät?"}
    )

    page = as_(agent).get(f"/tickets/{ticket.pk}/").content.decode()
    assert (without.status_code, returned.status_code) == (422, 302)
    assert "Welches Gerät?" in page
    assert "Erneut übergeben" in page


def test_who_offered_it_sees_how_to_take_it_back() -> None:
    first, second = make_levels()
    agent, ticket = make_agent(first), make_ticket(first)
    make_handover(ticket, second, by=agent)
    client = as_(agent)

    page = client.get(f"/tickets/{ticket.pk}/").content.decode()
    withdrawn = client.post(f"/tickets/{ticket.pk}/handover/withdrawal/")

    ticket.refresh_from_db()
    assert "handover/withdrawal/" in page
    assert "handover/acceptance/" not in page
    assert (withdrawn.status_code, ticket.queue) == (302, first)


def test_the_result_is_given_back() -> None:
    first, second = make_levels()
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    make_handover(ticket, second, by=agent)
    client = as_(specialist)

    early = client.post(f"/tickets/{ticket.pk}/handover/result/", {"outcome": "no_result", "words": "?"})
    handing_over.accept(ticket, by=specialist, now=later(1))
    given = client.post(f"/tickets/{ticket.pk}/handover/result/", {"outcome": "solution_back", "words": "Neu anmelden"})

    ticket.refresh_from_db()
    assert (early.status_code, given.status_code, ticket.queue) == (422, 302, first)
    assert "Neu anmelden" in as_(agent).get(f"/tickets/{ticket.pk}/").content.decode()


def test_what_is_offered_to_us_has_a_view_and_a_counter() -> None:
    first, second = make_levels()
    agent = make_agent(first)
    offered, taken = make_ticket(first, subject="angeboten"), make_ticket(first, subject="genommen")
    make_handover(offered, second, by=agent)
    make_handover(taken, second, by=agent)
    specialist = make_agent(second)
    handing_over.accept(taken, by=specialist, now=later(1))

    page = as_(specialist).get("/tickets/?view=offered")
    own = as_(agent).get("/tickets/?view=offered")

    assert subjects(page) == ["angeboten"]
    assert page.context["counts"].by_view["offered"] == 1
    assert subjects(own) == []
    assert "offered" not in [key for key, _, _ in own.context["views"]]


def test_calls_for_a_lead_are_for_leads() -> None:
    first, _ = make_levels()
    ticket, agent, lead = make_ticket(first), make_agent(first), make_agent(first, Membership.Level.LEAD)
    client = as_(agent)

    called = client.post(f"/tickets/{ticket.pk}/lead-call/", {"reason": "Droht mit Kündigung"})
    refused = client.post(f"/tickets/{ticket.pk}/lead-call/answer/", {"words": "Ich?"})
    seen = as_(lead).get("/tickets/?view=called")
    answered = as_(lead).post(f"/tickets/{ticket.pk}/lead-call/answer/", {"words": "Ich rufe an"})

    ticket.refresh_from_db()
    assert (called.status_code, refused.status_code, answered.status_code) == (302, 403, 302)
    assert subjects(seen) == [ticket.subject]
    assert "called" not in [key for key, _, _ in client.get("/tickets/").context["views"]]
    assert ticket.lead_called_at is None


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_costs_the_same_with_one_and_three_hand_overs(number: int, django_assert_num_queries) -> None:
    first, second = make_levels(make_policy())
    agent, specialist, ticket = make_agent(first), make_agent(second), make_ticket(first)
    for minute in range(number):
        make_handover(ticket, second, by=agent, now=later(minute))
        if minute < number - 1:
            handing_over.return_(
                ticket, reason=Handover.Return.OTHER, words="Noch einmal", by=specialist, now=later(minute + 0.5)
            )
    client = as_(specialist)

    with django_assert_num_queries(13):
        page = client.get(f"/tickets/{ticket.pk}/")

    assert len(page.context["handovers_before"]) == number - 1


def test_hostile_words_are_shown_and_do_nothing() -> None:
    first, second = make_levels()
    ticket = make_ticket(first)
    make_handover(ticket, second, by=make_agent(first), question="<script>alert(1)</script>")
    calling_lead.call_lead(ticket, reason="<img src=x onerror=alert(2)>", by=make_agent(second), now=later(1))

    page = as_(make_agent(second)).get(f"/tickets/{ticket.pk}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_whoever_handed_it_over_and_their_colleagues_see_it_and_take_it_back_until_it_is_accepted() -> None:
    first, second = make_levels()
    took_the_call, handed_over, colleague = (make_agent(first) for _ in range(3))
    ticket = make_ticket(first)
    assigning.take(ticket, by=took_the_call, now=NOW)
    assigning.assign(ticket, to=handed_over, by=took_the_call, now=NOW)
    make_handover(ticket, second, by=handed_over)
    stranger = as_(make_agent(make_queue()))
    address = f"/tickets/{ticket.pk}/"

    assert b"handover/withdrawal/" in as_(handed_over).get(address).content
    assert as_(colleague).get(address).status_code == 200
    assert stranger.get(address).status_code == 404
    assert ticket.subject not in subjects(as_(colleague).get("/tickets/?view=open"))
    assert as_(colleague).post(f"{address}reply/", {}).status_code in (403, 404)

    withdrawn = as_(handed_over).post(f"{address}handover/withdrawal/", headers=HTMX)

    ticket.refresh_from_db()
    assert (withdrawn.status_code, ticket.queue, ticket.offered_from) == (200, first, None)


def test_what_was_accepted_is_no_longer_shown_to_where_it_came_from() -> None:
    first, second = make_levels()
    colleague, ticket = make_agent(first), make_ticket(first)
    make_handover(ticket, second, by=make_agent(first))
    handing_over.accept(ticket, by=make_agent(second), now=later(5))

    assert as_(colleague).get(f"/tickets/{ticket.pk}/").status_code == 404
