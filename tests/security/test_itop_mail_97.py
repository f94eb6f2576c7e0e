"""Only our own server's Authentication-Results count (iTop mail extension, issues 97 and 218)."""

from typing import Any

import pytest

from channels_intake.authentication import dmarc
from tests.security.identity import PASSED


@pytest.mark.parametrize(
    "forged",
    [
        "evil.example; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example; dmarc=fail (dmarc=pass) header.from=helpdesk.example",
        "mx.helpdesk.example; dmarc=pass header.from=evil.example",
        'mx.helpdesk.example; spf=pass smtp.mailfrom="x; dmarc=pass"@evil.example',
        "mx.helpdesk.example; dmarc=fail; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example.evil.example; dmarc=pass header.from=helpdesk.example",
        "(mx.helpdesk.example;) evil; dmarc=pass header.from=helpdesk.example",
        "mx.helpdesk.example; none",
        "",
    ],
)
def test_itop_97_218_only_the_verdict_of_our_own_server_counts(settings: Any, forged: str) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"

    assert dmarc([forged], "anna@helpdesk.example") != "pass"
    assert dmarc([PASSED, forged], "anna@helpdesk.example") == "pass"
    settings.MAIL_AUTHSERV_ID = ""
    assert dmarc([PASSED], "anna@helpdesk.example") == ""


def test_a_verdict_below_that_of_our_server_is_not_read(settings: Any) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.helpdesk.example"
    ours = "mx.helpdesk.example; dmarc=fail header.from=helpdesk.example"

    assert dmarc([ours, PASSED], "anna@helpdesk.example") == "fail"
