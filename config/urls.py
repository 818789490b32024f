"""Addresses."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.i18n import set_language

from referrals.api.views import nothing

handler400 = "foundation.core.views.bad_request"
handler404 = "foundation.core.views.not_found"
handler500 = "foundation.core.views.broken"

urlpatterns = [
    path("", include("foundation.core.urls")),
    path("", include("cases.urls")),
    path("data-protection/", include("consent.urls")),
    path("", include("referrals.urls")),
    path("", include("riskanalysis.urls")),
    path("", include("foundation.accounts.urls")),
    path("", include("foundation.readiness.urls")),
    path("", include("foundation.exports.urls")),
    path("", include("foundation.upkeep.urls")),
    path("", include("foundation.watch.urls")),
    path("api/v1/", include("referrals.api.urls")),
    re_path(r"^api(/.*)?$", nothing),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("foundation.accounts.door_urls")),
    path("admin/", admin.site.urls),
]
