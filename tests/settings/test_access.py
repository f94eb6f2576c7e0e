"""Leads read the settings, administrators change them, all others see none of it."""

import pytest
from django.test import Client
from django.urls import reverse

from channels_intake.models import Block, MailRule
from helpdesk.administration.urls import urlpatterns
from knowledgebase.models import Article, StopWord, Synonyms
from people.models import AuditEntry, Organisation, User
from sla.operations.policies import wording_of
from tests.factories import NOW, make_rota, make_user
from tests.settings.conftest import SECRET, Everything
from tickets.models import HandoverContract, Questionnaire, Replay, Rota
from tickets.replaying import ask

pytestmark = pytest.mark.django_db

WRITES_ONLY = {
    "activation", "members", "member", "rule_position", "policy_preview", "mailbox_new_trial", "mailbox_trial",
    "person_activation", "password_mail", "grant_sign_in",
    "mail_rule_position", "mail_rule_switch", "triage_training", "triage_use", "phrase_removal",
    "policy_replay", "policy_new_replay", "calendar_replay", "deadlines_check", "replay_cancellation",
    "word_removal", "filler_removal", "questionnaire_preview", "organisation_people", "rota_preview",
    "policy_position", "policy_planned_removal",
}  # fmt: skip
FOR_ADMINS = {
    "organisation_new", "queue_new", "rule_new", "calendar_new", "policy_new", "mailbox_new", "person_new",
    "deactivation", "member_removal", "rule_removal", "person_deactivation",
    "grant_new", "grant_removal", "grant_callback", "calendar_import",
    "mail_rule_new", "mail_rule_removal", "block_removal", "questionnaire_new",
    "contract_new", "contract_removal",
    "rota_new", "rota_removal", "replay",
}  # fmt: skip
# Leads look after the articles, and so after the words by which they are found.
FOR_LEADS = {"words", "word", "word_removal", "filler_removal"}
NAMES = {str(pattern.name) for pattern in urlpatterns}


def address(name: str, everything: Everything) -> str:
    """Give the address of a page of one of everything."""
    of = {
        "queue": everything.queue, "activation": everything.second, "deactivation": everything.second,
        "members": everything.queue, "rule": everything.rule, "rule_position": everything.rule,
        "rule_removal": everything.rule, "calendar": everything.calendar, "policy": everything.policy,
        "queue_mode": everything.queue, "answer_mode": Article(pk=0), "triage_use": Article(pk=0),
        "phrase_removal": Article(pk=0),
        "mailbox": everything.mailbox, "mailbox_trial": everything.mailbox, "person": everything.agent,
        "grant": everything.grant, "grant_sign_in": everything.grant, "grant_removal": everything.grant,
        "person_activation": everything.agent, "person_deactivation": everything.agent, "password_mail": everything.agent,
    }  # fmt: skip
    if name in ("calendar_holidays", "calendar_import", "calendar_year", "calendar_trial", "calendar_revisions"):
        return reverse(f"settings:{name}", args=[everything.calendar.pk])
    if name in ("policy_position", "policy_planned_removal", "policy_versions"):
        return reverse(f"settings:{name}", args=[everything.policy.pk])
    if name == "policy_replay":
        return reverse(f"settings:{name}", args=[everything.policy.pk])
    if name == "calendar_replay":
        return reverse(f"settings:{name}", args=[everything.calendar.pk])
    if name in ("replay", "replay_cancellation"):
        replay = Replay.objects.first() or ask(
            by=User.objects.create_user("asks@helpdesk.example", None, name="Asks"), now=NOW, months=1, name="Office",
            policy=everything.policy, wording=wording_of(everything.policy.versions.get()),
        )  # fmt: skip
        return reverse(f"settings:{name}", args=[replay.pk])
    if name.startswith("mail_rule") and name not in ("mail_rules", "mail_rule_new", "mail_rule_trial"):
        return reverse(f"settings:{name}", args=[MailRule.objects.get().pk])
    if name == "block_removal":
        return reverse(f"settings:{name}", args=[Block.objects.get().pk])
    if name == "contract_new":
        return reverse("settings:contract_new", args=[everything.queue.pk])
    if name in ("contract", "contract_removal"):
        contract = HandoverContract.objects.get_or_create(queue=everything.queue, needed=["question"])[0]
        return reverse(f"settings:{name}", args=[everything.queue.pk, contract.pk])
    if name in ("member", "member_removal"):
        return reverse(f"settings:{name}", args=[everything.queue.pk, everything.member.pk])
    if name in ("rota", "rota_removal"):
        rota = Rota.objects.first() or make_rota(everything.queue, everything.agent)
        return reverse(f"settings:{name}", args=[rota.pk])
    if name == "questionnaire":
        return reverse("settings:questionnaire", args=[Questionnaire.objects.get_or_create(name_de="VPN")[0].pk])
    if name in ("organisation", "organisation_people"):
        return reverse(f"settings:{name}", args=[Organisation.objects.get_or_create(name="Nord GmbH")[0].pk])
    if name in ("word", "word_removal"):
        return reverse(f"settings:{name}", args=[Synonyms.objects.get_or_create(words=["laptop", "notebook"])[0].pk])
    if name == "filler_removal":
        return reverse(f"settings:{name}", args=[StopWord.objects.get_or_create(word="bitte")[0].pk])
    return reverse(f"settings:{name}", args=[of[name].pk] if name in of else [])


def test_strangers_are_sent_to_the_login(everything: Everything) -> None:
    for name in NAMES:
        response = Client().get(address(name, everything))

        assert (response.status_code, response["Location"].split("?")[0]) == (302, reverse("account_login")), name


def test_requesters_find_nothing_here(everything: Everything) -> None:
    client = Client()
    client.force_login(make_user())

    for name in NAMES:
        assert {
            client.get(address(name, everything)).status_code,
            client.post(address(name, everything)).status_code,
        } == {404}, name


def test_agents_may_not(everything: Everything) -> None:
    client = Client()
    client.force_login(everything.agent)

    for name in NAMES:
        seen = client.get(address(name, everything)).status_code
        assert (seen, client.post(address(name, everything)).status_code) == (
            405 if name in FOR_LEADS & WRITES_ONLY else 403, 403,
        ), name  # fmt: skip


def test_leads_read_and_change_nothing(everything: Everything, lead: User) -> None:
    client = Client()
    client.force_login(lead)

    for name in NAMES:
        expected = {405} if name in FOR_LEADS & WRITES_ONLY else {403} if name in FOR_ADMINS | WRITES_ONLY else {200}
        assert {client.get(address(name, everything)).status_code} == expected, name
        if name not in FOR_LEADS:
            assert {client.post(address(name, everything)).status_code} == {403}, name
    assert not AuditEntry.objects.exists()


def test_leads_get_forms_they_cannot_send(everything: Everything, lead: User) -> None:
    client = Client()
    client.force_login(lead)

    names = ("queue", "rule", "mail_rule", "calendar", "policy", "mailbox", "grant", "person", "organisation", "rota")
    for name in names:
        page = client.get(address(name, everything)).content.decode()
        main = page[page.index("<main") :]
        assert '<fieldset class="stack set-plain" disabled>' in main, name
        assert 'type="submit"' not in main, name


def test_administrators_see_every_page(everything: Everything, client: Client) -> None:
    for name in NAMES - WRITES_ONLY - {"grant_callback"}:
        assert client.get(address(name, everything)).status_code == 200, name


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_page_holds_the_secret(everything: Everything, client: Client, admin: User, language: str) -> None:
    User.objects.filter(pk=admin.pk).update(language=language)
    page = client.post(
        address("mailbox", everything),
        {
            "name": "Support", "address": "not an address", "host": "imap.helpdesk.example", "username": "u",
            "port": 993, "security": "tls", "folder": "INBOX", "password": "another-" + SECRET,
        },
    )  # fmt: skip
    pages = [page, *(client.get(address(name, everything)) for name in NAMES - WRITES_ONLY)]

    assert page.status_code == 422
    for shown in pages:
        text = shown.content.decode()
        assert SECRET not in text
        assert bytes(everything.mailbox.secret).decode() not in text
        assert bytes(everything.grant.refresh_token).decode() not in text
    assert SECRET not in str(list(AuditEntry.objects.values_list("changes", flat=True)))
