"""Who gets what at every address of the product; an address that is not in the table fails the tests."""

import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django.plugin import DjangoDbBlocker

from helpdesk.closed import closed
from helpdesk.local.postgres import execute
from tests.security.world import ROLES, SECRET, World, address, everything, make_world, outcome, patterns

pytestmark = pytest.mark.xdist_group("access")

# The columns are the roles; `log` leads to the login. A method that is not here is refused everywhere.
# participant: by Cc; outsider: leads another queue; view, reply, work: levels in the ticket's queue; gone: deactivated.
TABLE = """
anonymous requester participant other outsider view reply work lead admin gone

200 200 200 200 200 200 200 200 200 200 200
    GET  health account_inactive account_reset_password_from_key_done account_reset_password_from_key
    GET  account_reset_password account_reset_password_done portal:new portal:solutions portal:solved portal:sent
    GET  portal:ticket_by_link portal:link_attachment portal:link_body portal:articles portal:article intake:chat
    GET  knowledge:attachment
    GET  portal:works_again
    POST portal:works_again
    GET  portal:questions portal:link_solution
    POST health account_reset_password_from_key portal:solutions portal:questions intake:chat
302 302 302 302 302 302 302 302 302 302 302
    POST account_logout account_reset_password portal:new people:language
    POST portal:link_solution_answer
    POST portal:link_write portal:link_confirm portal:link_reopen portal:feedback
404 404 404 404 404 404 404 404 404 404 404
    GET  account_email account_email_verification_sent account_confirm_email account_confirm_login_code
    GET  intake:chat_window intake:chat_talk intake:chat_bot
    POST account_email account_email_verification_sent account_confirm_email account_confirm_login_code
    POST intake:chat_talk intake:chat_leave intake:chat_bot
200 302 302 302 302 302 302 302 302 302 200
    GET  account_login account_signup
    POST account_login account_signup
302 200 200 200 200 200 200 200 200 200 302
    GET  account_logout
200 200 200 200 302 302 302 302 302 302 200
    GET  portal:home
log 403 403 403 403 403 403 403 403 403 log
    GET  account_reauthenticate
    POST account_reauthenticate
log 302 302 302 302 302 302 302 302 302 log
    GET  account_change_password
    POST portal:me_too
    POST account_change_password people:preferences notifications:seen
log 200 200 200 200 200 200 200 200 200 log
    GET  account_set_password portal:requests people:preferences notifications:notices notifications:bell
    POST account_set_password

log 200 200 404 404 404 404 404 404 404 log
    GET  portal:solution portal:request portal:attachment portal:body
log 302 302 404 404 404 404 404 404 404 log
    POST portal:solution_answer portal:write portal:confirm portal:reopen

log 404 404 404 200 200 200 200 200 200 log
    GET  reports:effectiveness reports:comparison reports:handovers
    GET  reports:start reports:overview tickets:list tickets:search tickets:news knowledge:list knowledge:new
    GET  knowledge:show knowledge:edit knowledge:history knowledge:revision knowledge:comparison intake:chats intake:chats_waiting
    GET  tickets:incidents tickets:incidents_waiting tickets:burst tickets:incident tickets:away tickets:on_call
    GET  intake:calls_new intake:callers intake:caller intake:spam
    POST knowledge:preview intake:call_solutions intake:call_questions
log 404 404 404 302 302 302 302 302 302 log
    POST tickets:away tickets:takeovers
    POST knowledge:feedback knowledge:translation
    POST knowledge:new knowledge:edit knowledge:restoration intake:calls_new intake:spam
log 404 404 404 403 403 403 302 302 302 log
    POST tickets:away_return tickets:swap_removal
    POST knowledge:publication knowledge:archiving knowledge:review knowledge:withdrawal knowledge:check knowledge:care
log 404 404 404 403 403 403 403 302 302 log
    POST knowledge:approval knowledge:returning
log 404 404 404 404 404 404 404 200 200 log
    GET  knowledge:proposal
log 404 404 404 404 404 404 404 302 302 log
    POST knowledge:acceptance knowledge:refusal
log 404 404 404 422 422 422 422 422 422 log
    POST knowledge:attachments
log 404 404 404 403 403 403 403 200 200 log
    GET  knowledge:categories knowledge:category_new knowledge:category knowledge:rights
log 404 404 404 403 403 403 403 403 302 log
    POST knowledge:category_new knowledge:category knowledge:category_removal knowledge:rights

log 404 404 404 200 200 200 200 200 200 log
    GET  knowledge:searches knowledge:exchange knowledge:export tickets:gaps tickets:tried_on
log 404 404 404 403 403 403 403 422 422 log
    POST knowledge:exchange
log 404 404 404 404 404 404 404 404 404 log
    GET  knowledge:import
    POST knowledge:application
log 404 404 404 302 302 302 302 302 302 log
    POST knowledge:searches
log 404 404 404 404 302 302 302 302 302 log
    POST tickets:gap_drafting tickets:gap_dismissal
log 404 404 404 404 404 404 404 200 200 log
    GET  tickets:article
log 404 404 404 404 302 302 302 302 302 log
    POST tickets:article
log 404 404 404 403 403 403 403 200 200 log
    GET  settings:words settings:word reports:accuracy settings:modes settings:queue_mode settings:answer_mode
log 404 404 404 403 403 403 403 302 302 log
    POST settings:words settings:word settings:word_removal settings:filler_removal

log 404 404 404 404 200 200 200 200 200 log
    GET  tickets:show tickets:row tickets:thread tickets:body tickets:full tickets:attachment
    GET  tickets:clocks tickets:clock
    GET  tickets:appointment intake:original intake:headers intake:attached
    GET  intake:chat_desk intake:chat_desk_talk intake:chat_solutions notifications:deliveries
403 404 404 404 404 200 200 200 200 200 403
    GET  api:clocks
log 404 404 404 404 403 302 302 302 302 log
    POST tickets:messages tickets:notes tickets:attempts tickets:participants tickets:participant_removal
    POST tickets:still_asked tickets:lead_call
    POST intake:chat_desk_talk intake:chat_finish notifications:resending notifications:address
log 404 404 404 403 403 302 302 302 302 log
    POST tickets:swaps
log 404 404 404 404 403 200 200 200 200 log
    GET  tickets:callback
log 404 404 404 404 403 302 302 302 302 log
    POST tickets:callback
log 404 404 404 404 403 422 422 422 422 log
    POST tickets:callback_keeping tickets:callback_withdrawal
log 404 404 404 404 403 409 409 409 409 log
    POST tickets:withdrawal tickets:sending
log 404 404 404 404 403 200 409 200 200 log
    POST tickets:drafts
log 404 404 404 404 403 403 422 422 422 log
    POST tickets:acceptance tickets:handover_return tickets:handover_result tickets:takeover
    POST tickets:taking tickets:resumption tickets:merger tickets:independence intake:unmark
log 404 404 404 404 403 403 200 200 200 log
    GET  tickets:assignment tickets:routing tickets:escalation tickets:hold tickets:resolution tickets:void
    GET  tickets:priority tickets:classification tickets:handover_return tickets:handover_result
    POST tickets:completeness
log 404 404 404 404 403 403 302 302 302 log
    POST tickets:assignment tickets:routing tickets:escalation tickets:hold tickets:resolution tickets:void
    POST tickets:priority tickets:classification intake:mark
log 404 404 404 404 403 200 200 200 200 log
    GET  tickets:reopening tickets:lead_call
log 404 404 404 404 403 422 422 422 422 log
    POST tickets:reopening
log 404 404 404 404 422 422 422 422 422 log
    POST tickets:handover_withdrawal
log 404 404 404 404 403 403 403 200 200 log
    GET  tickets:lead_answer
log 404 404 404 404 403 403 403 422 422 log
    POST tickets:lead_answer

log 404 404 404 403 403 403 403 200 200 log
    GET  tickets:incident_new
log 404 404 404 403 403 403 403 302 302 log
    POST tickets:incident_new tickets:burst tickets:burst_dismissal tickets:incident_news tickets:incident_tickets
log 404 404 404 404 404 404 404 200 200 log
    GET  intake:arrivals intake:raw
log 404 404 404 404 404 404 404 302 302 log
    POST intake:retrying
log 404 404 404 403 403 403 403 200 200 log
    GET  settings:questionnaires settings:questionnaire settings:rotas settings:rota
    GET  settings:mail_rules settings:mail_rule settings:mail_rule_trial settings:blocks
    GET  settings:home settings:queues settings:queue settings:rules settings:rule settings:calendars
    GET  settings:policy_trial settings:policy_versions
    GET  settings:calendar settings:policies settings:policy settings:mailboxes settings:mailbox settings:people
    GET  settings:deadlines
    GET  settings:calendar_holidays settings:calendar_year settings:calendar_trial settings:calendar_revisions
    GET  settings:grants settings:grant settings:triage settings:phrases
    GET  settings:person settings:audit settings:organisations settings:organisation settings:contract
log 404 404 404 403 403 403 403 403 200 log
    GET  settings:mail_rule_new settings:mail_rule_removal settings:block_removal settings:questionnaire_new
    GET  settings:rota_new settings:rota_removal settings:replay
    POST settings:rota_preview
    POST settings:questionnaire_preview
    POST settings:blocks settings:mail_rule_trial settings:phrases
    GET  settings:queue_new settings:deactivation settings:member_removal settings:rule_new settings:rule_removal
    GET  settings:calendar_import
    GET  settings:calendar_new settings:policy_new settings:mailbox_new settings:person_new
    GET  settings:grant_new settings:grant_removal
    GET  settings:person_deactivation settings:organisation_new settings:contract_new settings:contract_removal
    POST settings:queue_new settings:queue settings:rule_new settings:rule settings:calendar_new settings:calendar
    POST settings:policy_preview settings:mailbox_new settings:mailbox
    POST settings:grant_new settings:grant settings:grant_sign_in
    POST settings:person_new settings:person settings:organisation_new settings:organisation
log 404 404 404 403 403 403 403 403 302 log
    GET  settings:grant_callback
    POST settings:deadlines_check settings:replay_cancellation settings:calendar_replay
    POST settings:rota_new settings:rota settings:rota_removal
    POST settings:queue_mode settings:answer_mode
    POST settings:policy_position settings:policy_planned_removal
    POST settings:organisation_people
    POST settings:contract_new settings:contract settings:contract_removal
    POST settings:grant_removal settings:triage_training settings:triage_use settings:phrase_removal
    POST settings:mail_rule_position settings:mail_rule_switch settings:mail_rule_removal settings:block_removal
    POST settings:activation settings:deactivation settings:member settings:member_removal settings:rule_position
    POST settings:rule_removal settings:person_activation settings:person_deactivation settings:password_mail
log 404 404 404 403 403 403 403 403 422 log
    POST settings:policy_new settings:policy settings:policy_replay settings:policy_new_replay
    POST settings:mail_rule_new settings:mail_rule settings:questionnaire_new settings:questionnaire
    POST settings:members settings:mailbox_new_trial settings:mailbox_trial
    POST settings:calendar_holidays settings:calendar_import
"""
# Everything that takes the number of a ticket together with that of one of its parts.
PARTS = [
    "tickets:clock",
    "tickets:attachment", "tickets:appointment", "tickets:body", "tickets:full", "intake:original", "intake:headers",
    "intake:attached", "notifications:resending", "notifications:address",
    "portal:attachment", "portal:body", "portal:link_attachment", "portal:link_body",
    "portal:solution", "portal:solution_answer", "portal:link_solution", "portal:link_solution_answer",
]  # fmt: skip
REFUSED = {"log", "400", "403", "404", "405"}
FORM = str(uuid4())
ROTA = {"timezone": "Europe/Berlin", "first_day": "2026-11-23", "handover": "09:00", "days": "7", "is_active": "on"}


def read_table() -> dict[tuple[str, str], list[str]]:
    """Give the expected outcomes by method and name."""
    found: dict[tuple[str, str], list[str]] = {}
    cells: list[str] = []
    for line in TABLE.splitlines()[2:]:
        words = line.split()
        if line.startswith(" "):
            found |= {(words[0], name): cells for name in words[1:]}
        else:
            cells = words
    return found


EXPECTED = read_table()
POSTS = [name for method, name in EXPECTED if method == "POST"]
GETS = [name for method, name in EXPECTED if method == "GET"]


@pytest.fixture(scope="module")
def world(django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Make the world once, in a database of its own; every test leaves it as it was."""
    server, usual = os.environ["DATABASE_URL"], connection.settings_dict["NAME"]
    name = f"access_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    execute(server, "CREATE DATABASE {} TEMPLATE {}", name, os.environ["TEST_TEMPLATE"])
    try:
        with django_db_blocker.unblock():
            connection.close()
            connection.settings_dict["NAME"] = name
            with transaction.atomic():
                yield make_world()
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual
        execute(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="module")
def before(world: World, clients: dict[str, Client]) -> str:
    """Give the fingerprint of the untouched world."""
    return everything()


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Client]:
    """Log everybody in."""
    return {role: world.client(role) for role in ROLES}


def test_every_address_is_in_the_table(world: World) -> None:
    unnamed = [pattern for name, pattern in patterns() if name.endswith("None")]

    assert {name for name, _ in patterns() if not name.endswith("None")} == {name for _, name in EXPECTED}
    assert [pattern.callback for pattern in unnamed] == [closed]
    assert {len(cells) for cells in EXPECTED.values()} == {len(ROLES)} == {len(TABLE.splitlines()[1].split())}


@pytest.mark.parametrize(("method", "name"), EXPECTED, ids=lambda part: part)
def test_each_role_gets_what_the_table_says_and_who_is_refused_changes_nothing(
    world: World, clients: dict[str, Client], before: str, method: str, name: str
) -> None:
    where, form = address(world, name), sent(world, name)
    got, changed = [], []

    for role in ROLES:
        with _undone(clients[role]):
            answer = clients[role].get(where) if method == "GET" else clients[role].post(where, form)
            got.append(outcome(answer))
            if (method == "GET" or got[-1] in REFUSED) and everything() != before:
                changed.append(role)

    assert got == EXPECTED[method, name]
    assert changed == []


@pytest.mark.parametrize("name", sorted({name for _, name in EXPECTED}))
def test_a_method_that_is_not_in_the_table_is_refused(
    world: World, clients: dict[str, Client], before: str, name: str
) -> None:
    where = address(world, name)
    others = [method for method in ("GET", "POST") if (method, name) not in EXPECTED]
    got = {}

    for role in ("anonymous", "requester", "work", "admin"):
        for method in others:
            with _undone(clients[role]):
                got[method, role] = outcome(clients[role].generic(method, where))
                assert everything() == before
    for method in ("PUT", "PATCH", "DELETE"):
        with _undone(clients["admin"]):
            clients["admin"].generic(method, where)
            assert everything() == before

    assert set(got.values()) <= REFUSED | {"302"}
    assert {answer for (_, role), answer in got.items() if role == "admin"} <= {"404", "405", "302"}


@pytest.mark.parametrize("name", POSTS)
def test_a_post_without_the_token_of_its_page_is_refused(
    world: World, clients: dict[str, Client], before: str, name: str
) -> None:
    for role in ("anonymous", "requester", "admin"):
        client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        client.cookies.update(clients[role].cookies)
        with _undone(client):
            answer = client.post(address(world, name), sent(world, name))

            assert answer.status_code == 403 or outcome(answer) in ("404", "log")
            assert everything() == before


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("role", ["requester", "work", "lead"])
def test_cve_2026_35584_a_part_of_another_ticket_does_not_hang_on_ones_own(
    world: World, clients: dict[str, Client], before: str, role: str, name: str
) -> None:
    where = address(world, name, world.own, child=world.foreign)

    with _undone(clients[role]):
        answer = clients[role].post(where) if ("POST", name) in EXPECTED else clients[role].get(where)

        assert answer.status_code == 404
        assert everything() == before


@pytest.mark.parametrize("name", [name for name in PARTS if name.startswith("portal") and "solution" not in name])
def test_parts_of_notes_do_not_exist_for_the_requester(world: World, clients: dict[str, Client], name: str) -> None:
    where = address(world, name).replace(str(world.own.file.key), str(world.own.note_file.key))
    where = where.replace(f"messages/{world.own.message.pk}/", f"messages/{world.own.note.pk}/")

    assert clients["requester"].get(where).status_code == 404
    assert clients["requester"].get(address(world, name)).status_code == 200


def test_the_visitor_alone_gets_into_the_chat(world: World) -> None:
    visitor, guesser = Client(), Client()
    visitor.cookies["chat"] = f"{world.chat.key}.{SECRET}"
    guesser.cookies["chat"] = f"{world.chat.key}.another secret"

    assert visitor.get(address(world, "intake:chat_window")).status_code == 200
    assert guesser.get(address(world, "intake:chat_window")).status_code == 404


def sent(world: World, name: str) -> dict[str, object]:
    """Give what a POST to this address sends when it is meant to work."""
    article = {"title": "Title", "steps": "1. Step", "language": "de", "kind": "standard_solution"}
    article |= {"audience": "public", "minutes": "5", "version": world.public.version}
    forms: dict[str, dict[str, object]] = {
        "portal:new": {"subject": "Help", "text": "Nothing works", "client_id": FORM, "email": "new@kunde.example"}
        | {"name": "New"},
        "portal:write": {"text": "More about it"},
        "portal:link_write": {"text": "More about it"},
        "portal:reopen": {"text": "Again"},
        "settings:queue_mode": {"mode": "act", "threshold": 90, "bar": 90, "window": 20},
        "settings:answer_mode": {"mode": "act", "threshold": 90, "bar": 90, "window": 20},
        "portal:solution_answer": {"helped": "yes"},
        "tickets:away": {"starts_at": "2099-01-01T08:00", "ends_at": "2099-01-08T08:00", "mode": "offer"}
        | {"deputy": world.people["admin"].pk, "person": world.people["reply"].pk},
        "tickets:takeovers": {"person": world.people["work"].pk},
        "tickets:swaps": {
            f"rota{world.settings['rotas']}-user": world.people["work"].pk,
            f"rota{world.settings['rotas']}-starts_at": "2099-01-01T08:00",
            f"rota{world.settings['rotas']}-ends_at": "2099-01-02T08:00",
        },
        "tickets:callback": {"until": "2099-01-01T08:00", "owner": world.people["work"].pk},
        "settings:rota_new": {**ROTA, "name": "New", "queues": world.elsewhere.pk, "person_0": world.people["view"].pk},
        "settings:calendar_replay": {"name": "Office", "timezone": "Europe/Berlin", "day_0": "08:00–17:00"},
        "settings:rota": {**ROTA, "name": "Old", "queues": world.elsewhere.pk, "person_0": world.people["view"].pk},
        "portal:link_solution_answer": {"helped": "no", "text": "Again"},
        "portal:link_reopen": {"text": "Again"},
        "people:preferences": {"name": "Rita", "language": "en", "theme": "dark"},
        "people:language": {"language": "en"},
        "tickets:messages": {"body": "An answer"},
        "tickets:notes": {"body": "A note"},
        "tickets:participants": {"address": "kim@kunde.example"},
        "tickets:participant_removal": {"user": world.people["participant"].pk},
        "tickets:drafts": {"body": "A draft", "version": "0"},
        "tickets:assignment": {"to": world.people["reply"].pk},
        "tickets:routing": {"to": world.second.pk},
        "tickets:escalation": {"to": world.second.pk, "reason": "no_rights", "summary": "Too hard"},
        "tickets:completeness": {"to": world.second.pk, "summary": "Too hard"},
        "tickets:handover_return": {"reason": "other", "words": "Not ours"},
        "tickets:handover_result": {"outcome": "no_result", "words": "No idea"},
        "tickets:lead_call": {"reason": "A VIP"},
        "tickets:lead_answer": {"words": "I call them"},
        "settings:contract": {"needed": ["symptom", "question"]},
        "settings:contract_new": {"needed": ["question"], "category": world.category.pk},
        "tickets:hold": {"state": "pending_third"},
        "tickets:resolution": {"solution": "Restarted"},
        "tickets:void": {"reason": "spam"},
        "tickets:priority": {"priority": "4"},
        "tickets:classification": {"kind": "request"},
        "tickets:still_asked": {"question": "place"},
        "portal:works_again": {"works": "yes"},
        "tickets:incident_new": {"title_de": "VPN", "title_en": "VPN", "audience": "everybody"},
        "tickets:burst": {"title_de": "VPN", "title_en": "VPN", "audience": "everybody"},
        "tickets:incident_news": {"text_de": "Wir sind dran.", "text_en": "We are on it."},
        "tickets:incident_tickets": {"ticket": str(world.foreign.ticket.pk)},
        "tickets:attempts": {"text": world.public.pk},
        "knowledge:new": article,
        "knowledge:edit": article,
        "knowledge:preview": {"steps": "1. Step"},
        "knowledge:category_new": {"key": "new", "name_de": "Neu", "name_en": "New", "audience": "public"}
        | {"review_days": "90", "position": "10"},
        "knowledge:category": {"key": "category", "name_de": "Neu", "name_en": "New", "audience": "agents"}
        | {"review_days": "90", "position": "10"},
        "knowledge:rights": {"role": "agent", "may": ["write", "publish"]},
        "portal:feedback": {"helpful": "yes"},
        "intake:chat_desk_talk": {"text": "Hello", "client_id": FORM},
        "intake:calls_new": {"client_id": FORM, "name": "Carl", "text": "He calls", "impact": "1", "urgency": "2"}
        | {"then": "save"},
        "knowledge:searches": {"query": "tresor"},
        "tickets:gap_dismissal": {"reason": "Only once"},
        "settings:words": {"words": "tresor, safe"},
        "settings:word": {"words": "tresor, safe"},
        "account_login": {"login": "rita@kunde.example", "password": "wrong"},
        "account_reset_password": {"email": "rita@kunde.example"},
    }
    return forms.get(name, {})


class _undone:  # noqa: N801
    """Does what a test does to the database and to the browser's cookies, and takes it back."""

    def __init__(self, client: Client) -> None:
        self.client, self.atomic = client, transaction.atomic()
        self.kept = {name: morsel.value for name, morsel in client.cookies.items()}

    def __enter__(self) -> None:
        self.atomic.__enter__()

    def __exit__(self, *error: Any) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(*error)
        self.client.cookies.clear()
        for name, value in self.kept.items():
            self.client.cookies[name] = value
