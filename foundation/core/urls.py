"""Addresses that belong to no domain."""

from django.urls import path

from foundation.core import views

app_name = "core"
urlpatterns = [
    path("healthz", views.health, name="health"),
    path(".well-known/security.txt", views.security_txt, name="security"),
    path("leave/", views.leave, name="leave"),
    path("left/", views.left, name="left"),
    path("help/leaving/", views.leaving, name="leaving"),
    path("help/", views.help_page, name="help"),
    path("protect/", views.protect, name="protect"),
]
