"""Addresses of one's own seats, of what stands before the first page, and of appointments that wait for a second person."""

from django.urls import path

from foundation.accounts.views import directory, door, people, roles, seats, sessions

app_name = "accounts"
urlpatterns = [
    path("conduct/", door.conduct, name="conduct"),
    path("second-step/", door.second_step, name="second_step"),
    path("directory/", directory.directory, name="directory"),
    path("directory/back/", directory.directory_back, name="directory_back"),
    path("again/", door.again, name="again"),
    path("sessions/", sessions.sessions, name="sessions"),
    path("sessions/end-others/", sessions.end_others, name="end_others"),
    path("sessions/<int:pk>/end/", sessions.end_session, name="end_session"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    *(
        path(f"people/<int:pk>/{verb.replace('_', '-')}/", people.step, {"verb": verb}, name=verb)
        for verb in people.STEPS
    ),
    path("appointments/<uuid:pk>/end/", people.end_appointment, name="end_appointment"),
    path("measures/<uuid:pk>/confirm/", people.decide, {"verb": "confirm"}, name="confirm_measure"),
    path("measures/<uuid:pk>/refuse/", people.decide, {"verb": "refuse"}, name="refuse_measure"),
    path("roles/", roles.roles, name="roles"),
    path("you/", seats.you, name="you"),
    path("you/away/", seats.away, name="away"),
    path("you/back/", seats.back, name="back"),
    path("appointments/", seats.appointments, name="appointments"),
    path("appointments/<uuid:pk>/confirm/", seats.confirm, name="confirm"),
]
