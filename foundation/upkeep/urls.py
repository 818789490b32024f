"""Addresses for those who look after the running, and for the machines that watch over it."""

from django.urls import path

from foundation.upkeep import machines, views

app_name = "upkeep"
urlpatterns = [
    path("readyz", machines.ready, name="ready"),
    path("metrics", machines.metrics, name="metrics"),
    path("running/", views.status, name="status"),
    path("running/messages/", views.stuck_messages, name="stuck"),
    path("running/messages/again/", views.retry_all, name="retry_all"),
    path("running/messages/<uuid:pk>/again/", views.retry, name="retry"),
    path("running/messages/<uuid:pk>/give-up/", views.give_up, name="give_up"),
]
