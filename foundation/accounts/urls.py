"""Addresses of what a person sees of their own seats, and of appointments that wait for a second person."""

from django.urls import path

from foundation.accounts import views

app_name = "accounts"
urlpatterns = [
    path("you/", views.you, name="you"),
    path("you/away/", views.away, name="away"),
    path("you/back/", views.back, name="back"),
    path("appointments/", views.appointments, name="appointments"),
    path("appointments/<uuid:pk>/confirm/", views.confirm, name="confirm"),
]
