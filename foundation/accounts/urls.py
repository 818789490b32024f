"""Addresses of one's own seats, of what stands before the first page, and of appointments that wait for a second person."""

from django.urls import path

from foundation.accounts.views import door, seats

app_name = "accounts"
urlpatterns = [
    path("conduct/", door.conduct, name="conduct"),
    path("second-step/", door.second_step, name="second_step"),
    path("you/", seats.you, name="you"),
    path("you/away/", seats.away, name="away"),
    path("you/back/", seats.back, name="back"),
    path("appointments/", seats.appointments, name="appointments"),
    path("appointments/<uuid:pk>/confirm/", seats.confirm, name="confirm"),
]
