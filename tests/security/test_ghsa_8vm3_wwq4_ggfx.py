"""No older or unsigned form of our Message-IDs is believed."""

import pytest

from helpdesk.lib import message_ids
from tests.channels_intake.mails import mail, receive
from tests.security.identity import own_id
from tickets.models import Ticket


@pytest.mark.parametrize(
    "form", ["<{n}@helpdesk.example>", "<{n}.aaaaaaaaaaaaaaaa.00000000000000000000@helpdesk.example>", "<ticket-{n}@x>"]
)
def test_ghsa_8vm3_wwq4_ggfx_a_guessed_message_id_leads_nowhere(ticket: Ticket, form: str) -> None:
    taken = receive(mail(answers=form.format(n=ticket.pk)))

    assert (taken.outcome, taken.ticket.related_to) == ("created", None)


def test_a_message_id_with_a_changed_number_leads_nowhere(ticket: Ticket) -> None:
    other = receive(mail("mallory@evil.example")).ticket
    changed = own_id(other).replace(f"<{other.pk}.", f"<{ticket.pk}.")

    assert message_ids.read(own_id(other)) == other.pk
    assert receive(mail("mallory@evil.example", answers=changed)).ticket not in (ticket, other)
