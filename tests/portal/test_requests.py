"""Following one's request, by login and by signed link: the same page, and nothing else behind it."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels_intake.envelope import Attached
from notifications.links import ticket_link
from people.models import User
from tests.factories import make_agent, make_article, make_queue, make_ticket, make_user
from tickets.models import Attachment, Message, Participant, Queue, SolutionAttempt, Ticket
from tickets.operations.noting import note
from tickets.operations.replying import reply
from tickets.operations.resolution import resolve
from tickets.operations.trying import try_solution

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


@pytest.fixture
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


@pytest.fixture
def agent(queue: Queue) -> User:
    return make_agent(queue, name="Anna Amt")


@pytest.fixture
def person(db: None) -> User:
    return make_user("petra@kunde.example", name="Petra Kundin")


@pytest.fixture
def ticket(queue: Queue, person: User) -> Ticket:
    return make_ticket(queue, requester=person, subject="VPN geht nicht", now=timezone.now())


def path_of(ticket: Ticket, person: User) -> str:
    return "/request/" + ticket_link(ticket, person).split("/request/")[1]


@pytest.fixture(params=["login", "link"])
def door(request: pytest.FixtureRequest, ticket: Ticket, person: User) -> tuple[Client, str]:
    """Give a browser and the request's address: logged in, or by the signed link."""
    client = Client()
    if request.param == "login":
        client.force_login(person)
        return client, f"/requests/{ticket.pk}/"
    return client, path_of(ticket, person)


def written(ticket: Ticket) -> list[str]:
    return [message.text for message in ticket.messages.all()]


def test_the_page_shows_what_is_public_and_who_cares(door: tuple[Client, str], ticket: Ticket, agent: User) -> None:
    reply(ticket, text="Bitte neu starten.", by=agent, now=timezone.now())
    note(ticket, text="GEHEIM: ist schon der Dritte", by=agent, now=timezone.now())
    client, base = door

    page = client.get(base)

    seen = page.content.decode()
    assert "VPN geht nicht" in seen
    assert "Bitte neu starten." in seen
    assert "Anna Amt" in seen
    assert "GEHEIM" not in seen
    assert page["Cache-Control"] == "private, no-store"
    assert page["Referrer-Policy"] == "same-origin"


def test_a_message_is_stored_once_with_its_files(door: tuple[Client, str], ticket: Ticket) -> None:
    client, base = door
    for _ in range(2):
        sent = {
            "text": "Noch ein Bild dazu",
            "client_id": "7f0c6f2e-55c8-4f0e-a1c4-1f5a0d0f6a77",
            "attachments": [SimpleUploadedFile("../bild.png", PNG, content_type="text/html")],
        }
        answer = client.post(f"{base}messages/", sent)

    file = Attachment.objects.get(message__ticket=ticket)
    assert answer["Location"] == base
    assert written(ticket).count("Noch ein Bild dazu") == 1
    assert (file.name, file.content_type) == ("bild.png", "image/png")


def test_getting_the_page_changes_nothing(door: tuple[Client, str], ticket: Ticket) -> None:
    client, base = door
    version = ticket.version

    statuses = [client.get(f"{base}{part}").status_code for part in ("messages/", "confirmation/", "reopening/")]

    ticket.refresh_from_db()
    assert statuses == [405, 405, 405]
    assert ticket.version == version


def test_it_helped(door: tuple[Client, str], ticket: Ticket, agent: User) -> None:
    client, base = door
    resolve(ticket, solution="Neu gestartet", by=agent, now=timezone.now())

    client.post(f"{base}confirmation/")

    ticket.refresh_from_db()
    assert (ticket.state, ticket.confirmed) == ("closed", True)


def test_it_did_not_help(door: tuple[Client, str], ticket: Ticket, agent: User) -> None:
    client, base = door
    try_solution(ticket, text=make_article(), by=agent, now=timezone.now())
    resolve(ticket, solution="Neu gestartet", by=agent, now=timezone.now())
    form = {"text": "Jetzt kommt Fehler 720", "client_id": str(uuid.uuid4())}

    for _ in range(2):
        client.post(f"{base}reopening/", form)

    ticket.refresh_from_db()
    assert (ticket.state, ticket.reopen_count) == ("open", 1)
    assert written(ticket).count("Jetzt kommt Fehler 720") == 1
    assert SolutionAttempt.objects.get().outcome == SolutionAttempt.Outcome.FAILED


def test_a_request_closed_long_ago_takes_no_more(door: tuple[Client, str], ticket: Ticket) -> None:
    long_ago = timezone.now() - timedelta(days=60)
    Ticket.objects.filter(pk=ticket.pk).update(state="closed", closed_at=long_ago)
    client, base = door

    answer = client.post(f"{base}messages/", {"text": "Hallo?", "client_id": str(uuid.uuid4())})

    assert answer.status_code == 422
    assert client.post(f"{base}reopening/", {"text": "Hallo?"}).status_code == 404
    assert len(written(ticket)) == 1


def test_files_of_notes_and_of_other_requests_stay_where_they_are(
    door: tuple[Client, str], ticket: Ticket, queue: Queue, agent: User
) -> None:
    file = Attached("plan.png", "image/png", "image/png", PNG)
    other = make_ticket(queue, files=[file])
    note(ticket, text="intern", by=agent, now=timezone.now(), files=[file])
    reply(ticket, text="offen", by=agent, now=timezone.now(), files=[file])
    client, base = door

    def status(message: Message) -> int:
        return client.get(f"{base}attachments/{message.attachments.get().key}/").status_code

    public, internal = (Message.with_notes.get(ticket=ticket, text=text) for text in ("offen", "intern"))
    assert [status(public), status(internal), status(other.messages.get())] == [200, 404, 404]


@pytest.mark.parametrize(
    ("name", "kind", "data", "shown"),
    [
        ("a.png", "image/png", PNG, "image/png"),
        ("a.svg", "image/svg+xml", b"<svg onload=alert(1)>", "application/octet-stream"),
        ("a.html", "image/png", b"<script>alert(1)</script>", "application/octet-stream"),
        ("a.pdf", "application/pdf", b"%PDF-1.4", "application/octet-stream"),
    ],
)
def test_a_file_is_never_a_page_of_ours(
    door: tuple[Client, str], ticket: Ticket, agent: User, name: str, kind: str, data: bytes, shown: str
) -> None:
    reply(ticket, text="offen", by=agent, now=timezone.now(), files=[Attached(name, kind, kind, data)])
    client, base = door

    answer = client.get(f"{base}attachments/{Attachment.objects.get().key}/")

    assert answer["Content-Type"] == shown
    assert answer["Content-Disposition"].startswith("inline" if shown == "image/png" else "attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_html_of_a_mail_is_a_cleaned_document_in_a_frame(door: tuple[Client, str], ticket: Ticket, agent: User) -> None:
    html = '<p onclick="x()">Hallo</p><script>alert(1)</script><img src="https://evil.example/x.png">'
    Message.objects.filter(ticket=ticket).update(html=html)
    hidden = note(ticket, text="intern", html="<p>GEHEIM</p>", by=agent, now=timezone.now())
    client, base = door
    message = ticket.messages.get()

    page = client.get(base).content.decode()
    document = client.get(f"{base}messages/{message.pk}/body/")

    assert 'sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"' in page
    body = document.content.decode()
    assert "Hallo" in body
    for bad in ("<script", "onclick", "evil.example"):
        assert bad not in body
    assert "default-src 'none'" in document["Content-Security-Policy"]
    assert "allow-scripts" not in document["Content-Security-Policy"]
    assert client.get(f"{base}messages/{hidden.pk}/body/").status_code == 404


# --- only by login --------------------------------------------------------------------------------------------------


def test_the_request_of_somebody_else_is_not_there(queue: Queue, person: User) -> None:
    foreign = make_ticket(queue, subject="GEHEIM")
    client = Client()
    client.force_login(person)
    base = f"/requests/{foreign.pk}/"

    statuses = {client.get(base).status_code} | {
        client.post(f"{base}{part}", {"text": "x", "client_id": str(uuid.uuid4())}).status_code
        for part in ("messages/", "confirmation/", "reopening/")
    }

    assert statuses == {404}
    assert b"GEHEIM" not in client.get("/requests/").content
    assert foreign.messages.count() == 1


def test_agents_follow_only_what_they_asked_themselves(ticket: Ticket, agent: User, queue: Queue) -> None:
    own = make_ticket(queue, requester=agent)
    client = Client()
    client.force_login(agent)

    assert client.get(f"/requests/{own.pk}/").status_code == 200
    assert client.get(f"/requests/{ticket.pk}/").status_code == 404
    assert client.post(f"/requests/{ticket.pk}/messages/", {"text": "als Kundin"}).status_code == 404


def test_who_takes_part_reads_and_writes_as_themselves(ticket: Ticket) -> None:
    colleague = make_user()
    Participant.objects.create(ticket=ticket, user=colleague)
    client = Client()
    client.force_login(colleague)

    client.post(f"/requests/{ticket.pk}/messages/", {"text": "Bei mir auch", "client_id": str(uuid.uuid4())})

    assert ticket.messages.get(text="Bei mir auch").author == colleague


def test_requests_ask_for_a_login(client: Client, ticket: Ticket) -> None:
    for address in ("/requests/", f"/requests/{ticket.pk}/", f"/requests/{ticket.pk}/attachments/{uuid.uuid4()}/"):
        assert client.get(address)["Location"].startswith("/account/login/")


def test_the_list_needs_as_many_queries_for_three_as_for_one(
    person: User, ticket: Ticket, queue: Queue, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(person)
    with django_assert_num_queries(3):
        client.get("/requests/")

    make_ticket(queue, requester=person)
    make_ticket(queue, requester=person)

    with django_assert_num_queries(3):
        page = client.get("/requests/")
    assert page.content.count(b"/requests/") >= 3


# --- only by link ---------------------------------------------------------------------------------------------------


def test_a_link_opens_one_request_only(client: Client, queue: Queue, person: User, ticket: Ticket) -> None:
    other = make_ticket(queue, requester=person, subject="ANDERES")

    page = client.get(path_of(ticket, person))

    assert b"ANDERES" not in page.content
    assert client.get(f"/requests/{other.pk}/").status_code == 302
    assert client.get("/requests/").status_code == 302
    assert "sessionid" not in page.cookies


@pytest.mark.parametrize(
    "change", [lambda s: s[:-3] + "abc/", lambda s: s.replace(":", ":x", 1), lambda s: "/request/x/"]
)
def test_a_link_that_was_tampered_with_opens_nothing(client: Client, ticket: Ticket, person: User, change) -> None:
    address = change(path_of(ticket, person))

    page = client.get(address)

    assert page.status_code == 404
    assert b"VPN geht nicht" not in page.content
    assert client.post(f"{address}messages/", {"text": "x"}).status_code == 404
    assert written(ticket) == ["Seit dem Update heute früh komme ich nicht mehr ins VPN."]


def test_a_link_dies_with_time(client: Client, ticket: Ticket, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    address = path_of(ticket, person)
    monkeypatch.setattr("django.core.signing.time.time", lambda: timezone.now().timestamp() + 61 * 24 * 3600)

    assert client.get(address).status_code == 404


def test_a_link_dies_with_its_person_and_with_the_ticket(client: Client, ticket: Ticket, person: User) -> None:
    address = path_of(ticket, person)
    alive = client.get(address).status_code
    User.objects.filter(pk=person.pk).update(is_active=False)
    blocked = client.get(address).status_code
    User.objects.filter(pk=person.pk).update(is_active=True)
    Ticket.objects.filter(pk=ticket.pk).update(state="void", void_reason="spam")

    assert (alive, blocked, client.get(address).status_code) == (200, 404, 404)


def test_a_link_is_worth_nothing_for_strangers_and_staff(client: Client, ticket: Ticket, agent: User) -> None:
    assert client.get(path_of(ticket, make_user())).status_code == 404
    assert client.get(path_of(ticket, agent)).status_code == 404


def test_forms_without_the_token_are_refused(ticket: Ticket, person: User) -> None:
    client = Client(enforce_csrf_checks=True)

    answer = client.post(f"{path_of(ticket, person)}messages/", {"text": "von fremder Seite"})

    assert answer.status_code == 403
    assert len(written(ticket)) == 1


# --- did it help ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(ticket: Ticket, agent: User) -> SolutionAttempt:
    """Give a solution that was sent and asked about; its article is not for customers."""
    text = make_article("GEHEIMER Titel", audience="agents", steps="Bitte den Router neu starten.")
    attempt = try_solution(ticket, text=text, by=agent, now=timezone.now())
    reply(ticket, text="Bitte den Router neu starten.", by=agent, now=timezone.now())
    attempt.refresh_from_db()
    return attempt


def test_the_page_asks_and_looking_changes_nothing(door: tuple[Client, str], asked: SolutionAttempt) -> None:
    client, base = door

    pages = [client.get(base), client.get(f"{base}solutions/{asked.pk}/?helped=yes")]
    refused = client.get(f"{base}solutions/{asked.pk}/answer/").status_code

    asked.refresh_from_db()
    assert all(f"{base}solutions/{asked.pk}/answer/" in page.content.decode() for page in pages)
    assert not any("GEHEIM" in page.content.decode() for page in pages)
    assert (pages[1]["Cache-Control"], refused, asked.outcome) == ("private, no-store", 405, "open")


def test_yes_is_stored_once_and_closes(door: tuple[Client, str], asked: SolutionAttempt, ticket: Ticket) -> None:
    client, base = door
    address = f"{base}solutions/{asked.pk}/"

    for helped in ("yes", "no"):
        client.post(f"{address}answer/", {"helped": helped})

    ticket.refresh_from_db()
    asked.refresh_from_db()
    page = client.get(address).content.decode()
    assert (ticket.state, asked.outcome) == ("closed", "worked")
    assert "answer/" not in page
    assert "GEHEIM" not in page + client.get(base).content.decode()


def test_no_comes_back_as_a_message(door: tuple[Client, str], asked: SolutionAttempt, ticket: Ticket) -> None:
    client, base = door

    client.post(f"{base}solutions/{asked.pk}/answer/", {"helped": "no", "text": "Blinkt jetzt rot"})

    ticket.refresh_from_db()
    asked.refresh_from_db()
    assert (ticket.state, asked.outcome, ticket.awaits_answer) == ("open", "failed", True)
    assert written(ticket)[-1].endswith("Blinkt jetzt rot")


def test_an_answer_that_is_neither_changes_nothing(door: tuple[Client, str], asked: SolutionAttempt) -> None:
    client, base = door

    status = client.post(f"{base}solutions/{asked.pk}/answer/", {"helped": "perhaps"}).status_code

    asked.refresh_from_db()
    assert (status, asked.outcome) == (422, "open")


def test_what_was_not_asked_is_not_there(door: tuple[Client, str], ticket: Ticket, agent: User) -> None:
    client, base = door
    attempt = try_solution(ticket, text=make_article(), by=agent, now=timezone.now())

    assert client.get(f"{base}solutions/{attempt.pk}/").status_code == 404
    client.post(f"{base}solutions/{attempt.pk}/answer/", {"helped": "yes"})
    attempt.refresh_from_db()
    assert attempt.outcome == "open"


def test_after_thirty_days_it_is_too_late(door: tuple[Client, str], asked: SolutionAttempt) -> None:
    client, base = door
    SolutionAttempt.objects.update(asked_at=timezone.now() - timedelta(days=31))

    client.post(f"{base}solutions/{asked.pk}/answer/", {"helped": "yes"})

    asked.refresh_from_db()
    assert asked.outcome == "open"
    assert b"answer/" not in client.get(f"{base}solutions/{asked.pk}/").content


def test_whoever_said_no_stands_first_among_the_unanswered(
    client: Client, asked: SolutionAttempt, ticket: Ticket, queue: Queue, agent: User
) -> None:
    for _ in range(2):
        make_ticket(queue, now=timezone.now())
    Client().post(f"{path_of(ticket, ticket.requester)}solutions/{asked.pk}/answer/", {"helped": "no"})
    client.force_login(agent)

    listed = [row.pk for row in client.get("/tickets/?view=unanswered").context["page"].tickets]

    assert (listed[0], len(listed)) == (ticket.pk, 3)
