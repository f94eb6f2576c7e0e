"""The tables of the tickets app, one noun a file."""

from tickets.models.attachment import Attachment, Blob
from tickets.models.clock import Clock, Pause
from tickets.models.draft import Draft
from tickets.models.event import Event
from tickets.models.heartbeat import Heartbeat
from tickets.models.held import HeldAnswer, HeldFile
from tickets.models.incident import Affected, Burst, Incident, IncidentNews, IncidentTicket
from tickets.models.message import Message
from tickets.models.questionnaire import Answer, Interview, Questionnaire, QuestionnaireVersion
from tickets.models.queue import Membership, Queue, RoutingRule
from tickets.models.ticket import Participant, SearchText, Ticket
from tickets.models.triage import SolutionAttempt, Suggestion, Triage

__all__ = [
    "Affected", "Answer", "Burst", "Incident", "IncidentNews", "IncidentTicket", "Interview", "Questionnaire",
    "QuestionnaireVersion",
    "Attachment", "Blob", "Clock", "Draft", "Event", "Heartbeat", "HeldAnswer", "HeldFile", "Membership",
    "Message", "Participant", "Pause", "Queue", "RoutingRule", "SearchText", "SolutionAttempt", "Suggestion", "Ticket", "Triage",
]  # fmt: skip
