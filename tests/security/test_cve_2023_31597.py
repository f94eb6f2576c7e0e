"""Nobody reaches existing tickets by claiming an address: it must be proven first (Zammad)."""

from django.test import Client

from people.models import User
from tests.channels_intake.mails import mail, receive
from tickets.models import Ticket


def test_a_claimed_address_shows_no_tickets_before_it_is_proven(ticket: Ticket, client: Client) -> None:
    requester = User.objects.get(email="petra@kunde.example")

    assert not requester.has_usable_password()
    signed_up = client.post(
        "/accounts/signup/",
        {"email": "petra@kunde.example", "password1": "Ein-langes-Wort-7", "password2": "Ein-langes-Wort-7"},
    )
    assert signed_up.status_code in (200, 302, 403, 404)
    requester.refresh_from_db()
    assert not requester.has_usable_password()
    assert not client.login(email="petra@kunde.example", password="Ein-langes-Wort-7")


def test_a_mail_in_somebodys_name_shows_its_sender_nothing_of_their_tickets(ticket: Ticket) -> None:
    taken = receive(mail("mallory@evil.example", subject=f"Re: [{ticket.number}]", Reply_To="petra@kunde.example"))

    mallory = User.objects.get(email="mallory@evil.example")
    assert taken.ticket.requester == mallory
    assert set(Ticket.objects.visible_to(mallory)) == {taken.ticket}
