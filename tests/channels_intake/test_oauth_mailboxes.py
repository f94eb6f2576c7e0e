"""Mailboxes that are opened by tokens, at IMAP and POP3 servers that ask a real authorization server's."""

from collections.abc import Iterator
from typing import Any

import pytest

from channels_intake.email.fetch import fetch
from channels_intake.email.refusals import CannotFetch
from channels_intake.models import Arrival, Mailbox
from helpdesk.lib import secrets
from notifications.models import OAuthGrant
from tests.channels_intake.mails import ImapServer, mail
from tests.channels_intake.pop3_server import Pop3Server
from tests.channels_intake.xoauth2_proxy import TokenDoor
from tests.factories import NOW
from tests.notifications.authorization_server import AuthorizationServer


def _now() -> Any:
    return NOW


@pytest.fixture
def provider(settings: Any) -> Iterator[AuthorizationServer]:
    """Give a provider with one refresh token."""
    settings.OUTGOING_ALLOWED, settings.LANGUAGE_CODE = ["127.0.0.1"], "en"
    with AuthorizationServer() as server:
        server.refresh_tokens = {"refresh-1"}
        yield server


@pytest.fixture
def grant(provider: AuthorizationServer, db: None) -> OAuthGrant:
    """Give a permission somebody gave long ago."""
    return OAuthGrant.objects.create(
        name="Mail",
        provider=OAuthGrant.Provider.OTHER,
        client_id=provider.client_id,
        client_secret=secrets.encrypt(provider.client_secret),
        token_url=f"{provider.url}/token",
        refresh_token=secrets.encrypt("refresh-1"),
    )


@pytest.fixture
def door(imap: ImapServer, provider: AuthorizationServer) -> Iterator[TokenDoor]:
    """Give an IMAP server that takes tokens."""
    with TokenDoor(imap, lambda token: token in provider.access_tokens) as door:
        yield door


@pytest.fixture
def by_imap(mailbox: Mailbox, door: TokenDoor, grant: OAuthGrant) -> Mailbox:
    """Give a mailbox there."""
    mailbox.port, mailbox.grant, mailbox.secret = door.port, grant, b""
    mailbox.save()
    return mailbox


def test_an_imap_mailbox_is_opened_by_a_token(
    imap: ImapServer, by_imap: Mailbox, provider: AuthorizationServer
) -> None:
    imap.put(by_imap.folder, mail())

    assert fetch(by_imap, clock=_now) == 1
    assert fetch(by_imap, clock=_now) == 0
    assert Arrival.objects.count() == 1
    assert [asked["grant_type"] for asked in provider.asked] == ["refresh_token"]


@pytest.mark.parametrize("explains", [True, False])
def test_an_imap_server_that_refuses_the_token_is_understood(by_imap: Mailbox, door: TokenDoor, explains: bool) -> None:
    door.explains_refusals = explains
    by_imap.username = "somebody@else.example"

    with pytest.raises(CannotFetch, match=r"refuses the sign-in by OAuth for somebody@else\.example"):
        fetch(by_imap, clock=_now)


def test_a_permission_that_was_taken_back_stands_in_the_mailbox(
    by_imap: Mailbox, provider: AuthorizationServer
) -> None:
    provider.revoke()

    with pytest.raises(CannotFetch, match="has ended the sign-in “Mail”; sign in again"):
        fetch(by_imap, clock=_now)
    by_imap.refresh_from_db()
    assert "sign in again" in by_imap.last_error


@pytest.mark.parametrize("explains", [True, False])
def test_a_pop3_mailbox_is_opened_by_a_token(
    queue: object, grant: OAuthGrant, provider: AuthorizationServer, explains: bool
) -> None:
    with Pop3Server(takes_token=lambda token: token in provider.access_tokens, explains_refusals=explains) as server:
        server.put(mail())
        box = Mailbox.objects.create(
            name="Pop", address="pop@helpdesk.example", protocol="pop3", host=server.host, port=server.port,
            security="none", username=server.user, grant=grant,
        )  # fmt: skip

        assert fetch(box, clock=_now) == 1
        assert (server.logins, server.mails) == (["token"], [])

        box.username = "somebody@else.example"
        with pytest.raises(CannotFetch, match="refuses the sign-in by OAuth"):
            fetch(box, clock=_now)
