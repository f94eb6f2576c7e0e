"""Addresses of the settings."""

from django.urls import path

from helpdesk.administration.mail_urls import PATTERNS
from helpdesk.administration.question_urls import PATTERNS as QUESTIONS
from helpdesk.administration.views import calendars, grants, home, mailboxes, people, policies, queues, rules, words

app_name = "settings"
urlpatterns = [
    path("", home.home, name="home"),
    path("queues/", queues.index, name="queues"),
    path("queues/new/", queues.new, name="queue_new"),
    path("queues/<int:pk>/", queues.show, name="queue"),
    path("queues/<int:pk>/activation/", queues.activation, name="activation"),
    path("queues/<int:pk>/deactivation/", queues.deactivation, name="deactivation"),
    path("queues/<int:pk>/members/", queues.add_member, name="members"),
    path("queues/<int:pk>/members/<int:member>/", queues.member, name="member"),
    path("queues/<int:pk>/members/<int:member>/removal/", queues.removal, name="member_removal"),
    path("rules/", rules.index, name="rules"),
    path("rules/new/", rules.new, name="rule_new"),
    path("rules/<int:pk>/", rules.show, name="rule"),
    path("rules/<int:pk>/position/", rules.position, name="rule_position"),
    path("rules/<int:pk>/removal/", rules.removal, name="rule_removal"),
    path("words/", words.index, name="words"),
    path("words/<int:pk>/", words.show, name="word"),
    path("words/<int:pk>/removal/", words.removal, name="word_removal"),
    path("words/fillers/<int:pk>/removal/", words.filler_removal, name="filler_removal"),
    *PATTERNS,
    *QUESTIONS,
    path("calendars/", calendars.index, name="calendars"),
    path("calendars/new/", calendars.new, name="calendar_new"),
    path("calendars/<int:pk>/", calendars.show, name="calendar"),
    path("policies/", policies.index, name="policies"),
    path("policies/new/", policies.new, name="policy_new"),
    path("policies/preview/", policies.preview, name="policy_preview"),
    path("policies/<int:pk>/", policies.show, name="policy"),
    path("mailboxes/", mailboxes.index, name="mailboxes"),
    path("mailboxes/new/", mailboxes.new, name="mailbox_new"),
    path("mailboxes/trial/", mailboxes.trial, name="mailbox_new_trial"),
    path("mailboxes/<int:pk>/", mailboxes.show, name="mailbox"),
    path("mailboxes/<int:pk>/trial/", mailboxes.trial, name="mailbox_trial"),
    path("grants/", grants.index, name="grants"),
    path("grants/new/", grants.new, name="grant_new"),
    path("grants/callback/", grants.callback, name="grant_callback"),
    path("grants/<int:pk>/", grants.show, name="grant"),
    path("grants/<int:pk>/sign-in/", grants.sign_in, name="grant_sign_in"),
    path("grants/<int:pk>/removal/", grants.removal, name="grant_removal"),
    path("people/", people.index, name="people"),
    path("people/new/", people.new, name="person_new"),
    path("people/<int:pk>/", people.show, name="person"),
    path("people/<int:pk>/activation/", people.activation, name="person_activation"),
    path("people/<int:pk>/deactivation/", people.deactivation, name="person_deactivation"),
    path("people/<int:pk>/password-mail/", people.password_mail, name="password_mail"),
    path("audit/", home.audit, name="audit"),
]
