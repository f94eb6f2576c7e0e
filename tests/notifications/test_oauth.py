"""Signing in by OAuth, tried on a real authorization server."""

import base64
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.db import connection
from django.utils.translation import override

from helpdesk.lib import secrets
from notifications.models import OAuthGrant
from notifications.oauth import CannotSignIn, access_token, authorize_url, endpoints, exchange, new_verifier, xoauth2
from tests.factories import NOW, later
from tests.notifications.authorization_server import AuthorizationServer

BACK = "https://helpdesk.example/settings/grants/callback/"


@pytest.fixture
def provider(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[AuthorizationServer]:
    """Give a provider inside of this machine, which the operator allows."""
    settings.OUTGOING_ALLOWED = ["127.0.0.0/8"]
    monkeypatch.setitem(os.environ, "OAUTHLIB_INSECURE_TRANSPORT", "1")
    with AuthorizationServer() as server, override("en"):
        yield server


@pytest.fixture
def grant(provider: AuthorizationServer, db: None) -> OAuthGrant:
    """Give a permission that nobody gave yet."""
    return OAuthGrant.objects.create(
        name="Mail",
        provider=OAuthGrant.Provider.OTHER,
        client_id=provider.client_id,
        client_secret=secrets.encrypt(provider.client_secret),
        authorize_url=f"{provider.url}/authorize",
        token_url=f"{provider.url}/token",
        scope="mail offline_access",
    )


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        return None


def visit(address: str) -> dict[str, str]:
    """Sign in as a browser would, and give what it is sent back with."""
    try:
        build_opener(_Stay).open(address)
    except OSError as answer:
        query = urlsplit(answer.headers["Location"]).query  # type: ignore[attr-defined]
        return {name: values[0] for name, values in parse_qs(query).items()}
    raise AssertionError("It sends nobody back.")


def signed_in(grant: OAuthGrant) -> OAuthGrant:
    """Go through the whole sign-in."""
    verifier = new_verifier()
    back = visit(authorize_url(grant, redirect_uri=BACK, state="s1", verifier=verifier))
    assert back["state"] == "s1"
    return exchange(grant, code=back["code"], verifier=verifier, redirect_uri=BACK, now=NOW)


def test_who_signs_in_gives_us_tokens_that_lie_encrypted(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    grant = signed_in(grant)

    assert (grant.account, grant.granted_at, grant.expires_at) == (provider.account, NOW, later(60))
    assert access_token(grant, now=NOW) in provider.access_tokens
    stored = OAuthGrant.objects.get()
    for token in provider.access_tokens | provider.refresh_tokens:
        assert token.encode() not in bytes(stored.access_token) + bytes(stored.refresh_token)


def test_a_code_is_worth_nothing_without_the_verifier(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    back = visit(authorize_url(grant, redirect_uri=BACK, state="s1", verifier=new_verifier()))

    with pytest.raises(CannotSignIn, match="wrong code"):
        exchange(grant, code=back["code"], verifier=new_verifier(), redirect_uri=BACK, now=NOW)
    grant.refresh_from_db()
    assert not grant.access_token
    assert "wrong code" in grant.last_error


def test_a_token_is_renewed_two_minutes_before_it_ends_and_not_sooner(
    provider: AuthorizationServer, grant: OAuthGrant
) -> None:
    first = access_token(signed_in(grant), now=NOW)

    assert access_token(grant, now=later(57)) == first
    second = access_token(grant, now=later(58.5))
    assert second != first
    assert OAuthGrant.objects.get().expires_at == later(118.5)
    assert access_token(grant, now=later(60)) == second


def test_a_refresh_token_that_is_replaced_is_kept(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    grant = signed_in(grant)

    tokens = [access_token(grant, now=later(hours=hours)) for hours in (2, 4, 6)]

    assert len(set(tokens)) == 3
    assert len({asked["refresh_token"] for asked in provider.asked[1:]}) == 3


def test_a_refresh_token_that_is_not_replaced_stays(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    provider.rotates = False
    grant = signed_in(grant)

    tokens = [access_token(grant, now=later(hours=hours)) for hours in (2, 4)]

    assert len(set(tokens)) == 2
    assert len({asked["refresh_token"] for asked in provider.asked[1:]}) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_renews(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    grant = signed_in(grant)

    def take(_: int) -> str:
        try:
            return access_token(OAuthGrant(pk=grant.pk), now=later(hours=2))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(take, range(8)))

    assert len(tokens) == 1
    assert [asked["grant_type"] for asked in provider.asked] == ["authorization_code", "refresh_token"]


def test_what_was_taken_back_is_said_and_a_new_sign_in_heals_it(
    provider: AuthorizationServer, grant: OAuthGrant
) -> None:
    grant = signed_in(grant)
    provider.revoke()

    with pytest.raises(CannotSignIn, match="token was revoked"):
        access_token(grant, now=later(hours=2))
    grant.refresh_from_db()
    assert "token was revoked" in grant.last_error

    grant = signed_in(grant)
    assert grant.last_error == ""
    assert access_token(grant, now=NOW) in provider.access_tokens


@pytest.mark.parametrize(
    ("switch", "value", "words"),
    [
        ("refuses", "invalid_client", "refuses client ID or client secret"),
        ("refuses", "invalid_scope", "does not know the scope"),
        ("refuses", "temporarily_unavailable", "The provider refuses: AADSTS1: the reason"),
        ("broken", "<html>Bad gateway</html>", "cannot be read"),
        ("broken", "[1, 2]", "cannot be read"),
        ("broken", "{}", "refuses: Missing access token"),
    ],
)
def test_an_error_is_said_and_a_token_that_is_still_valid_is_used(
    provider: AuthorizationServer, grant: OAuthGrant, switch: str, value: str, words: str
) -> None:
    token = access_token(signed_in(grant), now=NOW)
    setattr(provider, switch, value)

    assert access_token(grant, now=later(59)) == token
    with pytest.raises(CannotSignIn, match=words):
        access_token(grant, now=later(61))


def test_a_provider_that_is_away_is_named(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    grant = signed_in(grant)
    OAuthGrant.objects.update(token_url="http://127.0.0.1:1/token")

    with pytest.raises(CannotSignIn, match=r"127\.0\.0\.1"):
        access_token(grant, now=later(hours=2))


def test_a_provider_that_gives_no_refresh_token_would_end_in_an_hour(
    provider: AuthorizationServer, grant: OAuthGrant
) -> None:
    provider.gives_refresh = False

    with pytest.raises(CannotSignIn):
        signed_in(grant)
    assert not OAuthGrant.objects.get().access_token


def test_without_a_sign_in_there_is_no_token(grant: OAuthGrant) -> None:
    with pytest.raises(CannotSignIn, match="Mail"):
        access_token(grant, now=NOW)
    grant.delete()
    with pytest.raises(CannotSignIn):
        access_token(OAuthGrant(pk=4711), now=NOW)


def test_a_token_without_an_end_is_not_believed_for_long(provider: AuthorizationServer, grant: OAuthGrant) -> None:
    provider.lasts = None

    assert signed_in(grant).expires_at == NOW + timedelta(minutes=5)


def test_addresses_inside_and_without_tls_are_not_asked(grant: OAuthGrant, settings: Any) -> None:
    settings.OUTGOING_ALLOWED = []
    with pytest.raises(CannotSignIn, match=r"127\.0\.0\.1"):
        exchange(grant, code="c", verifier="v", redirect_uri=BACK, now=NOW)

    os.environ.pop("OAUTHLIB_INSECURE_TRANSPORT")
    with pytest.raises(CannotSignIn, match="https://"):
        authorize_url(grant, redirect_uri=BACK, state="s", verifier=new_verifier())


def test_the_large_providers_are_known() -> None:
    microsoft = OAuthGrant(provider="microsoft", tenant="nordlicht.example", client_id="c")
    google = OAuthGrant(provider="google", client_id="c")

    address = urlsplit(authorize_url(google, redirect_uri=BACK, state="s", verifier=new_verifier()))
    asked = parse_qs(address.query)

    assert endpoints(microsoft).token_url == "https://login.microsoftonline.com/nordlicht.example/oauth2/v2.0/token"
    for scope in ("IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "SMTP.Send"):
        assert f"https://outlook.office.com/{scope}" in endpoints(microsoft).scope.split()
    assert "offline_access" in endpoints(microsoft).scope.split()
    assert address.hostname == "accounts.google.com"
    assert "https://mail.google.com/" in asked["scope"][0].split()
    assert (asked["access_type"], asked["code_challenge_method"]) == (["offline"], ["S256"])


def test_the_words_of_xoauth2_are_those_of_the_providers_documentation() -> None:
    said = base64.b64encode(xoauth2("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg").encode())

    assert said == (
        b"dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0"
        b"Q2cBAQ=="
    )
