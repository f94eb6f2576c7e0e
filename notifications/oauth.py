"""Signing in at mail servers by OAuth 2: once in a browser, then by tokens that are renewed in time."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from oauthlib.oauth2 import OAuth2Error, WebApplicationClient
from oauthlib.oauth2.rfc6749.errors import InsecureTransportError

from helpdesk.lib import safe_fetch, secrets
from notifications.models import OAuthGrant

RENEW_BEFORE = timedelta(minutes=2)
_LASTS = timedelta(minutes=5)  # where the provider does not say for how long


class CannotSignIn(Exception):
    """There is no valid token and none can be had; the message says to an administrator what to do."""


@dataclass(frozen=True)
class Endpoints:
    """Where a provider is asked, and for what."""

    authorize_url: str
    token_url: str
    scope: str


_MICROSOFT = "https://login.microsoftonline.com/{tenant}/oauth2/v2.0"
_OUTLOOK = "https://outlook.office.com"
_MICROSOFT_SCOPE = (
    f"{_OUTLOOK}/IMAP.AccessAsUser.All {_OUTLOOK}/POP.AccessAsUser.All {_OUTLOOK}/SMTP.Send offline_access openid email"
)
_EXTRAS: dict[str, dict[str, str]] = {
    # Google gives a refresh token only when it asks the person anew.
    OAuthGrant.Provider.GOOGLE: {"access_type": "offline", "prompt": "consent"},
    OAuthGrant.Provider.MICROSOFT: {"prompt": "select_account"},
}


def endpoints(grant: OAuthGrant) -> Endpoints:
    """Give the addresses of the provider; what the grant itself says comes first."""
    usual = Endpoints("", "", "")
    if grant.provider == OAuthGrant.Provider.MICROSOFT:
        base = _MICROSOFT.format(tenant=grant.tenant or "organizations")
        usual = Endpoints(f"{base}/authorize", f"{base}/token", _MICROSOFT_SCOPE)
    elif grant.provider == OAuthGrant.Provider.GOOGLE:
        usual = Endpoints(
            "https://accounts.google.com/o/oauth2/v2/auth",
            "https://oauth2.googleapis.com/token",
            "https://mail.google.com/ openid email",
        )
    return Endpoints(
        grant.authorize_url or usual.authorize_url, grant.token_url or usual.token_url, grant.scope or usual.scope
    )


def new_verifier() -> str:
    """Make the secret that proves that who comes back is who went (PKCE)."""
    return str(WebApplicationClient("").create_code_verifier(64))


def authorize_url(grant: OAuthGrant, *, redirect_uri: str, state: str, verifier: str) -> str:
    """
    Give the address where somebody signs in and permits us to use the account.

    :raises CannotSignIn: if the address of the provider is missing or unsafe.
    """
    client, place = WebApplicationClient(grant.client_id), endpoints(grant)
    try:
        return str(
            client.prepare_request_uri(
                place.authorize_url,
                redirect_uri=redirect_uri,
                scope=place.scope or None,
                state=state,
                code_challenge=client.create_code_challenge(verifier, "S256"),
                code_challenge_method="S256",
                **({"login_hint": grant.account} if grant.account else {}),
                **_EXTRAS.get(grant.provider, {}),
            )
        )
    except InsecureTransportError:
        raise CannotSignIn(gettext("The authorization address must begin with https://.")) from None


def exchange(grant: OAuthGrant, *, code: str, verifier: str, redirect_uri: str, now: datetime) -> OAuthGrant:
    """
    Get the tokens for the code that the provider sent back with the browser, and keep them.

    :raises CannotSignIn: if the provider does not give them; the grant keeps what it had, and says why.
    """
    client = WebApplicationClient(grant.client_id)
    body = client.prepare_request_body(
        code=code, redirect_uri=redirect_uri, code_verifier=verifier, **_client_secret(grant)
    )
    try:
        token = _ask(grant, client, body)
        if not token.get("refresh_token"):
            raise CannotSignIn(gettext("The provider gave no refresh token; the scope must ask for offline access."))
    except CannotSignIn as refusal:
        OAuthGrant.objects.filter(pk=grant.pk).update(last_error=str(refusal))
        raise
    with transaction.atomic():
        locked = OAuthGrant.objects.select_for_update().get(pk=grant.pk)
        _keep(locked, token, now)
        locked.granted_at = now
        locked.account = _account(token)[:254]
        locked.save(update_fields=["granted_at", "account"])
    return locked


def access_token(grant: OAuthGrant, *, now: datetime) -> str:
    """
    Give a token that is valid for two minutes at least, where the provider gives one; never inside of a transaction.

    Of several processes one renews it, the others wait for it.

    :raises CannotSignIn: if nobody signed in, or the provider has ended the permission.
    """
    refusal: CannotSignIn | None = None
    # What is renewed must stay renewed: a provider may take back the refresh token that it replaced.
    with transaction.atomic(durable=True):
        locked = OAuthGrant.objects.select_for_update().filter(pk=grant.pk).first()
        if locked is None:
            raise CannotSignIn(gettext("This sign-in was removed; choose another one."))
        if not _is_valid(locked, now + RENEW_BEFORE):
            try:
                _renew(locked, now)
            except CannotSignIn as error:
                refusal = error
                locked.last_error = str(error)
                locked.save(update_fields=["last_error"])
    if refusal is not None and not _is_valid(locked, now):
        raise refusal
    return _decrypted(locked.access_token)


def xoauth2(user: str, token: str) -> str:
    """Give what XOAUTH2 says to a mail server, not yet encoded."""
    return f"user={user}\x01auth=Bearer {token}\x01\x01"


def _is_valid(grant: OAuthGrant, moment: datetime) -> bool:
    return bool(grant.access_token) and grant.expires_at is not None and grant.expires_at > moment


def _renew(grant: OAuthGrant, now: datetime) -> None:
    if not grant.refresh_token:
        raise CannotSignIn(gettext("Nobody has signed in to “%(name)s” yet.") % {"name": grant.name})
    client = WebApplicationClient(grant.client_id)
    body = client.prepare_refresh_body(
        refresh_token=_decrypted(grant.refresh_token), client_id=grant.client_id, **_client_secret(grant)
    )
    _keep(grant, _ask(grant, client, body), now)


def _ask(grant: OAuthGrant, client: Any, body: str) -> dict[str, Any]:
    try:
        answer = safe_fetch.fetch(
            endpoints(grant).token_url,
            method="POST",
            body=body.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
            needs_tls=True,
        )
        if not isinstance(json.loads(answer.body), dict):
            raise ValueError("no object")
        token: dict[str, Any] = client.parse_request_body_response(answer.body.decode())
    except safe_fetch.Unreachable as error:
        raise CannotSignIn(gettext("The sign-in cannot be renewed: %(why)s") % {"why": error}) from error
    except OAuth2Error as error:
        raise CannotSignIn(_in_words(error, grant)) from error
    except (ValueError, TypeError, Warning) as error:
        words = gettext("The provider's answer cannot be read (status %(status)s).")
        raise CannotSignIn(words % {"status": answer.status}) from error
    return token


def _keep(grant: OAuthGrant, token: dict[str, Any], now: datetime) -> None:
    grant.access_token = secrets.encrypt(token["access_token"])
    if token.get("refresh_token"):
        grant.refresh_token = secrets.encrypt(token["refresh_token"])
    try:
        lasts = timedelta(seconds=int(token["expires_in"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        lasts = _LASTS
    grant.expires_at, grant.last_error = now + min(lasts, timedelta(days=365)), ""
    grant.save(update_fields=["access_token", "refresh_token", "expires_at", "last_error"])


def _client_secret(grant: OAuthGrant) -> dict[str, str]:
    return {"client_secret": _decrypted(grant.client_secret)} if grant.client_secret else {}


def _decrypted(secret: bytes) -> str:
    try:
        return secrets.decrypt(bytes(secret))
    except secrets.Undecipherable:
        raise CannotSignIn(gettext("What is stored of this sign-in cannot be read any more; sign in again.")) from None


def _account(token: dict[str, Any]) -> str:
    """Read who signed in. It came from the provider itself over TLS, so its signature says nothing more."""
    try:
        part = str(token.get("id_token", "")).split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return str(claims.get("email") or claims.get("preferred_username") or "")
    except (IndexError, ValueError, binascii.Error, AttributeError):
        return ""


def _in_words(error: Any, grant: OAuthGrant) -> str:
    named = {"name": grant.name, "why": " ".join(str(error.description or error.error).split())[:300]}
    if error.error == "invalid_grant":
        return gettext("The provider has ended the sign-in “%(name)s”; sign in again. (%(why)s)") % named
    if error.error in ("invalid_client", "unauthorized_client"):
        return gettext("The provider refuses client ID or client secret: %(why)s") % named
    if error.error == "invalid_scope":
        return gettext("The provider does not know the scope: %(why)s") % named
    return gettext("The provider refuses: %(why)s") % named
