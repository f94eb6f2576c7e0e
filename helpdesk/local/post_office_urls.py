"""Addresses of the demo post office; mounted only under `make up`."""

from django.urls import path

from helpdesk.local import post_office_views as views

app_name = "post"
urlpatterns = [
    path("", views.mailboxes, name="mailboxes"),
    path("mailbox/", views.mailbox, name="mailbox"),
    path("new/", views.new, name="new"),
    path("<slug:key>/", views.show, name="mail"),
    path("<slug:key>/page/", views.page, name="page"),
    path("<slug:key>/files/<int:number>/", views.file, name="file"),
    path("<slug:key>/answer/", views.answer, name="answer"),
]
