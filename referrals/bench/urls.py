"""The addresses of the product, and the plain twins of its pages under ``floor/``."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import include, path

from referrals.bench.plain import addresses, modules

PLAIN = modules()
_product: Any = import_module(getattr(settings, "BENCHED_URLCONF", "config.urls"))
urlpatterns = [
    path("floor/", include(addresses(PLAIN, "cases.urls"))),
    path("floor/", include(addresses(PLAIN, "referrals.urls"))),
    path("api/v1/floor/", include(addresses(PLAIN, "referrals.api.urls"))),
    *_product.urlpatterns,
]
