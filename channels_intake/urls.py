"""Addresses of the intake: what came in, and the doors it comes by."""

from django.urls import path

from channels_intake import originals, views
from channels_intake.chat import bot_views as bot
from channels_intake.chat import desk, visitor
from channels_intake.phone import views as phone
from channels_intake.spam_views import index as spam_index
from channels_intake.spam_views import not_spam, spam

app_name = "intake"
urlpatterns = [
    path("arrivals/", views.arrivals, name="arrivals"),
    path("arrivals/<int:pk>/mail/", views.raw, name="raw"),
    path("arrivals/<int:pk>/retry/", views.retrying, name="retrying"),
    path("tickets/<int:ticket>/messages/<int:message>/original/", originals.original, name="original"),
    path("tickets/<int:ticket>/messages/<int:message>/headers/", originals.headers, name="headers"),
    path("tickets/<int:ticket>/attachments/<uuid:file>/mail/", originals.attached, name="attached"),
    path("spam/", spam_index, name="spam"),
    path("tickets/<int:ticket>/spam/", spam, name="mark"),
    path("tickets/<int:ticket>/not-spam/", not_spam, name="unmark"),
    path("chat/", visitor.begin, name="chat"),
    path("chat/<str:key>/", visitor.window, name="chat_window"),
    path("chat/<str:key>/lines/", visitor.talk, name="chat_talk"),
    path("chat/<str:key>/questions/", bot.questions, name="chat_bot"),
    path("chat/<str:key>/end/", visitor.leave, name="chat_leave"),
    path("chats/", desk.index, name="chats"),
    path("chats/waiting/", desk.waiting, name="chats_waiting"),
    path("chats/<int:ticket>/", desk.show, name="chat_desk"),
    path("chats/<int:ticket>/lines/", desk.talk, name="chat_desk_talk"),
    path("chats/<int:ticket>/solutions/", desk.solutions, name="chat_solutions"),
    path("chats/<int:ticket>/end/", desk.finish, name="chat_finish"),
    path("calls/new/", phone.new, name="calls_new"),
    path("calls/questions/", phone.questions, name="call_questions"),
    path("calls/callers/", phone.callers, name="callers"),
    path("calls/caller/", phone.caller, name="caller"),
    path("calls/solutions/", phone.solutions, name="call_solutions"),
]
