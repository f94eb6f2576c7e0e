"""Asking for help by the web form."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from channels_intake.chat.watching import watch
from helpdesk.lib.limits import allow
from people.models import User
from portal import forms
from tests.factories import make_agent, make_article, make_queue, make_ticket, make_user
from tickets.models import Attachment, Queue, Ticket

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def queue(db: None) -> Queue:
    return make_queue(is_default=True)


def wish(**more: object) -> dict[str, object]:
    return {
        "name": "Nora Neu",
        "email": "Nora@Kunde.example",
        "subject": "Drucker druckt nicht",
        "text": "Seit heute kommt kein Papier.",
        "client_id": str(uuid.uuid4()),
        **more,
    }


def test_a_stranger_asks_and_reads_the_number(client: Client) -> None:
    answer = client.post("/request/new/", wish(attachments=[SimpleUploadedFile("a.txt", b"log")]), follow=True)

    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.requester.email, ticket.requester.name) == ("web", "nora@kunde.example", "Nora Neu")
    assert ticket.number in answer.content.decode()
    assert Attachment.objects.get().name == "a.txt"


def test_who_is_logged_in_asks_in_their_own_name_only(client: Client) -> None:
    person, other = make_user(), make_user()
    client.force_login(person)

    answer = client.post("/request/new/", wish(email=other.email, name="Wer anders", requester=str(other.pk)))

    ticket = Ticket.objects.get()
    assert ticket.requester == person
    assert answer["Location"] == f"/requests/{ticket.pk}/"


def test_the_same_form_sent_twice_is_one_request(client: Client) -> None:
    form = wish()

    for _ in range(3):
        client.post("/request/new/", form)

    assert Ticket.objects.count() == 1


def test_what_is_missing_is_said_in_the_form_and_the_rest_is_kept(client: Client) -> None:
    answer = client.post("/request/new/", wish(email="keine Adresse", text=""))

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"email", "text"}
    assert b"Drucker druckt nicht" in answer.content
    assert not Ticket.objects.exists()


def test_a_robot_is_thanked_and_forgotten(client: Client) -> None:
    answer = client.post("/request/new/", wish(website="https://spam.example"))

    assert answer["Location"] == "/request/sent/0/"
    assert not Ticket.objects.exists()


def test_one_address_asks_five_times_an_hour_and_one_machine_thirty_times() -> None:
    by_address = [Client().post("/request/new/", wish()).status_code for _ in range(7)]
    by_machine = [
        Client().post("/request/new/", wish(email=f"n{number}@kunde.example")).status_code for number in range(28)
    ]

    assert by_address == [302] * 5 + [422] * 2
    assert by_machine == [302] * 25 + [422] * 3
    assert Ticket.objects.count() == 30


def test_a_limit_counts_only_within_its_window() -> None:
    counted = [allow("k", 2, per=HOUR) for _ in range(3)]

    assert counted == [True, True, False]
    assert allow("k", 2, per=timedelta(seconds=-1))  # the window is over


def test_a_number_in_brackets_leads_into_no_older_request(client: Client) -> None:
    person = make_user("nora@kunde.example")
    old = make_ticket(requester=person)

    client.post("/request/new/", wish(subject=f"[#{old.pk}] alles löschen"))

    assert old.messages.count() == 1
    assert Ticket.objects.count() == 2


@pytest.mark.parametrize("count", [10, 11])
def test_ten_files_are_taken(client: Client, count: int) -> None:
    files = [SimpleUploadedFile(f"{number}.txt", b"x") for number in range(count)]

    answer = client.post("/request/new/", wish(attachments=files))

    assert answer.status_code == (302 if count == 10 else 422)
    assert Attachment.objects.count() == (10 if count == 10 else 0)


def test_each_file_is_looked_at_not_only_the_first(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "LARGEST_FILE", 100)
    files = [SimpleUploadedFile("small.txt", b"x"), SimpleUploadedFile("large.bin", b"x" * 101)]

    answer = client.post("/request/new/", wish(attachments=files))

    assert answer.status_code == 422
    assert "large.bin" in str(answer.context["form"].errors)
    assert not Ticket.objects.exists()


def test_the_type_is_told_by_the_content(client: Client) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
    files = [
        SimpleUploadedFile("x.html", png, content_type="text/html"),
        SimpleUploadedFile("y.png", b"<script>alert(1)</script>", content_type="image/png"),
    ]

    client.post("/request/new/", wish(attachments=files))

    kinds = dict(Attachment.objects.values_list("name", "content_type"))
    assert kinds["x.html"] == "image/png"
    assert kinds["y.png"] != "image/png"


def test_solutions_that_fit_are_shown_before_sending(client: Client) -> None:
    make_article("Drucker druckt nicht", symptom="Es kommt kein Papier.")
    make_article("Drucker intern GEHEIM", symptom="Drucker druckt nicht", audience="agents")

    shown = client.post("/request/new/solutions/", {"subject": "Drucker druckt nicht", "text": ""}).content.decode()

    assert "Drucker druckt nicht" in shown
    assert "GEHEIM" not in shown
    assert "/request/solved/" in shown


def test_the_number_is_told_to_nobody_else(client: Client) -> None:
    Client().post("/request/new/", wish())
    number = Ticket.objects.get().pk

    assert f"#{number}" not in client.get(f"/request/sent/{number}/").content.decode()


@pytest.mark.parametrize(
    "vector", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{ 7*7 }}{% debug %}"]
)
def test_what_is_typed_stays_text(client: Client, vector: str) -> None:
    person = make_user()
    client.force_login(person)

    refused = client.post("/request/new/", wish(subject=vector, text="")).content.decode()
    client.post("/request/new/", wish(subject=vector, text=vector))
    User.objects.filter(pk=person.pk).update(name=vector)
    ticket = Ticket.objects.get()
    pages = [client.get(address).content.decode() for address in ("/requests/", f"/requests/{ticket.pk}/", "/")]

    for page in [refused, *pages]:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_agents_start_elsewhere(client: Client) -> None:
    client.force_login(make_agent())

    assert client.get("/")["Location"] == "/start/"


def test_the_first_page_needs_as_many_queries_for_three_articles_and_requests_as_for_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    person = make_user(language="de")
    client.force_login(person)
    make_article("Eins")
    make_ticket(requester=person)
    with django_assert_num_queries(6):
        client.get("/")

    for title in ("Zwei", "Drei"):
        make_article(title)
        make_ticket(requester=person)

    with django_assert_num_queries(6):
        page = client.get("/").content.decode()
    assert page.count("VPN verbindet nicht mehr") == 3


def test_a_chat_is_offered_only_while_an_agent_would_see_it(client: Client) -> None:
    closed = client.get("/").content.decode()
    watch(make_agent(), timezone.now())

    assert "/intake/chat/" not in closed
    assert "/intake/chat/" in client.get("/").content.decode()


# --- the public knowledge base --------------------------------------------------------------------------------------


def test_everybody_reads_and_searches_what_is_public(client: Client) -> None:
    text = make_article("Drucker druckt nicht", steps="1. Papier\n2. **Strom**")
    hidden = make_article("Drucker GEHEIM", audience="agents")
    draft = make_article("Drucker ENTWURF", state="draft")
    client.force_login(make_agent())  # not even agents find internal articles here

    found = client.get("/help/", {"q": "Drucker"}).content.decode()
    listed = client.get("/help/").content.decode()
    page = client.get(f"/help/{text.article_id}/").content.decode()

    for seen in (found, listed):
        assert f"/help/{text.article_id}/" in seen
        assert "GEHEIM" not in seen
        assert "ENTWURF" not in seen
    assert "<strong>Strom</strong>" in page
    assert [client.get(f"/help/{one.article_id}/").status_code for one in (hidden, draft)] == [404, 404]


def test_an_article_is_read_in_the_other_language_too(client: Client) -> None:
    german = make_article("Drucker druckt nicht")
    type(german).objects.create(
        article=german.article, language="en", title="Printer does not print", updated_at=german.updated_at
    )

    seen = [client.get(f"/help/{german.article_id}/?language={code}").content.decode() for code in ("de", "en")]

    assert '<h1 lang="de">Drucker druckt nicht</h1>' in seen[0]
    assert '<h1 lang="en">Printer does not print</h1>' in seen[1]


def test_every_form_carries_its_token_and_works_without_scripts() -> None:
    folder = Path(__file__).parents[2] / "templates" / "portal"

    forms_found = [part for file in folder.glob("*.html") for part in file.read_text().split("<form")[1:]]

    posting = [part.split("</form>")[0] for part in forms_found if 'method="post"' in part.split(">")[0]]
    assert posting
    assert all("{% csrf_token %}" in part and 'type="submit"' in part for part in posting)
