"""Changes to published articles where reviews are demanded: proposed, then accepted or sent back by somebody else."""

from dataclasses import asdict
from datetime import datetime

from django.db import transaction

from knowledgebase.models import Article, ArticleText, Notice, Proposal
from knowledgebase.operations.content import Content, keep_pictures
from knowledgebase.operations.publishing import OwnWork, WithoutReason
from knowledgebase.operations.telling import reviewers_for, tell
from knowledgebase.operations.writing import revise, translate
from people.models import User


class AlreadyDecided(Exception):
    """Somebody accepted the proposal or sent it back already."""


class AlreadyProposed(Exception):
    """Somebody else's change to this text waits for a review."""


@transaction.atomic
def propose(
    article: Article,
    *,
    language: str,
    content: Content,
    base_version: int,
    by: User,
    now: datetime,
    is_small: bool = False,
    source_version: int | None = None,
) -> Proposal:
    """
    Keep what a published text is to say; one's own earlier proposal is replaced.

    :raises AlreadyProposed: if somebody else's waits.
    """
    article = Article.objects.locked(article.pk)
    waiting = article.proposals.filter(language=language, state=Proposal.State.OPEN).first()
    if waiting is not None and waiting.by_id != by.pk:
        raise AlreadyProposed("Somebody else's change waits for a review.")
    proposal = waiting or Proposal(article=article, language=language, by=by)
    proposal.content, proposal.base_version, proposal.at = asdict(content), base_version, now
    proposal.is_small, proposal.source_version = is_small, source_version
    proposal.save()
    keep_pictures(article, content, by=by)
    people = [person for person in reviewers_for(article) if person.pk != by.pk]
    tell(article, Notice.Kind.PROPOSED, people, occasion=str(proposal.pk), now=now)
    return proposal


@transaction.atomic
def accept(proposal: Proposal, *, by: User, now: datetime) -> ArticleText:
    """
    Let the text say what was proposed.

    :raises AlreadyDecided: if somebody decided.
    :raises OwnWork: if it is the reviewer's own.
    :raises knowledgebase.operations.writing.Outdated: if the text was changed since.
    """
    proposal = _open(proposal)
    if proposal.by_id == by.pk:
        raise OwnWork("Whoever wrote it does not review it.")
    content, author = Content.read(proposal.content), proposal.by
    text = proposal.article.texts.filter(language=proposal.language).first()
    if text is None:
        text = translate(
            proposal.article, language=proposal.language, content=content, by=author, now=now, is_reviewed=True
        )
    else:
        text = revise(
            text,
            content=content,
            by=author,
            now=now,
            base_version=proposal.base_version,
            is_small=proposal.is_small,
            source_version=proposal.source_version,
            is_reviewed=True,
        )
    _decide(proposal, Proposal.State.ACCEPTED, by=by, now=now)
    return text


@transaction.atomic
def send_proposal_back(proposal: Proposal, *, comment: str, by: User, now: datetime) -> Proposal:
    """
    Leave the text as it is and tell the author why.

    :raises AlreadyDecided: if somebody decided.
    :raises WithoutReason: if there is no comment.
    """
    proposal = _open(proposal)
    if not comment.strip():
        raise WithoutReason("Whoever sends something back says why.")
    proposal.comment = comment.strip()
    _decide(proposal, Proposal.State.SENT_BACK, by=by, now=now)
    if proposal.by_id != by.pk:
        tell(proposal.article, Notice.Kind.SENT_BACK, [proposal.by], occasion=f"proposal {proposal.pk}", now=now)
    return proposal


def _open(proposal: Proposal) -> Proposal:
    article = Article.objects.locked(proposal.article_id)
    proposal = Proposal.objects.select_related("by").get(pk=proposal.pk)
    if proposal.state != Proposal.State.OPEN:
        raise AlreadyDecided("Somebody decided already.")
    proposal.article = article
    return proposal


def _decide(proposal: Proposal, state: Proposal.State, *, by: User, now: datetime) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, by, now
    proposal.save()
