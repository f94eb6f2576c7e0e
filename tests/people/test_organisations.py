"""Organisations, their domains, and who belongs to them."""

import pytest
from django.db import IntegrityError, transaction

from channels_intake.newcomers import newcomer
from people.finding import find_or_create
from people.models import Domain
from people.organisations import organisation_of
from tests.factories import make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_an_address_belongs_to_the_organisation_of_its_domain_or_of_one_above_it() -> None:
    nord = make_organisation("nord.example")

    assert organisation_of("ida@nord.example") == nord
    assert organisation_of("Ida@Werk.Nord.Example") == nord
    assert organisation_of("ida@fremd.example") is None
    assert organisation_of("ida@falschnord.example") is None
    assert organisation_of("") is None


def test_the_nearest_domain_decides() -> None:
    make_organisation("nord.example")
    works = make_organisation("werk.nord.example")

    assert organisation_of("ida@halle.werk.nord.example") == works


def test_an_organisation_that_is_not_active_gets_nobody_new() -> None:
    make_organisation("nord.example", is_active=False)

    assert organisation_of("ida@nord.example") is None


def test_who_writes_from_a_provider_for_everybody_belongs_to_nobody_unless_that_domain_is_listed() -> None:
    make_organisation("de")
    assert organisation_of("ida@gmx.de") is None

    freelancers = make_organisation("gmx.de")
    assert organisation_of("ida@gmx.de") == freelancers


def test_a_domain_belongs_to_one_organisation_and_is_written_small() -> None:
    nord = make_organisation("nord.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(organisation=make_organisation(), name="nord.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        Domain.objects.create(organisation=nord, name="Sued.example")


def test_new_people_get_the_organisation_of_their_address_however_they_come() -> None:
    nord = make_organisation("nord.example")

    assert find_or_create("ida@nord.example", language="de").organisation == nord
    assert newcomer("otto@nord.example", name="Otto", language="de").organisation == nord


def test_somebody_we_know_keeps_the_organisation_they_have() -> None:
    make_organisation("nord.example")
    ida = make_user("ida@nord.example")

    assert find_or_create("ida@nord.example", language="de").organisation is None
    assert newcomer("ida@nord.example", name="Ida", language="de") == ida


def test_people_of_a_removed_organisation_stay() -> None:
    nord = make_organisation("nord.example")
    ida = make_user("ida@nord.example", organisation=nord)

    nord.delete()

    ida.refresh_from_db()
    assert ida.organisation is None
