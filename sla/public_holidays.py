"""Public holidays by country and state, from the library `holidays`; importing it takes a second, so only who asks waits."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

COUNTRIES = {
    "DE": _("Germany"), "AT": _("Austria"), "CH": _("Switzerland"), "LI": _("Liechtenstein"), "LU": _("Luxembourg"),
    "BE": _("Belgium"), "NL": _("Netherlands"), "FR": _("France"), "IT": _("Italy"), "ES": _("Spain"),
    "PT": _("Portugal"), "IE": _("Ireland"), "GB": _("United Kingdom"), "DK": _("Denmark"), "SE": _("Sweden"),
    "NO": _("Norway"), "FI": _("Finland"), "PL": _("Poland"), "CZ": _("Czechia"), "SK": _("Slovakia"),
    "HU": _("Hungary"), "SI": _("Slovenia"), "HR": _("Croatia"), "RO": _("Romania"), "BG": _("Bulgaria"),
    "GR": _("Greece"), "EE": _("Estonia"), "LV": _("Latvia"), "LT": _("Lithuania"), "TR": _("Türkiye"),
    "US": _("United States"), "CA": _("Canada"), "IN": _("India"), "AU": _("Australia"),
}  # fmt: skip
# The library names states in their own language; these have another name in English.
_STATES = {
    "DE": {
        "BY": _("Bavaria"), "HE": _("Hesse"), "MV": _("Mecklenburg-Western Pomerania"), "NI": _("Lower Saxony"),
        "NW": _("North Rhine-Westphalia"), "RP": _("Rhineland-Palatinate"), "SN": _("Saxony"), "ST": _("Saxony-Anhalt"),
        "TH": _("Thuringia"), "Augsburg": _("Bavaria, Augsburg"),
    },
    "AT": {
        "2": _("Carinthia"), "3": _("Lower Austria"), "4": _("Upper Austria"), "6": _("Styria"), "7": _("Tyrol"),
        "9": _("Vienna"),
    },
}  # fmt: skip
_NAME_CHARS = 100


class UnknownRegion(Exception):
    """There is no such country, or it has no such state."""


def countries() -> list[tuple[str, str]]:
    """Give the countries to choose from, by name."""
    return sorted(((code, str(name)) for code, name in COUNTRIES.items()), key=lambda one: one[1])


def subdivisions(country: str) -> list[tuple[str, str]]:
    """
    Give the states of a country whose holidays differ, by name; may be empty.

    :raises UnknownRegion: if the country is none of ours.
    """
    known = _of(country)
    names = {code: str(name) for name, code in reversed(known.subdivisions_aliases.items())}
    names |= {code: str(name) for code, name in _STATES.get(country, {}).items()}
    return sorted(((code, names.get(code, code)) for code in known.subdivisions), key=lambda one: one[1])


def public_holidays(country: str, subdivision: str, years: Iterable[int], language: str) -> dict[date, str]:
    """
    Give the public holidays of some years with their names, in order; of the whole country if no state is named.

    :raises UnknownRegion: if there is no such country or state.
    """
    import holidays

    known = _of(country)
    if subdivision and subdivision not in known.subdivisions:
        raise UnknownRegion(f"{country} has no state {subdivision}.")
    spoken = next(
        (one for wanted in (language or "?", "en") for one in known.supported_languages if one.startswith(wanted)),
        known.default_language,
    )
    with override(None):  # the names come from the library's own texts
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=list(years), language=spoken)
    return {day: name[:_NAME_CHARS] for day, name in sorted(found.items())}


def _of(country: str) -> Any:
    import holidays

    if country not in COUNTRIES:
        raise UnknownRegion(f"{country} is no country we know holidays of.")
    return holidays.country_holidays(country)
