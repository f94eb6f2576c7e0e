"""The example company becomes rows."""

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from helpdesk.demo.telling import read
from people.models import User
from tickets import timers
from tickets.models import EscalationFire, Event, HandoverContract, Ticket

pytestmark = pytest.mark.django_db


def test_the_example_company_is_loaded_once_and_leaves_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_demo")

    told = {row["key"]: row["state"] for name in ("stories", "everyday") for row in read(name)["tickets"]}
    states = list(Ticket.objects.values_list("state", flat=True))
    assert len(states) == len(told) == 150
    assert set(states) == {state for state, _ in Ticket.State.choices}
    assert Event.objects.filter(relay_at__isnull=False).count() == 0
    assert timers.fire_due(timezone.now()) == 0
    assert Event.objects.filter(kind=Event.Kind.BREACHED).count() >= 8
    assert Ticket.objects.filter(suggestions__isnull=False).distinct().count() >= 100
    assert set(Ticket.objects.values_list("kind", flat=True)) == set(Ticket.Kind.values)
    assert Ticket.objects.filter(category=None).count() == 13
    assert User.objects.filter(organisation__name="Nordlicht Tools (UK) Ltd").count() == 12
    assert User.objects.get(email="jana.petersen@nordlicht.example").check_password("helpdesk-demo")
    assert HandoverContract.objects.count() == 5
    assert Ticket.objects.get(subject="neues handy, code kommt nicht").handovers.last().state == "returned"
    again = Ticket.objects.get(subject="man hört mich nicht").handovers.exclude(offered_by=None)
    assert list(again.values_list("state", flat=True)) == ["returned", "offered"]
    assert Ticket.objects.filter(lead_called_at__isnull=False).count() == 1
    # By phone and urgent, a policy of its own is chosen; the others run under their queue's.
    chosen = Ticket.objects.filter(terms_version__policy__name="Telefon, dringend")
    assert set(chosen.values_list("channel", flat=True)) == {"phone"}
    assert EscalationFire.objects.filter(applied=True, step__offset_minutes=-30).exists()
    with pytest.raises(CommandError):
        call_command("load_demo")
