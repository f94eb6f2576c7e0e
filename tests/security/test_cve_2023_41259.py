"""Our own control headers from outside have no effect (Request Tracker obeyed its own)."""

from tests.channels_intake.mails import mail, receive
from tickets.models import Queue, Ticket


def test_cve_2023_41259_our_own_headers_from_outside_have_no_effect(queue: Queue) -> None:
    taken = receive(
        mail(
            X_Helpdesk_Loop="<1.aaaa@helpdesk.example>",
            X_Helpdesk_Queue="other",
            X_Helpdesk_Priority="4",
            X_Priority="1",
            X_Helpdesk_Cc="mallory@evil.example",
        )
    )

    assert (taken.outcome, taken.ticket.queue, taken.ticket.priority) == ("created", queue, Ticket.Priority.NORMAL)
    assert not taken.ticket.participants.exists()
