"""Phone numbers in the spellings people use in Germany and Britain."""

import re

# Of the countries whose callers are likely; longer codes first.
_COUNTRIES = ("353", "352", "420", "49", "44", "43", "41", "48", "45", "33", "32", "31", "39", "34", "1")
_TRUNK = re.compile(r"\(0\)")
_NOT_DIGIT = re.compile(r"\D")


def significant(number: str) -> str:
    """
    Give the digits that any spelling of a number shares: without country code and the zero before the area code.

    "+49 (0)30 1234-56", "0049 30 123456" and "030/123456" give "30123456".
    """
    text = _TRUNK.sub("", number.strip())
    digits = _NOT_DIGIT.sub("", text)
    is_abroad = text.lstrip("( ").startswith("+")
    if not is_abroad and digits.startswith("00"):
        is_abroad, digits = True, digits[2:]
    if is_abroad:
        country = next((code for code in _COUNTRIES if digits.startswith(code)), "")
        digits = digits.removeprefix(country)
    return digits.removeprefix("0")


def looks_like_number(text: str) -> bool:
    """Tell whether somebody typed a phone number rather than a name."""
    return len(_NOT_DIGIT.sub("", text)) >= 3 and re.fullmatch(r"[\d\s()+/.\-–]+", text.strip()) is not None
