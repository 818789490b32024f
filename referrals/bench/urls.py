"""The addresses of the product, leading to the plain twins of its pages wherever there is one."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.urls import include, path

from referrals.bench.plain import addresses, modules

PLAIN = modules()
_product: Any = import_module(settings.ROOT_URLCONF)
urlpatterns = [
    path("", include(addresses(PLAIN, "cases.urls"))),
    path("", include(addresses(PLAIN, "referrals.urls"))),
    path("api/v1/", include(addresses(PLAIN, "referrals.api.urls"))),
    *_product.urlpatterns,
]
