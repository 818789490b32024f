"""The ground floor."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Errors, the policy engine, calendars, the database backend, middleware, page components."""

    name = "foundation.core"
    label = "core"

    def ready(self) -> None:
        """Whoever signs out leaves nothing in the browser."""
        from foundation.core import leaving

        leaving.connect()
