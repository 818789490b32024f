"""Addresses of reports."""

from django.urls import path

from riskanalysis import views

app_name = "riskanalysis"
urlpatterns = [
    path("reports/", views.reports, name="reports"),
    path("reports/<uuid:pk>/", views.report, name="report"),
]
