"""Addresses of the portal."""

from django.urls import path

from portal.views import articles, files, home, incidents, links, requests, submitting

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("request/new/", submitting.new, name="new"),
    path("request/new/solutions/", submitting.solutions, name="solutions"),
    path("incidents/<int:incident>/me-too/", incidents.me_too, name="me_too"),
    path("incident/<str:token>/", incidents.works_again, name="works_again"),
    path("request/new/questions/", submitting.questions, name="questions"),
    path("request/solved/", submitting.solved, name="solved"),
    path("request/sent/<int:number>/", submitting.sent, name="sent"),
    path("requests/", requests.mine, name="requests"),
    path("requests/<int:pk>/", requests.show, name="request"),
    path("requests/<int:pk>/messages/", requests.write, name="write"),
    path("requests/<int:pk>/confirmation/", requests.confirm, name="confirm"),
    path("requests/<int:pk>/reopening/", requests.reopen, name="reopen"),
    path("requests/<int:pk>/solutions/<int:attempt>/", requests.solution, name="solution"),
    path("requests/<int:pk>/solutions/<int:attempt>/answer/", requests.answer_solution, name="solution_answer"),
    path("requests/<int:pk>/attachments/<uuid:key>/", files.attachment, name="attachment"),
    path("requests/<int:pk>/messages/<int:message>/body/", files.body, name="body"),
    path("request/<str:signed>/", links.show, name="ticket_by_link"),
    path("request/<str:signed>/messages/", links.write, name="link_write"),
    path("request/<str:signed>/confirmation/", links.confirm, name="link_confirm"),
    path("request/<str:signed>/reopening/", links.reopen, name="link_reopen"),
    path("request/<str:signed>/solutions/<int:attempt>/", links.solution, name="link_solution"),
    path("request/<str:signed>/solutions/<int:attempt>/answer/", links.answer_solution, name="link_solution_answer"),
    path("request/<str:signed>/attachments/<uuid:key>/", links.attachment, name="link_attachment"),
    path("request/<str:signed>/messages/<int:message>/body/", links.body, name="link_body"),
    path("help/", articles.index, name="articles"),
    path("help/<int:pk>/", articles.show, name="article"),
    path("help/<int:pk>/feedback/", articles.feedback, name="feedback"),
]
