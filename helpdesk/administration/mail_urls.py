"""Addresses of what is decided about mails before they are tickets."""

from django.urls import path

from helpdesk.administration.views import blocks, mail_rules

PATTERNS = [
    path("mail-rules/", mail_rules.index, name="mail_rules"),
    path("mail-rules/new/", mail_rules.new, name="mail_rule_new"),
    path("mail-rules/trial/", mail_rules.trial, name="mail_rule_trial"),
    path("mail-rules/<int:pk>/", mail_rules.show, name="mail_rule"),
    path("mail-rules/<int:pk>/position/", mail_rules.position, name="mail_rule_position"),
    path("mail-rules/<int:pk>/switch/", mail_rules.switch, name="mail_rule_switch"),
    path("mail-rules/<int:pk>/removal/", mail_rules.removal, name="mail_rule_removal"),
    path("blocks/", blocks.index, name="blocks"),
    path("blocks/<int:pk>/removal/", blocks.removal, name="block_removal"),
]
