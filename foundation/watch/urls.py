"""Addresses of the watch."""

from django.urls import path

from foundation.watch.forms import STEPS
from foundation.watch.views import access, alerts, decoys, why

app_name = "watch"
urlpatterns = [
    path("alerts/", alerts.alerts, name="alerts"),
    path("alerts/<uuid:pk>/", alerts.alert, name="alert"),
    *(path(f"alerts/<uuid:pk>/{verb}/", alerts.step, {"verb": verb}, name=verb) for verb in STEPS),
    path("emergency-access/", access.accesses, name="accesses"),
    path("emergency-access/ask/", access.ask, name="ask"),
    path("emergency-access/<uuid:pk>/", access.access, name="access"),
    *(path(f"emergency-access/<uuid:pk>/{v}/", access.answer, {"verb": v}, name=v) for v in ("confirm", "refuse")),
    path("emergency-access/<uuid:pk>/close/", access.close, name="close"),
    path("decoys/", decoys.decoys, name="decoys"),
    path("decoys/plan/", decoys.plan, name="plan"),
    path("decoys/<uuid:pk>/retire/", decoys.retire, name="retire"),
    path("why/", why.why, name="why"),
]
