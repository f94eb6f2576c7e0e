"""Who hears what. Each function gets the event, only writes rows, and may be called twice for the same event."""

_TELL = "notifications.tasks.notify"
_JUDGE = "tickets.triage.judging.hear"
_FEEL = "tickets.triage.feeling.feel"
_WEIGH = "tickets.questionnaires.weighing.weigh"

SUBSCRIPTIONS: dict[str, tuple[str, ...]] = {
    "opened": ("tickets.tasks.triage_ticket", _WEIGH, _FEEL, _TELL),
    "acknowledged": (_TELL,),
    "received": (_WEIGH, _FEEL, _TELL),
    # What is read in the chat is not mailed.
    "replied": ("channels_intake.chat.hearing.hear", "tickets.questionnaires.hearing.hear", _FEEL, _TELL),
    "assigned": (_TELL,),
    "escalated": (_FEEL, _TELL),
    "accepted": (_TELL,),
    "returned": (_FEEL, _TELL),
    "given_back": (_FEEL, _TELL),
    "lead_called": (_TELL,),
    "lead_replied": (_TELL,),
    "routed": (_JUDGE, _FEEL),
    "prioritised": (_JUDGE,),
    "tried": (_JUDGE,),
    "triaged": ("channels_intake.answering.hear", _TELL),
    "resolved": ("tickets.operations.incidents.end_with_its_ticket", _JUDGE, _FEEL, _TELL),
    "reopened": (_JUDGE, _FEEL, _TELL),
    "informed": ("tickets.operations.incidents.pass_on", _TELL),
    "warned": (_TELL,),
    "breached": (_FEEL, _TELL),
}
