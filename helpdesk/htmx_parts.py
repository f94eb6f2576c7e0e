"""Pages whose parts come from the same address: whatever keeps answers must not take one for the other."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

ASKED_BY = ("HX-Request", "HX-Target")


class PartsVaryMiddleware:
    """Says of every answer that it depends on how it was asked for."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        response = self._get_response(request)
        patch_vary_headers(response, ASKED_BY)
        return response
