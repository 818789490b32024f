"""Django's admin with our site; apart from it, because the list of apps is read before any model."""

from django.contrib.admin.apps import AdminConfig


class HouseConfig(AdminConfig):
    """Takes the place of ``django.contrib.admin`` in the settings."""

    default_site = "foundation.accounts.site.House"
