"""Addresses of concerns and cases."""

from django.urls import path

from cases.views import concerns, day, search, steps, triage
from cases.views.case_urls import urlpatterns as case_paths
from cases.views.issue_urls import urlpatterns as issue_paths

app_name = "cases"
urlpatterns = [
    path("", day.day, name="day"),
    path("concerns/", concerns.concerns, name="concerns"),
    path("concerns/start/", concerns.start, name="start"),
    path("concerns/<uuid:pk>/", concerns.concern, name="concern"),
    path("concerns/<uuid:pk>/limits/", steps.limits, name="limits"),
    path("concerns/<uuid:pk>/where/", steps.where, name="where"),
    path("concerns/<uuid:pk>/danger/", steps.danger, name="danger"),
    path("concerns/<uuid:pk>/words/", steps.words, name="words"),
    path("concerns/<uuid:pk>/wishes/", steps.wishes, name="wishes"),
    path("concerns/<uuid:pk>/agreement/", steps.agreement, name="agreement"),
    path("concerns/<uuid:pk>/contact/", steps.contact, name="contact"),
    path("concerns/<uuid:pk>/check/", concerns.check, name="check"),
    path("concerns/<uuid:pk>/discard/", concerns.discard, name="discard"),
    path("concerns/<uuid:pk>/reach/", triage.reach, name="reach"),
    path("concerns/<uuid:pk>/triage/", triage.triage, name="triage"),
    path("search/", search.search, name="search"),
    *case_paths,
    *issue_paths,
]
