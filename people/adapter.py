"""How the login library sees us: nobody signs up by themselves, and its mails name our own address."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes self-registration; people come from requests and from administrators."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse sign-ups."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of the login library that names the helpdesk's own address."""
        super().send_mail(template_prefix, email, {**context, "address": settings.PUBLIC_URL})

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Lead to the address the helpdesk is known by, whatever host the request named."""
        return f"{settings.PUBLIC_URL}{urlsplit(super().get_reset_password_from_key_url(key)).path}"
