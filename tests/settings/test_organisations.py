"""Organisations in the settings: domains that belong to one alone, and people who are put in."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from helpdesk.administration.operations.organisations import save_organisation
from helpdesk.administration.refusal import Refused
from people.models import AuditEntry, Organisation, User
from tests.factories import NOW, make_organisation, make_ticket, make_user

pytestmark = pytest.mark.django_db


def sent(**fields: Any) -> dict[str, Any]:
    return {"name": "Nord GmbH", "domains": "", "note": "", "is_active": "on"} | fields


def page_of(organisation: Organisation) -> str:
    return reverse("settings:organisation", args=[organisation.pk])


def names(organisation: Organisation) -> list[str]:
    return [domain.name for domain in organisation.domains.all()]


def test_an_organisation_is_made_with_its_domains_in_lower_case_and_each_once(client: Client) -> None:
    response = client.post(
        reverse("settings:organisation_new"),
        sent(domains="@Nord.example\n nord.example, werk.nord.example\nMÜLLER.example"),
    )

    nord = Organisation.objects.get()
    assert (response.status_code, response["Location"]) == (302, page_of(nord))
    assert names(nord) == ["nord.example", "werk.nord.example", "xn--mller-kva.example"]
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.action, entry.name) == ("people.organisation", "created", "Nord GmbH")
    assert entry.changes["domains"] == [None, names(nord)]


@pytest.mark.parametrize(
    "domains", ["nord", "nord example", "ida@nord.example", "nord..example", "-.de", "a" * 254 + ".de"]
)
def test_what_is_no_domain_is_refused(client: Client, domains: str) -> None:
    response = client.post(reverse("settings:organisation_new"), sent(domains=domains))

    assert response.status_code == 422
    assert not Organisation.objects.exists()


def test_a_domain_of_another_organisation_is_refused_with_its_name(client: Client) -> None:
    make_organisation("nord.example", name="Nordlicht")

    response = client.post(reverse("settings:organisation_new"), sent(domains="nord.example"))

    assert response.status_code == 422
    assert "nord.example belongs to Nordlicht already." in response.content.decode()


def test_two_who_list_the_same_domain_at_once_do_not_both_get_it(admin: User) -> None:
    make_organisation("nord.example")

    with pytest.raises(Refused):
        save_organisation(Organisation(name="Late"), domains=["nord.example"], by=admin, now=NOW)

    assert not Organisation.objects.filter(name="Late").exists()


def test_domains_change_and_what_differs_is_recorded(client: Client) -> None:
    nord = make_organisation("nord.example", "alt.example", name="Nord GmbH")

    client.post(page_of(nord), sent(domains="nord.example\nneu.example"))

    assert names(nord) == ["neu.example", "nord.example"]
    assert AuditEntry.objects.get().changes == {
        "domains": [["alt.example", "nord.example"], ["neu.example", "nord.example"]]
    }


def test_saving_without_a_change_records_nothing(client: Client) -> None:
    nord = make_organisation("nord.example", name="Nord GmbH")

    client.post(page_of(nord), sent(domains="nord.example"))

    assert not AuditEntry.objects.exists()


def test_people_with_its_domains_who_belong_nowhere_are_counted_and_put_in(client: Client) -> None:
    nord, works = make_organisation("nord.example"), make_organisation("werk.nord.example")
    ida, otto = make_user("ida@nord.example"), make_user("otto@lager.nord.example")
    at_works = make_user("willi@werk.nord.example")
    elsewhere = make_user("ella@nord.example", organisation=works)
    stranger = make_user("ida@falschnord.example")

    page = client.get(page_of(nord)).content.decode()
    client.post(reverse("settings:organisation_people", args=[nord.pk]))

    assert "2 people with an address of these domains belong to no organisation yet." in page
    assert {person.email for person in nord.people.all()} == {ida.email, otto.email}
    for person, home in ((at_works, None), (elsewhere, works), (stranger, None)):
        person.refresh_from_db()
        assert person.organisation == home
    entry = AuditEntry.objects.get()
    assert (entry.name, entry.changes) == (nord.name, {"people": [None, "2 put in"]})


def test_nobody_to_put_in_is_no_offer_and_no_entry(client: Client) -> None:
    nord = make_organisation("nord.example")

    assert "organisation yet" not in client.get(page_of(nord)).content.decode()
    client.post(reverse("settings:organisation_people", args=[nord.pk]))

    assert not AuditEntry.objects.exists()


def test_its_page_counts_people_and_open_tickets(client: Client) -> None:
    nord = make_organisation()
    for _ in range(2):
        make_ticket(requester=make_user(organisation=nord))
    make_ticket()

    page = client.get(page_of(nord)).content.decode()

    assert "2 people · 2 open tickets" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_with_one_and_three(
    client: Client, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        nord = make_organisation(f"a{place}.example", f"b{place}.example")
        make_user(organisation=nord)
        make_user(organisation=nord)

    with django_assert_num_queries(4):
        page = client.get(reverse("settings:organisations")).content.decode()

    assert page.count("2 people") == number


def test_the_search_finds_names_domains_and_notes(client: Client) -> None:
    make_organisation("nord.example", name="Nordlicht")
    make_organisation("sued.example", name="Suedwind", note="Rahmenvertrag Gold")

    def found(query: str) -> list[str]:
        page = client.get(reverse("settings:organisations"), {"q": query}).context["page"]
        return [one.name for one in page]

    assert (found("licht"), found("sued.ex"), found("gold"), found("nord gold")) == (
        ["Nordlicht"], ["Suedwind"], ["Suedwind"], [],
    )  # fmt: skip
    assert found("") == ["Nordlicht", "Suedwind"]


def test_a_new_person_belongs_to_the_organisation_of_the_address_unless_another_is_chosen(client: Client) -> None:
    nord, sued = make_organisation("nord.example"), make_organisation()
    given = {"name": "Ida", "role": "requester", "language": "de"}

    client.post(reverse("settings:person_new"), given | {"email": "ida@nord.example", "organisation": ""})
    client.post(reverse("settings:person_new"), given | {"email": "ina@nord.example", "organisation": sued.pk})

    assert User.objects.get(email="ida@nord.example").organisation == nord
    assert User.objects.get(email="ina@nord.example").organisation == sued


def test_a_person_is_put_elsewhere_or_nowhere_by_hand_and_it_is_recorded(client: Client) -> None:
    nord = make_organisation(name="Nordlicht")
    ida = make_user("ida@kunde.example", name="Ida", organisation=nord)

    client.post(
        reverse("settings:person", args=[ida.pk]),
        {"name": "Ida", "email": ida.email, "role": "requester", "language": "de", "organisation": ""},
    )

    ida.refresh_from_db()
    assert ida.organisation is None
    assert AuditEntry.objects.get().changes == {"organisation": ["Nordlicht", None]}
