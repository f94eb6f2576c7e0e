"""Being away: entered once, by whom it concerns, and over when it is over."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from people.models import AuditEntry
from tests.factories import NOW, later, make_absence, make_agent, make_user
from tickets.absences import away, deputies, represented_by, stand_in, stand_in_for_tickets
from tickets.models import Absence
from tickets.operations.absences import AwayAlready, CannotBeAway, CannotReturn, come_back, enter_absence

pytestmark = pytest.mark.django_db


def test_an_absence_is_stored_and_audited() -> None:
    person, deputy = make_agent(), make_agent()

    absence = enter_absence(
        person, starts_at=NOW, ends_at=later(days=7), deputy=deputy, note="Urlaub", by=person, now=NOW
    )

    assert (absence.mode, absence.deputy, absence.released_at) == ("offer", deputy, None)
    assert AuditEntry.objects.get().changes["deputy"] == [None, str(deputy)]


def test_one_person_is_away_once_at_a_time() -> None:
    person, deputy = make_agent(), make_agent()
    make_absence(person, deputy)

    for start, end in ((-60, 1), (10, 20), (1439, 3000)):
        with pytest.raises(AwayAlready):
            enter_absence(person, starts_at=later(start), ends_at=later(end), deputy=deputy, by=person, now=later(-100))
    enter_absence(person, starts_at=later(1440), ends_at=later(3000), deputy=deputy, by=person, now=NOW)
    enter_absence(deputy, starts_at=NOW, ends_at=later(3000), deputy=person, by=person, now=NOW)
    assert Absence.objects.count() == 3


def test_the_database_refuses_overlapping_absences_of_one_person() -> None:
    absence = make_absence(make_agent())

    with pytest.raises(IntegrityError, match="absence_one_at_a_time"), transaction.atomic():
        make_absence(absence.person, starts_at=later(10))


@pytest.mark.parametrize(("start", "end"), [(NOW, NOW), (later(10), later(5)), (later(-20), later(-10))])
def test_a_time_that_is_none_or_over_is_refused(start: datetime, end: datetime) -> None:
    person = make_agent()

    with pytest.raises(CannotBeAway):
        enter_absence(person, starts_at=start, ends_at=end, deputy=make_agent(), by=person, now=NOW)


def test_nobody_stands_in_who_cannot() -> None:
    person = make_agent()

    for deputy in (None, person, make_user(), make_agent(is_active=False)):
        with pytest.raises(CannotBeAway):
            enter_absence(person, starts_at=NOW, ends_at=later(9), deputy=deputy, by=person, now=NOW)
    with pytest.raises(CannotBeAway):
        enter_absence(make_user(), starts_at=NOW, ends_at=later(9), deputy=person, by=person, now=NOW)


def test_coming_back_ends_it_and_what_has_not_begun_never_was() -> None:
    absence, coming = make_absence(make_agent()), make_absence(make_agent(), starts_at=later(10))

    come_back(absence, by=absence.person, now=later(5))
    come_back(coming, by=coming.person, now=later(5))

    absence.refresh_from_db()
    assert absence.ends_at == later(5)
    assert list(Absence.objects.all()) == [absence]
    with pytest.raises(CannotReturn):
        come_back(absence, by=absence.person, now=later(6))
    with pytest.raises(CannotReturn):
        come_back(coming, by=coming.person, now=later(6))


def test_the_deputys_deputy_stands_in_once_around_at_most() -> None:
    a, b, c = make_agent(), make_agent(), make_agent()
    make_absence(a, b)
    assert stand_in(a.pk, away(NOW)) == b

    second = make_absence(b, c)
    assert [deputies(a.pk, away(NOW)), stand_in(a.pk, away(NOW))] == [[b, c], c]
    assert {p.pk for p in represented_by(c, away(NOW))} == {a.pk, b.pk}

    make_absence(c, a)
    assert [deputies(a.pk, away(NOW)), stand_in(a.pk, away(NOW))] == [[b, c], None]
    second.delete()
    assert stand_in(c.pk, away(NOW)) == b


def test_nobody_is_offered_what_goes_back_to_the_queue() -> None:
    person, deputy = make_agent(), make_agent()
    make_absence(person, deputy, mode=Absence.Mode.RELEASE)

    assert (stand_in(person.pk, away(NOW)), stand_in_for_tickets(person.pk, away(NOW))) == (deputy, None)
    assert represented_by(deputy, away(NOW)) == []
