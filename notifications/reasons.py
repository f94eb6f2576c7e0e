"""Why a mail did not arrive, in words an agent understands."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.models import Delivery

# The mail systems' own numbers (RFC 3463), without their first digit, which says whether it is for good.
_NUMBER = re.compile(r"(?<![\d.])[45]\.(\d{1,3}\.\d{1,3})(?![\d]|\.\d)")
_NO_SUCH, _FULL = _("There is no such address."), _("The mailbox is full.")
_OFF, _TOO_LARGE = _("The mailbox is switched off."), _("The mail is too large for the recipient.")
_NO_SERVER = _("The recipient's mail server could not be reached.")
_UNWANTED = _("The recipient's mail server refuses the mail as unwanted or by its rules.")
_BY_NUMBER = {
    "1.0": _NO_SUCH, "1.1": _NO_SUCH, "1.6": _NO_SUCH, "1.10": _NO_SUCH,
    "1.2": _("There is no mail server for what stands behind the @ of the address."),
    "1.3": _("The address is written wrongly."),
    "2.1": _OFF, "2.2": _FULL, "2.3": _TOO_LARGE, "3.4": _TOO_LARGE,
    "4.1": _NO_SERVER, "4.2": _NO_SERVER, "4.4": _NO_SERVER, "4.7": _NO_SERVER,
}  # fmt: skip
_BY_WORDS: tuple[tuple[re.Pattern[str], str | Promise], ...] = (
    (re.compile(r"no mail can be sent to", re.I), _BY_NUMBER["1.3"]),
    (re.compile(r"quota|mailbox (?:is )?full|over size|postfach (?:ist )?voll", re.I), _FULL),
    (re.compile(r"no such|unknown|not exist|doesn't exist|not found|unbekannt|existiert nicht", re.I), _NO_SUCH),
    (re.compile(r"spam|blocked|blacklist|policy|reputation", re.I), _UNWANTED),
)
_READ = 5_000


def reason(delivery: Delivery) -> str:
    """Say why this mail did not arrive, or does not leave; nothing where there is nothing to say."""
    if delivery.state in Delivery.UNFINISHED:
        return gettext("Our mail server has not taken it yet; it is tried again.") if delivery.error else ""
    if delivery.state not in (Delivery.State.FAILED, Delivery.State.BOUNCED):
        return ""
    said = delivery.error[:_READ]
    for number in _NUMBER.findall(said):
        if number in _BY_NUMBER:
            return str(_BY_NUMBER[number])
        if number.startswith("7."):
            return str(_UNWANTED)
    words = next((words for pattern, words in _BY_WORDS if pattern.search(said)), None)
    return str(words) if words else gettext("The mail could not be delivered.")
