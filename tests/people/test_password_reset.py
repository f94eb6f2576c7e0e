"""Asking for a new password, with an address we know and with one we do not."""

import pytest
from django.core import mail
from django.test import Client

from tests.factories import make_agent, make_queue

pytestmark = pytest.mark.django_db


def test_an_unknown_address_hears_nothing_of_signing_up(client: Client) -> None:
    make_agent(make_queue(), email="lena@helpdesk.example", password="a-long-password-here")

    known = client.post("/account/password/reset/", {"email": "lena@helpdesk.example"}, HTTP_ACCEPT_LANGUAGE="en")
    unknown = client.post("/account/password/reset/", {"email": "nobody@else.example"}, HTTP_ACCEPT_LANGUAGE="en")

    told = next(letter for letter in mail.outbox if letter.to == ["nobody@else.example"])
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert "There is no login with this address." in told.body
    assert "signup" not in told.body
    assert "sign up" not in told.body.lower()
    assert [letter.to for letter in mail.outbox].count(["lena@helpdesk.example"]) == 1
