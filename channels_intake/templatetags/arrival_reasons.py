"""What became of a message, in the reader's words."""

from django import template

from channels_intake.reasons import worded

register = template.Library()
register.filter("worded", worded)
