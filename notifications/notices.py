"""What a notice behind the bell says."""

from django.utils.translation import gettext as _

from tickets.models import Event


def say(event: Event) -> str:
    """Say in one line what happened, in the reader's language."""
    who = event.by.display_name if event.by else _("The clock")
    if event.kind in _WRITTEN_BY_STAFF:
        return _("Your mail did not reach its recipient")
    words = {
        Event.Kind.RECEIVED: _("%(who)s wrote"),
        Event.Kind.ASSIGNED: _("%(who)s gave you this ticket"),
        Event.Kind.ESCALATED: _("%(who)s handed this ticket to your queue"),
        Event.Kind.ACCEPTED: _("%(who)s accepted the hand-over"),
        Event.Kind.RETURNED: _("%(who)s returned the hand-over"),
        Event.Kind.GIVEN_BACK: _("%(who)s gave it back with a result"),
        Event.Kind.LEAD_CALLED: _("%(who)s called a lead"),
        Event.Kind.LEAD_REPLIED: _("%(who)s answered the call"),
        Event.Kind.REOPENED: _("%(who)s reopened this ticket"),
        Event.Kind.WARNED: _("A deadline comes near"),
        Event.Kind.BREACHED: _("A deadline was missed"),
        Event.Kind.TRIAGED: _("The model was wrong too often and only suggests now"),
    }
    return words.get(Event.Kind(event.kind), event.get_kind_display()) % {"who": who}


_WRITTEN_BY_STAFF = (Event.Kind.REPLIED, Event.Kind.RESOLVED)
