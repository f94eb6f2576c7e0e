"""The tables of the tickets app, one noun a file."""

from tickets.models.absence import Absence, Relief
from tickets.models.attachment import Attachment, Blob
from tickets.models.callback import Callback
from tickets.models.clock import Clock, EscalationFire, Pause, Reconciliation
from tickets.models.decision import Standing, Subject, TriageDecision, TriageMode, only_watched, settle_mode, standings
from tickets.models.draft import Draft
from tickets.models.event import Event
from tickets.models.gap import Gap, GapNight, GapTicket, WrittenFrom
from tickets.models.handover import Handover, HandoverContract, contract_for, pick_contract
from tickets.models.heartbeat import Heartbeat
from tickets.models.held import HeldAnswer, HeldFile
from tickets.models.incident import Affected, Burst, Incident, IncidentNews, IncidentTicket
from tickets.models.message import Message
from tickets.models.oncall import Rota, RotaMember, RotaSwap
from tickets.models.phrase import Phrase
from tickets.models.questionnaire import Answer, Interview, Questionnaire, QuestionnaireVersion
from tickets.models.queue import Membership, Queue, RoutingRule
from tickets.models.replay import Replay
from tickets.models.ticket import Participant, SearchText, Ticket
from tickets.models.triage import SolutionAttempt, Suggestion, Triage
from tickets.models.triage_model import TriageModel

__all__ = [
    "Absence",
    "Affected",
    "Answer",
    "Attachment",
    "Blob",
    "Burst",
    "Callback",
    "Clock",
    "Draft",
    "EscalationFire",
    "Event",
    "Gap",
    "GapNight",
    "GapTicket",
    "Handover",
    "HandoverContract",
    "Heartbeat",
    "HeldAnswer",
    "HeldFile",
    "Incident",
    "IncidentNews",
    "IncidentTicket",
    "Interview",
    "Membership",
    "Message",
    "Participant",
    "Pause", "Phrase",
    "Questionnaire",
    "QuestionnaireVersion",
    "Queue",
    "Reconciliation",
    "Relief",
    "Replay",
    "Rota",
    "RotaMember",
    "RotaSwap",
    "RoutingRule",
    "SearchText",
    "SolutionAttempt",
    "Standing",
    "Subject",
    "Suggestion",
    "Ticket",
    "Triage",
    "TriageDecision",
    "TriageMode",
    "TriageModel",
    "WrittenFrom",
    "contract_for",
    "only_watched",
    "pick_contract",
    "settle_mode",
    "standings",
]  # fmt: skip
