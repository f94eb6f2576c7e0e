"""Finding people by their address, and making those we do not know yet."""

from collections.abc import Iterable
from typing import Any

from people.models import User
from people.organisations import organisation_of


def find_or_create(address: str, *, language: str, name: str = "") -> User:
    """Find the person with this address, or make one who cannot log in; a missing name is filled in."""
    email = address.strip().lower()[:254]
    fresh: dict[str, Any] = {
        "name": name[:150],
        "language": language,
        "password": "!",
        "organisation": lambda: organisation_of(email),  # asked only about somebody new
    }
    person, is_new = User.objects.get_or_create(email=email, defaults=fresh)
    if not is_new and not person.name and name and not person.is_agent:
        person.name = name[:150]
        person.save(update_fields=["name"])
    return person


def find_or_create_all(addresses: Iterable[str], *, language: str) -> list[User]:
    """Find or make the people with these addresses, in one order, so that two who do so never wait for each other."""
    wanted = sorted({address.strip().lower() for address in addresses})
    if not wanted:
        return []
    known = {person.email: person for person in User.objects.filter(email__in=wanted)}
    return [known.get(address) or find_or_create(address, language=language) for address in wanted]
