"""Addresses of what the data officer looks after, and of the page that is turned to the person."""

from django.urls import path

from consent.office_urls import urlpatterns as office
from consent.views import notices, requests, showing, start

app_name = "consent"
urlpatterns = [
    path("", start.start, name="start"),
    path("show/", showing.show, name="show"),
    path("notices/", notices.notices, name="notices"),
    path("notices/write/", notices.write, name="notice_write"),
    path("notices/proposals/<uuid:pk>/", notices.proposal, name="notice_proposal"),
    path("notices/proposals/<uuid:pk>/publish/", notices.publish, name="notice_publish"),
    path("notices/proposals/<uuid:pk>/take-back/", notices.take_back, name="notice_take_back"),
    path("requests/", requests.listing, name="requests"),
    path("requests/<uuid:pk>/", requests.one, name="request"),
    *office,
]
