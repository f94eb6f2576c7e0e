"""To which organisation an address belongs."""

from people.models import Domain, Organisation

_MOST_LABELS = 10


def organisation_of(address: str) -> Organisation | None:
    """
    Give the active organisation that lists the domain of this address, or the nearest domain above it.

    What nobody listed belongs to nobody, so addresses of providers for everybody do not unless somebody wants it so.
    """
    domains = _from_the_nearest(address)
    if not domains:
        return None
    found = Domain.objects.filter(name__in=domains, organisation__is_active=True).select_related("organisation")
    nearest = max(found, key=lambda domain: len(domain.name), default=None)
    return nearest.organisation if nearest is not None else None


def _from_the_nearest(address: str) -> list[str]:
    labels = address.rpartition("@")[2].strip().lower().split(".")[-_MOST_LABELS:]
    return [".".join(labels[start:]) for start in range(len(labels) - 1)]
