"""People who write for the first time."""

from people.models import User
from people.organisations import organisation_of


def newcomer(address: str, *, name: str, language: str) -> User:
    """Make the person with this address, who cannot log in; one who was made at this moment is found instead."""
    email = address.lower()[:254]
    person = User(email=email, name=name[:150], language=language, organisation=organisation_of(email))
    person.set_unusable_password()
    User.objects.bulk_create([person], ignore_conflicts=True)
    return User.objects.get(email=email)
