"""Addresses of lists that leave."""

from django.urls import path

from foundation.exports import views

app_name = "exports"
urlpatterns = [
    path("exports/", views.index, name="index"),
    path("exports/ask/<slug:source>/", views.ask, name="ask"),
    path("exports/<uuid:pk>/", views.export, name="export"),
    path("exports/<uuid:pk>/approve/", views.approve, name="approve"),
    path("exports/<uuid:pk>/refuse/", views.refuse, name="refuse"),
    path("exports/<uuid:pk>/make/", views.make, name="make"),
    path("exports/<uuid:pk>/download/", views.download, name="download"),
    path("exports/<uuid:pk>/drop/", views.drop, name="drop"),
]
