"""Signing in by OAuth in the settings, through a real authorization server and back."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from channels_intake.models import Mailbox
from helpdesk.lib import secrets
from notifications.models import OAuthGrant
from people.models import AuditEntry, User
from tests.factories import make_agent
from tests.notifications.authorization_server import AuthorizationServer
from tests.settings.conftest import SECRET, Everything, entries

pytestmark = pytest.mark.django_db
CALLBACK = reverse("settings:grant_callback")


def form(**changes: Any) -> dict[str, Any]:
    """Give what a browser sends."""
    data = {"name": "Mail", "provider": "microsoft", "tenant": "nordlicht.example", "client_id": "client-1"}
    return data | {"secret": SECRET, "authorize_url": "", "token_url": "", "scope": ""} | changes


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthorizationServer]:
    """Give a provider inside of this machine, which the operator allows."""
    settings.OUTGOING_ALLOWED = ["127.0.0.1"]
    monkeypatch.setitem(os.environ, "OAUTHLIB_INSECURE_TRANSPORT", "1")
    with AuthorizationServer() as server:
        yield server


@pytest.fixture
def grant(provider: AuthorizationServer) -> OAuthGrant:
    """Give a sign-in nobody used yet."""
    return OAuthGrant.objects.create(
        name="Mail", provider="other", client_id=provider.client_id, client_secret=secrets.encrypt(provider.client_secret),
        authorize_url=f"{provider.url}/authorize", token_url=f"{provider.url}/token", scope="mail",
    )  # fmt: skip


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def leave(client: Client, grant: OAuthGrant) -> str:
    """Go to the provider, consent, and give the address the browser is sent back to."""
    page = client.post(reverse("settings:grant_sign_in", args=[grant.pk])).content.decode()
    found = re.search(rf'href="({re.escape(grant.authorize_url)}[^"]+)"', page)
    assert found
    try:
        build_opener(_Stay).open(unescape(found[1]))
    except OSError as answer:
        return str(answer.headers["Location"])  # type: ignore[attr-defined]
    raise AssertionError("It sends nobody back.")


def local(address: str) -> str:
    """Give the address as the test client wants it."""
    return urlsplit(address)._replace(scheme="", netloc="").geturl()


def told(client: Client, address: str) -> str:
    """Follow the browser back, and read what the page says then."""
    return client.get(local(address), follow=True).content.decode()


def test_a_sign_in_is_set_up_with_a_secret_nobody_reads_again(client: Client) -> None:
    client.post(reverse("settings:grant_new"), form())
    grant = OAuthGrant.objects.get()
    page = client.get(reverse("settings:grant", args=[grant.pk])).content.decode()

    assert secrets.decrypt(bytes(grant.client_secret)) == SECRET
    assert entries() == [("notifications.oauthgrant", "created")]
    assert SECRET not in page + str(list(AuditEntry.objects.values_list("changes", flat=True)))
    assert f"http://localhost:8000{CALLBACK}" in page
    assert "Nobody has signed in yet." in page

    client.post(reverse("settings:grant", args=[grant.pk]), form(secret="", name="Post"))
    grant.refresh_from_db()
    assert (grant.name, secrets.decrypt(bytes(grant.client_secret))) == ("Post", SECRET)


@pytest.mark.parametrize("change", [{"tenant": "evil.example"}, {"client_id": "x"}, {"provider": "google"}])
def test_the_client_secret_goes_to_nobody_else(client: Client, change: dict[str, str]) -> None:
    client.post(reverse("settings:grant_new"), form())
    grant = OAuthGrant.objects.get()

    response = client.post(reverse("settings:grant", args=[grant.pk]), form(secret="") | change)

    assert response.status_code == 422
    assert "enter its client secret" in response.content.decode()


def test_another_application_wants_another_sign_in(client: Client, everything: Everything) -> None:
    address = reverse("settings:grant", args=[everything.grant.pk])
    client.post(address, form(tenant="", client_id="client-2"))
    grant = OAuthGrant.objects.get()

    assert (bytes(grant.refresh_token), bytes(grant.access_token), grant.account) == (b"", b"", "")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tenant": "../evil"}, "Enter a domain such as"),
        ({"provider": "other"}, "Your provider"),
        (
            {"provider": "other", "authorize_url": "http://a.example/", "token_url": "https://a.example/"},
            "must begin with",
        ),
        ({"provider": "other", "authorize_url": "javascript:alert(1)"}, "Enter a valid URL"),
    ],
)
def test_what_is_wrong_is_said(client: Client, change: dict[str, str], words: str) -> None:
    response = client.post(reverse("settings:grant_new"), form(**change))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not OAuthGrant.objects.exists()


def test_who_signs_in_comes_back_with_tokens(client: Client, admin: User, grant: OAuthGrant, provider: Any) -> None:
    back = leave(client, grant)
    assert back.startswith(f"http://localhost:8000{CALLBACK}?")

    page = told(client, back)

    grant.refresh_from_db()
    assert grant.account == provider.account
    assert secrets.decrypt(bytes(grant.refresh_token)) in provider.refresh_tokens
    assert f"Signed in as {provider.account}." in page
    entry = AuditEntry.objects.get()
    assert (entry.kind, entry.by, entry.changes["account"]) == (
        "notifications.oauthgrant", admin, ["", provider.account],
    )  # fmt: skip
    for token in provider.refresh_tokens | provider.access_tokens:
        assert token not in page + str(entry.changes)


def test_the_way_back_can_be_gone_once(client: Client, grant: OAuthGrant, provider: Any) -> None:
    back = leave(client, grant)
    told(client, back)

    assert "was not begun here" in told(client, back)
    assert len(provider.asked) == 1


@pytest.mark.parametrize("how", ["other state", "no state", "other browser", "too late"])
def test_a_way_back_that_was_not_begun_here_leads_nowhere(
    client: Client, grant: OAuthGrant, provider: Any, how: str
) -> None:
    back = leave(client, grant)
    if how == "other state":
        back = re.sub("state=[^&]+", "state=guessed", back)
    elif how == "no state":
        back = re.sub("state=[^&]+", "", back)
    elif how == "other browser":
        client = Client()
        client.force_login(make_agent(role=User.Role.ADMIN, language="en"))
    else:
        session = client.session
        session["oauth_sign_in"] |= {"until": (timezone.now() - timedelta(seconds=1)).isoformat()}
        session.save()

    assert "was not begun here" in told(client, back)
    grant.refresh_from_db()
    assert not grant.refresh_token
    assert provider.asked == []


def test_somebody_who_does_not_permit_it_is_told_so(client: Client, grant: OAuthGrant, provider: Any) -> None:
    provider.refuses = "access_denied"

    assert "The provider refuses: access_denied" in told(client, leave(client, grant))


def test_what_the_provider_says_wrong_stands_in_the_settings(client: Client, grant: OAuthGrant, provider: Any) -> None:
    back = leave(client, grant)
    provider.client_secret = "changed meanwhile"

    assert "refuses client ID or client secret: no such client" in told(client, back)
    assert "refuses client ID or client secret" in client.get(reverse("settings:grants")).content.decode()
    assert not AuditEntry.objects.exists()


def test_each_sign_in_has_a_secret_of_its_own(client: Client, grant: OAuthGrant, provider: Any) -> None:
    asked = [parse_qs(urlsplit(leave(client, grant)).query)["state"][0] for _ in range(2)]

    assert len(set(asked)) == 2
    assert len({wanted["code_challenge"] for wanted in provider.wanted}) == 2


def test_a_sign_in_in_use_is_not_forgotten(client: Client, everything: Everything) -> None:
    Mailbox.objects.update(grant=everything.grant)
    address = reverse("settings:grant_removal", args=[everything.grant.pk])

    page = client.post(address, follow=True).content.decode()
    assert "is still used by support@helpdesk.example" in page
    assert OAuthGrant.objects.exists()

    Mailbox.objects.update(grant=None)
    client.post(address)
    assert not OAuthGrant.objects.exists()
    assert entries() == [("notifications.oauthgrant", "removed")]


@pytest.mark.parametrize("count", [1, 3])
def test_the_queries_do_not_grow(client: Client, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        OAuthGrant.objects.create(name=f"Mail {number}", provider="google", client_id="c")

    with django_assert_num_queries(3):
        client.get(reverse("settings:grants"))
