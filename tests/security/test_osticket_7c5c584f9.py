"""A list of addresses in a name adds no recipient."""

from people.models import User
from tests.channels_intake.mails import mail, receive
from tickets.models import Queue


def test_osticket_7c5c584f9_a_list_in_the_name_adds_nobody(queue: Queue) -> None:
    receive(mail('"victim@evil.example, other@evil.example" <petra@kunde.example>'))

    assert list(User.objects.values_list("email", flat=True)) == ["petra@kunde.example"]
