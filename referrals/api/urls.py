"""Addresses of the partner API."""

from django.urls import path
from drf_spectacular.views import SpectacularJSONAPIView
from oauth2_provider.views import TokenView

from referrals.api import views
from referrals.api.serializers import BODIES

app_name = "api"
urlpatterns = [
    path("oauth/token", TokenView.as_view(), name="token"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("referrals", views.inbox, name="inbox"),
    path("referrals/<str:pk>", views.detail, name="detail"),
    *(path(f"referrals/<str:pk>/{verb}", views.action(verb), name=verb) for verb in BODIES),
    path("<path:path>", views.nothing, name="nothing"),
]
