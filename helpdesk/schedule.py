"""What runs by the clock: short intervals, never a time of day; the due rows decide what happens."""

from celery import shared_task
from celery.signals import beat_init
from django.db import close_old_connections

from helpdesk.celery import app
from tickets.heartbeats import beat

app.conf.beat_schedule = {
    "relay events": {"task": "tickets.relay_events", "schedule": 2.0, "options": {"expires": 10}},
    "fire clocks": {"task": "tickets.fire_due_clocks", "schedule": 2.0, "options": {"expires": 10}},
    "send mail": {"task": "notifications.send_due", "schedule": 2.0, "options": {"expires": 10}},
    "accept mail": {"task": "channels_intake.accept_stored", "schedule": 10.0, "options": {"expires": 30}},
    "close silent tickets": {"task": "tickets.close_silent", "schedule": 300.0, "options": {"expires": 300}},
}
app.conf.beat_max_loop_interval = 2
