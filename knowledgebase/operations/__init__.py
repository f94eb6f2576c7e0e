"""Every change to an article: writing, revising, reviewing, publishing."""

from knowledgebase.operations.content import Content, Facts
from knowledgebase.operations.publishing import AlreadyThere, NotReady, archive, publish
from knowledgebase.operations.writing import (
    AlreadyTranslated,
    Outdated,
    restore,
    revise,
    translate,
    write_article,
)

__all__ = [
    "AlreadyThere",
    "AlreadyTranslated",
    "Content",
    "Facts",
    "NotReady",
    "Outdated",
    "archive",
    "publish",
    "restore",
    "revise",
    "translate",
    "write_article",
]
