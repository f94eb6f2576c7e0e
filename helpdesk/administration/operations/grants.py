"""Changing how we sign in at mail servers by OAuth."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from channels_intake.models import Mailbox
from helpdesk.administration.operations.saving import save
from helpdesk.administration.refusal import Refused
from helpdesk.lib import secrets
from notifications import oauth
from notifications.models import OAuthGrant, Sender
from people import audit
from people.models import AuditEntry, User

FIELDS = ("name", "provider", "tenant", "client_id", "authorize_url", "token_url", "scope")
# Tokens belong to these; when one changes, somebody has to sign in anew.
_PLACE = ("provider", "tenant", "client_id", "authorize_url", "token_url")
_TOKENS = {"refresh_token": b"", "access_token": b"", "expires_at": None, "granted_at": None, "account": ""}


@transaction.atomic
def save_grant(grant: OAuthGrant, *, client_secret: str, by: User, now: datetime) -> OAuthGrant:
    """Store a new or changed sign-in; without a client secret the stored one stays."""
    stored = OAuthGrant.objects.select_for_update().filter(pk=grant.pk).first() if grant.pk else None
    if client_secret:
        grant.client_secret = secrets.encrypt(client_secret)
    save(grant, FIELDS, by=by, now=now, unrecorded=("client_secret",) if client_secret else ())
    if stored is not None and any(getattr(stored, name) != getattr(grant, name) for name in _PLACE):
        OAuthGrant.objects.filter(pk=grant.pk).update(last_error="", **_TOKENS)
    return grant


def sign_in(grant: OAuthGrant, *, code: str, verifier: str, redirect_uri: str, by: User, now: datetime) -> OAuthGrant:
    """
    Get tokens for what the provider sent back, and record whose account it is.

    :raises notifications.oauth.CannotSignIn: if the provider does not give them.
    """
    granted = oauth.exchange(grant, code=code, verifier=verifier, redirect_uri=redirect_uri, now=now)
    with transaction.atomic():
        changes = {"account": [grant.account, granted.account], "granted_at": [grant.granted_at, granted.granted_at]}
        audit.record(granted, AuditEntry.Action.CHANGED, by=by, now=now, changes=changes)
    return granted


@transaction.atomic
def remove_grant(grant: OAuthGrant, *, by: User, now: datetime) -> None:
    """
    Forget a sign-in and its tokens.

    :raises Refused: if a mailbox or a sender uses it.
    """
    locked = OAuthGrant.objects.select_for_update().get(pk=grant.pk)
    boxes = Mailbox.objects.filter(grant=locked).values_list("address", flat=True)
    users = {*boxes, *Sender.objects.filter(grant=locked).values_list("address", flat=True)}
    if users:
        words = gettext("“%(name)s” is still used by %(users)s.")
        raise Refused(words % {"name": locked.name, "users": ", ".join(sorted(users))})
    before = audit.snapshot(locked, FIELDS)
    gone = {name: [value, None] for name, value in before.items()}
    audit.record(locked, AuditEntry.Action.REMOVED, by=by, now=now, changes=gone)
    locked.delete()
