"""Addresses of what the data officer looks after."""

from django.urls import path

from consent.views import start

app_name = "consent"
urlpatterns = [path("", start.start, name="start")]
