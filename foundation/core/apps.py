"""The ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Errors, the policy engine, calendars, the database backend, middleware, page components."""

    name = "foundation.core"
    label = "core"
