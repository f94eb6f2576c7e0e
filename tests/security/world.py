"""A small helpdesk with one of everything, seen by everybody who could stand before it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from channels_intake.envelope import Attached
from channels_intake.models import Arrival, Block, Chat, Mailbox, MailRule, hash_of
from knowledgebase.models import Article, ArticleText, Category, Picture, Proposal, Synonyms
from knowledgebase.operations import Content, Facts, propose, publish, translate, write_article
from knowledgebase.operations.picturing import add_picture
from notifications.incident_links import incident_link
from notifications.links import ticket_link
from notifications.models import Delivery, OAuthGrant
from people.models import User
from tests.factories import (
    make_absence,
    make_agent,
    make_levels,
    make_organisation,
    make_policy,
    make_queue,
    make_rota,
    make_ticket,
    make_user,
)
from tests.tickets.questionnaires.questions import make_questionnaire
from tickets.models import (
    Attachment,
    Burst,
    Draft,
    Event,
    Gap,
    GapTicket,
    HandoverContract,
    Incident,
    Membership,
    Message,
    Queue,
    RotaSwap,
    RoutingRule,
    SolutionAttempt,
    Ticket,
    TriageModel,
    WrittenFrom,
)
from tickets.operations.drafting import save_draft
from tickets.operations.incidents import Words, begin, me_too
from tickets.operations.noting import note
from tickets.operations.questioning import keep_answers
from tickets.operations.replying import reply

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32
ROLES = ("anonymous", "requester", "participant", "other", "outsider", "view", "reply", "work", "lead", "admin", "gone")
SECRET = "a-visitor's-secret"
# What changes by looking: sessions, who is at a screen, how often somebody asked.
HEARTBEATS = {
    "django_session", "helpdesk_cache", "helpdesk_limit", "tickets_heartbeat", "channels_intake_watch", "django_migrations",
    "django_content_type",
}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A ticket with everything that can hang on one."""

    ticket: Ticket
    message: Message
    file: Attachment
    mail: Attachment
    note: Message
    note_file: Attachment
    draft: Draft
    delivery: Delivery


@dataclass(frozen=True)
class World:
    """The people, one's own case, and a foreign one in a queue that only `outsider` works in."""

    people: dict[str, User]
    first: Queue
    second: Queue
    elsewhere: Queue
    own: Case
    foreign: Case
    public: ArticleText
    internal: ArticleText
    unpublished: ArticleText
    proposal: Proposal
    picture: Picture
    category: Category
    arrival: Arrival
    chat: Chat
    link: str
    gap: Gap
    settings: dict[str, int]

    def client(self, role: str, *, csrf: bool = False) -> Client:
        """Give a browser in which this role is logged in; `gone` was deactivated after logging in."""
        client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
        if role == "gone":
            client.force_login(self.people[role])
            User.objects.filter(pk=self.people[role].pk).update(is_active=False)
        elif role != "anonymous":
            client.force_login(self.people[role])
        return client


def make_world() -> World:
    """Make one of everything."""
    policy = make_policy()
    first, second = make_levels(policy)
    elsewhere = make_queue(slug="elsewhere", is_default=False, policy=policy)
    level = Membership.Level
    people = {
        "requester": make_user("rita@kunde.example", name="Rita Requester"),
        "participant": make_user("paul@kunde.example", name="Paul Participant"),
        "other": make_user("otto@kunde.example", name="Otto Other"),
        "outsider": make_agent(elsewhere, level.LEAD),
        "view": make_agent(first, level.VIEW),
        "reply": make_agent(first, level.REPLY),
        "work": make_agent(first, level.WORK),
        "lead": make_agent(role=User.Role.LEAD),
        "admin": make_agent(role=User.Role.ADMIN),
        "gone": make_agent(first, level.LEAD),
    }
    asked = make_questionnaire()
    own = make_case(first, people["requester"], people["work"], "own", participants=[people["participant"]])
    foreign = make_case(elsewhere, people["other"], people["outsider"], "foreign")
    for case in (own, foreign):
        keep_answers(case.ticket, asked, {"place": "home", "error": "809"}, now=timezone.now())
    now = timezone.now()
    words = Words(title_de="VPN", title_en="VPN", audience=Incident.Audience.EVERYBODY)
    incident = begin(words, by=people["lead"], now=now)
    me_too(incident, people["requester"], now=now)
    absence = make_absence(
        people["work"], people["reply"], starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2)
    )
    swap = RotaSwap.objects.create(
        rota=make_rota(first, people["work"]),
        user=people["work"],
        starts_at=now,
        ends_at=now + timedelta(days=1),
        made_at=now,
    )
    burst = Burst.objects.create(
        topic="word:vpn", label="VPN", slot=now, found_at=now, last_at=now, seen=8, expected=0.1, chance=0.0
    )
    chat = Chat.objects.create(
        key="chat-of-rita", secret_hash=hash_of(SECRET), ticket=own.ticket, visitor=people["requester"],
        started_at=now, seen_at=now,
    )  # fmt: skip
    public = _article(people["work"])
    translate(public.article, language="en", content=Content(title="in English"), by=people["work"], now=now)
    for case in (own, foreign):
        answered = case.delivery.event.message
        SolutionAttempt.objects.create(ticket=case.ticket, text=public, message=answered, at=now, asked_at=now)
    arrival = Arrival.objects.create(
        channel="email", external_id="x" * 64, raw=b"From: rita@kunde.example\r\n\r\nHello", size=34, received_at=now,
        sender="rita@kunde.example", subject="Hello", state=Arrival.State.UNPROCESSABLE,
    )  # fmt: skip
    return World(
        people=people, first=first, second=second, elsewhere=elsewhere, own=own, foreign=foreign,
        public=public, internal=_article(people["work"], Article.Audience.AGENTS),
        unpublished=_article(people["work"], is_published=False), arrival=arrival, chat=chat,
        proposal=propose(
            public.article, language="en", content=Content(title="other"), base_version=1, by=people["lead"], now=now
        ),
        picture=add_picture(PNG, name="x.png", article=public.article, by=people["work"], now=now),
        category=Category.objects.create(key="category", name_de="Kategorie", name_en="Category"),
        link=ticket_link(own.ticket, people["requester"]).rstrip("/").rpartition("/")[2],
        gap=make_gap(own.ticket, people["lead"]),
        settings={
            "queues": first.pk,
            "queue-modes": first.pk,
            "answer-modes": 0,
            "contract": HandoverContract.objects.create(queue=first, needed=["symptom"]).pk,
            "rules": RoutingRule.objects.create(name="Rule", words="vpn", queue=first).pk,
            "calendars": policy.versions.get().calendar_id,
            "policies": policy.pk,
            "mailboxes": make_mailbox(first).pk,
            "grants": OAuthGrant.objects.create(name="Mail", provider="google", client_id="client").pk,
            "people": people["view"].pk,
            "organisations": make_organisation("kunde.example").pk,
            "words": Synonyms.objects.create(words=["laptop", "notebook"]).pk,
            "mail-rules": MailRule.objects.create(name="Rule", conditions=[CONDITION]).pk,
            "questionnaires": asked.questionnaire_id,
            "triage": TriageModel.objects.create(version=1, made_at=now, content=b"x", size=1, state="draft").pk,
            "incident": incident.pk,
            "burst": burst.pk,
            "rotas": make_rota(first, people["work"], people["reply"]).pk,
            "absence": absence.pk,
            "swap": swap.pk,
            "blocks": Block.objects.create(pattern="@spam.example", at=now).pk,
        },
    )  # fmt: skip


def make_gap(ticket: Ticket, by: User) -> Gap:
    """Make a gap with this ticket in it, and the ticket's article, begun by somebody else."""
    now = timezone.now()
    gap = Gap.objects.create(
        words=["vpn"], language="de", tickets_count=1, requesters=1, minutes=5, score=5, found_at=now
    )
    GapTicket.objects.create(gap=gap, ticket=ticket, position=1)
    content = Content(title="begun out of a ticket", steps="1. Restart")
    article = write_article(language="de", content=content, facts=Facts(audience="agents"), by=by, now=now)
    WrittenFrom.objects.create(ticket=ticket, article=article, by=by, at=now)
    return gap


CONDITION = {"field": "subject", "op": "contains", "value": "lottery"}


def make_mailbox(queue: Queue) -> Mailbox:
    """Make a mailbox with a password."""
    box = Mailbox(name="Support", address="support@helpdesk.example", queue=queue, host="127.0.0.1", username="support")
    box.password = "password-of-the-mailbox"
    box.save()
    return box


def make_case(queue: Queue, requester: User, agent: User, words: str, **fields: Any) -> Case:
    """Open a ticket whose every part carries these words."""
    now = timezone.now()
    ticket = make_ticket(
        queue, requester=requester, subject=f"subject {words}", text=f"message {words}", html=f"<p>html {words}</p>",
        files=[_file(f"message-{words}.png"), _mail(words)], now=now, **fields,
    )  # fmt: skip
    message = Message.objects.get(ticket=ticket)
    Arrival.objects.create(
        channel="email", external_id=f"mail {words}", raw=_mail(words).data, size=34, received_at=now, ticket=ticket,
        message=message, state=Arrival.State.ACCEPTED, subject=f"subject {words}",
    )  # fmt: skip
    noted = note(ticket, text=f"note {words}", by=agent, now=now, files=[_file(f"note-{words}.png", b"note")])
    answered = reply(ticket, text=f"answer {words}", by=agent, now=now)
    event = Event.objects.get(message=answered, kind=Event.Kind.REPLIED)
    delivery = Delivery.objects.create(
        event=event, recipient=requester, address=requester.email, medium=Delivery.Medium.MAIL,
        message_id=f"<{uuid.uuid4()}@x>", state=Delivery.State.FAILED, created_at=now, error=f"error {words}",
    )  # fmt: skip
    return Case(
        ticket=Ticket.objects.get(pk=ticket.pk),
        message=message,
        file=message.attachments.get(content_type="image/png"),
        mail=message.attachments.get(content_type="message/rfc822"),
        note=noted,
        note_file=noted.attachments.get(),
        draft=save_draft(ticket, kind=Draft.Kind.REPLY, body=f"<p>draft {words}</p>", version=0, by=agent, now=now),
        delivery=delivery,
    )


def _file(name: str, more: bytes = b"") -> Attached:
    return Attached(name, "image/png", "image/png", PNG + more)


def _mail(words: str) -> Attached:
    data = f"From: rita@kunde.example\r\nSubject: attached {words}\r\n\r\nattached text {words}".encode()
    return Attached(f"attached-{words}.eml", "message/rfc822", "message/rfc822", data)


def _article(
    by: User, audience: Article.Audience = Article.Audience.PUBLIC, *, is_published: bool = True
) -> ArticleText:
    content = Content(title=f"article {audience} {is_published}", symptom="VPN 809", steps="1. Restart")
    now = timezone.now()
    article = write_article(language="de", content=content, facts=Facts(audience=audience), by=by, now=now)
    if is_published:
        publish(article, by=by, now=now)
    return ArticleText.objects.get(article=article)


def patterns() -> list[tuple[str, URLPattern]]:
    """List every address of the product with its full name."""

    def walk(resolver: URLResolver, before: str) -> list[tuple[str, URLPattern]]:
        found: list[tuple[str, URLPattern]] = []
        for one in resolver.url_patterns:
            if isinstance(one, URLResolver):
                found += walk(one, f"{before}{one.namespace}:" if one.namespace else before)
            else:
                found.append((f"{before}{one.name}", one))
        return found

    return walk(get_resolver(), "")


CATEGORY = ("knowledge:category", "knowledge:category_removal")
PROPOSAL = ("knowledge:proposal", "knowledge:acceptance", "knowledge:refusal")
TRANSLATION = ("knowledge:comparison", "knowledge:translation")
READING = ("portal:article", "portal:feedback")


def address(world: World, name: str, case: Case | None = None, child: Case | None = None) -> str:
    """Give the address of that name: about the case `case`, with the message, file or mail of the case `child`."""
    case = case or world.own
    child = child or case
    ticket, space = case.ticket.pk, name.partition(":")[0]
    pattern = next(pattern for one, pattern in patterns() if one == name).pattern
    about = {
        "knowledge": world.public.article_id,
        "intake": world.arrival.pk,
        "settings": world.settings.get(str(pattern).partition("/")[0]),
    }.get(space, ticket)
    known: dict[str, object] = {
        "incident": world.settings["incident"], "burst": world.settings["burst"],
        "token": incident_link(Incident.objects.get(pk=world.settings["incident"]), world.people["requester"]).split("/")[-2],
        "contract": world.settings["contract"], "gap": world.gap.pk, "absence": world.settings["absence"],
        "swap": world.settings["swap"], "rota": world.settings["rotas"], "article": world.public.article_id,
        "pk": world.category.pk if name in CATEGORY else world.public.article_id if name in READING else about,
        "ticket": ticket, "ticket_id": ticket, "message": child.message.pk, "message_pk": child.message.pk,
        "key": world.picture.key if space == "knowledge" else world.chat.key if space == "intake" else child.file.key if space in ("tickets", "portal") else "x",
        "file": child.mail.key, "delivery_id": child.delivery.pk, "signed": world.link,
        "language": "en" if name in TRANSLATION else "de", "number": world.proposal.pk if name in PROPOSAL else 1,
        "kind": "reply", "uidb36": "1", "member": world.people["view"].pk,
        "attempt": child.ticket.attempts.order_by("pk").values_list("pk", flat=True).first(),
    }  # fmt: skip
    return reverse(name, kwargs={one: known[one] for one in pattern.regex.groupindex})


def everything() -> str:
    """Give a fingerprint of all rows, apart from heartbeats."""
    tables = [table for table in sorted(connection.introspection.table_names()) if table not in HEARTBEATS]
    each = " UNION ALL ".join(
        f"SELECT '{table}' AS name, count(*) AS rows, "
        f"md5(coalesce(string_agg(md5({_row(table)}), '' ORDER BY md5({_row(table)})), '')) AS content FROM {table} t"
        for table in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{each} ORDER BY name")
        return "\n".join(sorted(f"{name} {rows} {content}" for name, rows, content in cursor.fetchall()))


def _row(table: str) -> str:
    # A chat remembers when its visitor's page last asked, and a login when it was.
    hidden = {"channels_intake_chat": ["seen_at", "seen_id"], "people_user": ["last_login"]}.get(table, [])
    return "(to_jsonb(t)" + "".join(f" - '{one}'" for one in hidden) + ")::text"


def outcome(response: HttpResponse) -> str:
    """Say in a word what was answered: a status, or `log` for the way to the login."""
    if response.status_code == 302 and "/account/login/" in response["Location"]:
        return "log"
    return str(response.status_code)
