"""Addresses of what the data officer looks after."""

from typing import Any

app_name = "consent"
urlpatterns: list[Any] = []
