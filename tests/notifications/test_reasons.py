"""Why a mail did not arrive, in words."""

import time

import pytest
from django.utils.translation import override

from notifications.models import Delivery
from notifications.reasons import reason

NO_SUCH, FULL = "There is no such address.", "The mailbox is full."
UNWANTED = "The recipient's mail server refuses the mail as unwanted or by its rules."
BOUNCE = "This is the mail system at host mx1.kunde.example (5.1.2.3).\n\n<p@kunde.example>: host mx.kunde.example[5.7.1.9] said:\n"


@pytest.mark.parametrize(
    ("state", "error", "expected"),
    [
        ("failed", "550 5.1.1 <p@x.example>: Recipient address rejected: User unknown", NO_SUCH),
        ("failed", "550 No such user here", NO_SUCH),
        ("bounced", f"{BOUNCE}    550 5.1.1 unknown user", NO_SUCH),
        ("bounced", f"{BOUNCE}    552 5.2.2 Postfach voll", FULL),
        ("bounced", "Das Postfach ist voll, bitte später.", FULL),
        ("failed", "554 5.7.1 Message rejected", UNWANTED),
        ("failed", "No mail can be sent to 'a b@c.example'.", "The address is written wrongly."),
        ("bounced", "4.4.1 connection timed out", "The recipient's mail server could not be reached."),
        ("bounced", "Version 5.1.1.2 of the software", "The mail could not be delivered."),
        ("failed", "", "The mail could not be delivered."),
        ("queued", "timed out", "Our mail server has not taken it yet; it is tried again."),
        ("queued", "", ""),
        ("sent", "", ""),
    ],
)
def test_a_failure_is_said_in_words(state: str, error: str, expected: str) -> None:
    with override("en"):
        assert reason(Delivery(state=state, error=error)) == expected


def test_a_long_bounce_takes_no_time() -> None:
    began = time.perf_counter()

    reason(Delivery(state="bounced", error="5.1." * 200_000))

    assert time.perf_counter() - began < 1
