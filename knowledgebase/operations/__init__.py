"""Every change to an article: writing, revising, reviewing, publishing."""

from knowledgebase.operations.content import Content, Facts
from knowledgebase.operations.feedback import give_feedback
from knowledgebase.operations.proposing import AlreadyDecided, AlreadyProposed, accept, propose, send_proposal_back
from knowledgebase.operations.publishing import (
    AlreadyThere,
    NotReady,
    OwnWork,
    WithoutReason,
    WrongState,
    approve,
    archive,
    confirm_right,
    publish,
    publish_due,
    schedule,
    send_back,
    submit,
    withdraw,
)
from knowledgebase.operations.writing import (
    AlreadyTranslated,
    Outdated,
    ReviewNeeded,
    restore,
    revise,
    translate,
    write_article,
)

__all__ = [
    "AlreadyDecided",
    "AlreadyProposed",
    "AlreadyThere",
    "AlreadyTranslated",
    "Content",
    "Facts",
    "NotReady",
    "Outdated",
    "OwnWork",
    "ReviewNeeded",
    "WithoutReason",
    "WrongState",
    "accept",
    "approve",
    "archive",
    "confirm_right",
    "give_feedback",
    "propose",
    "publish",
    "publish_due",
    "restore",
    "revise",
    "schedule",
    "send_back",
    "send_proposal_back",
    "submit",
    "translate",
    "withdraw",
    "write_article",
]
