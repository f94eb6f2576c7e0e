"""How the mailboxes are: what was fetched and sent last, what waits, what fails."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Min
from django.utils.translation import gettext, ngettext

from channels_intake.models import Arrival, Mailbox
from notifications.models import Delivery, Sender

# The fetcher asks every few seconds; silence for this long means that it does not run.
_LATE = timedelta(minutes=5)
_WAITS_LONG = timedelta(minutes=2)


@dataclass(frozen=True)
class State:
    """A colour and sentences, the most important one first."""

    colour: str
    words: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """Since when the oldest mails wait: stored ones by mailbox, our own whatever sends them."""

    stored: dict[int | None, datetime]
    to_send: datetime | None


def waiting() -> Waiting:
    """Look what waits."""
    stored = Arrival.objects.filter(state=Arrival.State.STORED).order_by().values_list("mailbox")
    mails = Delivery.objects.filter(medium=Delivery.Medium.MAIL, state__in=Delivery.UNFINISHED)
    return Waiting(dict(stored.annotate(Min("received_at"))), mails.aggregate(since=Min("created_at"))["since"])


def fetching(mailbox: Mailbox, wait: Waiting, now: datetime) -> State:
    """Tell how fetching goes."""
    more = _lag(wait.stored.get(mailbox.pk), now)
    if mailbox.failures and mailbox.last_fetch_at:
        more += (gettext("Last fetched: %(ago)s") % {"ago": _ago(now - mailbox.last_fetch_at)},)
    if not mailbox.is_active:
        return State("calm", gettext("not active"), more)
    if not mailbox.host:
        return State("warn" if more else "calm", gettext("nothing to fetch"), more)
    if mailbox.last_error:
        return State("bad", mailbox.last_error, (*more, *_tries(mailbox.failures)))
    if mailbox.last_fetch_at is None:
        return State("warn", gettext("not fetched yet"), more)
    lag = now - mailbox.last_fetch_at
    if lag > _LATE:
        words = gettext("nothing fetched for %(minutes)s minutes; does the mail fetcher run?")
        return State("warn", words % {"minutes": int(lag.total_seconds()) // 60}, more)
    words = gettext("fetched %(seconds)s seconds ago")
    return State("warn" if more else "ok", words % {"seconds": max(0, int(lag.total_seconds()))}, more)


def sending(sender: Sender | None, wait: Waiting, now: datetime) -> State:
    """Tell how sending goes."""
    more: tuple[str, ...] = ()
    if wait.to_send is not None and now - wait.to_send > _WAITS_LONG:
        more = (gettext("The oldest mail to be sent has waited for %(ago)s.") % {"ago": _span(now - wait.to_send)},)
    if sender is None:
        return State("calm", gettext("nothing sent from here yet"), more)
    if sender.last_error:
        return State("bad", sender.last_error, (*more, *_tries(sender.failures)))
    if sender.last_sent_at is None:
        return State("warn" if more else "calm", gettext("nothing sent from here yet"), more)
    words = gettext("last sent: %(ago)s") % {"ago": _ago(now - sender.last_sent_at)}
    return State("warn" if more else "ok", words, more)


def _lag(since: datetime | None, now: datetime) -> tuple[str, ...]:
    if since is None or now - since <= _WAITS_LONG:
        return ()
    return (gettext("The oldest fetched mail has waited for %(ago)s to be accepted.") % {"ago": _span(now - since)},)


def _tries(failures: int) -> tuple[str, ...]:
    if not failures:
        return ()
    words = ngettext("%(tries)s try failed since.", "%(tries)s tries failed since.", failures)
    return (words % {"tries": failures},)


def _ago(length: timedelta) -> str:
    return gettext("%(span)s ago") % {"span": _span(length)}


def _span(length: timedelta) -> str:
    minutes = max(0, int(length.total_seconds())) // 60
    if minutes < 120:
        return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}
    if minutes < 48 * 60:
        return ngettext("%(count)s hour", "%(count)s hours", minutes // 60) % {"count": minutes // 60}
    return ngettext("%(count)s day", "%(count)s days", minutes // 1440) % {"count": minutes // 1440}
