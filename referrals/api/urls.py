"""Addresses of the partner API."""

from django.urls import path

from referrals.api import hsds, schema, services, statistics, views
from referrals.api.serializers import BODIES
from referrals.api.token import token

app_name = "api"
urlpatterns = [
    path("oauth/token", token, name="token"),
    path("openapi.json", schema.openapi, name="openapi"),
    path("problems", schema.kinds, name="problems"),
    path("referrals", views.inbox, name="inbox"),
    path("referrals/<str:id>", views.detail, name="detail"),
    *(path(f"referrals/<str:id>/{verb}", views.action(verb), name=verb) for verb in BODIES),
    *hsds.urlpatterns,
    path("services", services.services, name="services"),
    path("services/<str:service>", services.service, name="service"),
    path("services/<str:service>/confirm", services.confirm, name="service-confirm"),
    path("statistics", statistics.statistics, name="statistics"),
    path("", views.nothing),
    path("<path:path>", views.nothing, name="nothing"),
]
