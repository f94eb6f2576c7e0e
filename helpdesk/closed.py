"""Pages of the login library that this product does without."""

from django.http import Http404, HttpRequest, HttpResponse


def closed(request: HttpRequest) -> HttpResponse:
    """
    Be no page at all.

    :raises Http404: always.
    """
    raise Http404
